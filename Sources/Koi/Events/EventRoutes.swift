import KoiHTTP
import KoiJSON

/// The log of what happened: all of it, and of each record its timeline.
package enum EventRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        resources.map(timeline) + [
            .get("/v1/events", list).permitted(.area(.events, .read)).documented(EventDocumentation.list)
        ]
    }

    private static func list(_ call: Call) throws -> Answer {
        .json(try EventList(call.query, for: call.actor).page(call.transaction()))
    }

    private static func timeline(of resource: Resource) -> Route {
        .get("/v1/\(resource.name)/{id}/timeline") { call in
            let timeline = try Timeline(of: resource, call.id(), call.query, for: call.actor)
            return .json(try timeline.page(call.transaction()))
        }
        .permitted(.records).documented(EventDocumentation.timeline(of: resource))
    }
}
