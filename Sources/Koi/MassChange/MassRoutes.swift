import KoiHTTP
import KoiJSON

/// Changes of many records at once: a merge patch to a filtered list, and its removal.
package enum MassRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        resources.flatMap { resource -> [Route] in
            let path = "/v1/" + resource.name
            let docs = MassDocumentation(resource)
            var routes: [Route] = []
            if resource.operations.contains(.change) {
                routes.append(Route(.patch, path, work(resource) { try $0.object() }).documented(docs.change))
            }
            if resource.operations.contains(.remove) {
                routes.append(Route(.delete, path, work(resource, removed)).documented(docs.remove))
            }
            return routes.map { $0.permitted(.records) }
        }
    }

    private static func work(
        _ resource: Resource,
        _ patch: @escaping @Sendable (Call) throws -> JSONObject?
    ) -> Route.Work {
        .chosen { call in
            try MassOrder.flag("preview", in: call.query)
                ? .read { try preview(resource, $0, patch) } : .write { try begin(resource, $0, patch) }
        }
    }

    private static func removed(_ call: Call) throws -> JSONObject? {
        try call.refuseBody()
        return nil
    }

    private static func preview(
        _ resource: Resource,
        _ call: Call,
        _ patch: (Call) throws -> JSONObject?
    ) throws -> Answer {
        let order = try MassOrder(resource, call.query, patch(call), in: call.transaction())
        return .json(Array(try MassService(call.transaction()).preview(order).text.utf8))
    }

    private static func begin(
        _ resource: Resource,
        _ call: Call,
        _ patch: (Call) throws -> JSONObject?
    ) throws -> Answer {
        let order = try MassOrder(resource, call.query, patch(call), in: call.transaction())
        let job = try MassService(call.transaction()).begin(order)
        return .begun(Array(job.json(call.language).text.utf8), at: "/v1/jobs/\(job.id)")
    }
}
