import KoiHTTP
import KoiJSON
import KoiSQLite

/// What Koi does by the clock and what takes long: to look at, and to cancel.
package enum JobRoutes {
    package static let routes: [Route] = [
        .get("/v1/jobs", list).documented(JobDocumentation.list),
        .get("/v1/jobs/{id}", show).documented(JobDocumentation.show),
        .put("/v1/jobs/{id}/cancellation", cancel).documented(JobDocumentation.cancel),
    ]

    private static func list(_ call: Call) throws -> Answer {
        let list = try JobList(call.query)
        return .json(try list.page(call.transaction().connection, call.language))
    }

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return .json(try call.transaction().jobs.find(call.id()).document(call.language))
    }

    private static func cancel(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return .json(try call.transaction().jobs.cancel(call.id()).document(call.language))
    }
}

extension Job {
    fileprivate func document(_ language: Language) -> [UInt8] {
        Array(json(language).text.utf8)
    }

    /// As clients see it.
    ///
    /// Parameters and position are the kind's own and may hold what not everyone may see.
    func json(_ language: Language) -> JSONValue {
        [
            "id": .integer(id),
            "kind": .string(kind),
            "subject": subject.map {
                ["resource": .string($0.resource), "record": .integer($0.id)]
            } ?? .null,
            "user": user.map(JSONValue.integer) ?? .null,
            "state": .string(state.rawValue),
            "due": .string(Timestamp.text(due)),
            "attempts": .integer(attempts),
            "done": .integer(done),
            "total": total.map(JSONValue.integer) ?? .null,
            "cancelRequested": .bool(cancelRequested),
            "result": result.map(JSONValue.object) ?? .null,
            "error": failure.map {
                ["code": .string($0.code), "message": .string($0.message(language))]
            } ?? .null,
            "createdAt": .string(Timestamp.text(createdAt)),
            "startedAt": startedAt.map { .string(Timestamp.text($0)) } ?? .null,
            "finishedAt": finishedAt.map { .string(Timestamp.text($0)) } ?? .null,
        ]
    }
}
