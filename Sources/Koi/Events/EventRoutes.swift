import KoiHTTP
import KoiJSON

/// The log of what happened: all of it, and of each record its timeline.
package enum EventRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        resources.map(timeline) + [
            Route(
                .get,
                "/v1/events",
                .chosen { call in
                    try AcceptedTypes.prefer(ServerSentEvent.mediaType, in: call.request)
                        ? .immediate(stream) : .read(list)
                }
            )
            .permitted(.area(.events, .read)).documented(EventDocumentation.list)
        ]
    }

    private static func list(_ call: Call) throws -> Answer {
        .list(try EventList(call.query, for: call.actor).page(call.transaction()))
    }

    private static func stream(_ call: Call, _ app: App) throws -> Answer {
        .events(try EventFeed(call, LogSeries(call), app))
    }

    private static func timeline(of resource: Resource) -> Route {
        .get("/v1/\(resource.name)/{id}/timeline") { call in
            let timeline = try Timeline(of: resource, call.id(), call.query, for: call.actor)
            return .json(try timeline.page(call.transaction()))
        }
        .permitted(.records).documented(EventDocumentation.timeline(of: resource))
    }
}
