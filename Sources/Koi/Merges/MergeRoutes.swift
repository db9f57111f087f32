import KoiHTTP
import KoiJSON

/// Makes one record of two, and two of them again: for each resource whose records people own.
package enum MergeRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        resources.filter(\.isMergeable).map(merging) + [
            .get("/v1/merges", list).permitted(.records).documented(MergeDocumentation.list),
            .get("/v1/merges/{id}", show).permitted(.records).documented(MergeDocumentation.show),
            .delete("/v1/merges/{id}", undo).permitted(.records).documented(MergeDocumentation.undo),
        ]
    }

    private static func merging(into resource: Resource) -> Route {
        Route(
            .post,
            "/v1/\(resource.name)/{id}/merges",
            .chosen { call in
                isPreview(call) ? .read { try preview(resource, $0) } : .write { try merge(resource, $0) }
            }
        )
        .permitted(.records).documented(MergeDocumentation.merge(resource))
    }

    private static func isPreview(_ call: Call) -> Bool {
        call.body.objectValue?["preview"]?.boolValue == true
    }

    private static func preview(_ resource: Resource, _ call: Call) throws -> Answer {
        let (id, order) = try order(resource, call)
        return .json(Array(try MergeService(resource, call.transaction()).preview(id, order).text.utf8))
    }

    private static func merge(_ resource: Resource, _ call: Call) throws -> Answer {
        let (id, order) = try order(resource, call)
        let merge = try MergeService(resource, call.transaction()).merge(id, order, match: call.match)
        return .created(Array(JSONValue.object(merge.json).text.utf8), at: "/v1/merges/\(merge.id)")
    }

    private static func order(_ resource: Resource, _ call: Call) throws -> (Int64, MergeOrder) {
        try call.refuseParameters()
        // What the actor does not see is not there, whatever is sent to it.
        let id = try RecordService(resource, call.transaction()).find(call.id()).id
        return (id, MergeOrder(try MergeOrder.body.read(call.object())))
    }

    // MARK: Merges

    private static func list(_ call: Call) throws -> Answer {
        .json(try MergeList(call.query, for: call.actor).page(call.transaction()))
    }

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return .json(try MergeList.document(call.id(), call.transaction()))
    }

    private static func undo(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let (merge, resource) = try MergeList.find(call.id(), transaction)
        try UnmergeService(merge, resource, transaction).undo(leavesRest: call.leavesRest())
        let left = try MergeStore(transaction.connection).find(merge.id)?.state == .unmerging
        guard left, let job = try JobStore(transaction.connection).unfinished(named: merge.jobName) else {
            return .noContent
        }
        return .begun(Array(job.json(call.language).text.utf8), at: "/v1/jobs/\(job.id)")
    }
}

extension Call {
    /// Whether what cannot be undone is to stay as it is.
    func leavesRest() throws -> Bool {
        for (index, parameter) in query.enumerated() {
            guard index == 0, parameter.name == "rest", parameter.value == "leave" else {
                throw Problem.badParameter(
                    parameter.name,
                    Text("This path takes the parameter rest=leave only.", "此路径只接受参数 rest=leave。")
                )
            }
        }
        return !query.isEmpty
    }
}
