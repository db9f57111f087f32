import KoiHTTP

/// The feed of changes, for whoever keeps a copy of the records.
package enum ChangeRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        let known = ResourceList(resources)
        return [
            Route(
                .get,
                "/v1/changes",
                .chosen { call in
                    if try AcceptedTypes.prefer(ServerSentEvent.mediaType, in: call.request) {
                        return .immediate(stream)
                    }
                    let query = try ChangeQuery(call.query, known)
                    guard query.wait > 0 else {
                        return .streamed { call, app in
                            .list(try ChangePage.asked(query, by: call.request, app, call.transaction()).bytes)
                        }
                    }
                    return .deferred { try ChangePoll.begin($0, query, $1, $2) }
                }
            )
            .permitted(.records).documented(ChangeDocumentation.feed(of: resources))
        ]
    }

    private static func stream(_ call: Call, _ app: App) throws -> Answer {
        .events(try EventFeed(call, ChangeSeries(call, app.catalog.resources), app))
    }
}
