import KoiHTTP

/// A record by the key that it has in another system.
package enum ExternalIDRoutes {
    package static func routes(of resource: Resource) -> [Route] {
        guard resource.takesExternalIDs else { return [] }
        let path = "/v1/\(resource.name)/by/{system}/{key}"
        let docs = ExternalIDDocumentation(resource)
        var routes: [Route] = [.get(path) { try show(resource, $0) }.documented(docs.show)]
        if resource.operations.isSuperset(of: [.create, .change]) {
            routes.append(.put(path) { try put(resource, $0) }.documented(docs.put))
        }
        if resource.operations.contains(.remove) {
            routes.append(.delete(path) { try remove(resource, $0) }.documented(docs.remove))
        }
        return routes.map { $0.permitted(.records) }
    }

    private static func show(_ resource: Resource, _ call: Call) throws -> Answer {
        let id = try find(resource, call)
        let selection = try SelectionParser(resource, call.actor.access.restrictions(of: resource.name))
            .parse(call.query)
        let found = try RecordReader(resource, call.transaction()).find(id, selection)
        return try .record(found.json, version: found.version, for: call)
    }

    private static func put(_ resource: Resource, _ call: Call) throws -> Answer {
        let flags = try flags(resource, call)
        let transaction = try call.transaction()
        let (record, isNew) = try RecordUpsert(resource, transaction).put(
            call.externalID(),
            call.object(),
            restoring: flags.contains("restore"),
            allowsDuplicate: flags.contains(DuplicateCheck.parameter),
            match: call.match,
            matchNone: call.matchNone
        )
        return try isNew
            ? RecordRoutes.created(record, in: transaction) : RecordRoutes.changed(record, in: transaction)
    }

    private static func remove(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let id = try find(resource, call)
        try RecordService(resource, call.transaction()).remove(id, match: call.match)
        return .noContent
    }

    private static func find(_ resource: Resource, _ call: Call) throws -> Int64 {
        guard let id = try ExternalIDSearch(call.transaction()).find(call.externalID(), of: resource) else {
            throw Problem.notFound(resource.label)
        }
        return id
    }

    /// Which of the parameters that it takes are true.
    private static func flags(_ resource: Resource, _ call: Call) throws -> Set<String> {
        var taken: Set<String> = resource.operations.contains(.restore) ? ["restore"] : []
        if resource.findsDuplicates { taken.insert(DuplicateCheck.parameter) }
        return try call.flags(taken)
    }
}

extension Call {
    /// The key of another system in the path.
    ///
    /// - Throws: `Problem` 400 where no record could have it.
    fileprivate func externalID() throws -> ExternalID {
        do throws(ValueRefusal) {
            return try ExternalID(system: captures["system"] ?? "", key: captures["key"] ?? "")
        } catch {
            throw Problem(
                .badRequest,
                "bad_key",
                Text("The path holds no system and key that a record could have.", "路径中的系统或键无效。"),
                issues: [Problem.Issue(field: error.path, code: error.code, message: error.message)]
            )
        }
    }

    /// Refuses to add a record where `If-Match` asks for one that is there (RFC 9110 §13.1.1).
    fileprivate var matchNone: () throws -> Void {
        let isConditional = request.head.fields.contains("If-Match")
        return { if isConditional { throw Problem.nothingToMatch } }
    }
}
