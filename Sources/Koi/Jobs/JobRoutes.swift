import KoiHTTP
import KoiJSON
import KoiSQLite

/// What Koi does by the clock and what takes long: to look at, and to cancel.
package enum JobRoutes {
    package static let routes: [Route] = [
        .get("/v1/jobs", list).permitted(.area(.jobs, .read)).documented(JobDocumentation.list),
        .get("/v1/jobs/{id}", show).permitted(.area(.jobs, .read)).documented(JobDocumentation.show),
        .put("/v1/jobs/{id}/cancellation", cancel).permitted(.area(.jobs, .change)).documented(JobDocumentation.cancel),
    ]

    private static func list(_ call: Call) throws -> Answer {
        let list = try JobList(call.query)
        let users = call.actor.users(within: .read, on: .jobs)
        return .json(try list.page(call.transaction().connection, call.language, of: users))
    }

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return .json(try find(call).document(call.language))
    }

    private static func cancel(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.refuseBody()
        let job = try find(call)
        // What Koi does for everybody, such as backups, is no one's to put off.
        guard job.user != nil || call.actor.access.isFull else {
            throw Problem.notPermitted(.change, Area.jobs.rawValue)
        }
        guard job.isOf(call.actor.users(within: .change, on: .jobs)) else {
            throw Problem.notPermitted(.change, Area.jobs.rawValue)
        }
        return .json(try call.transaction().jobs.cancel(job.id).document(call.language))
    }

    /// - Throws: `Problem.notFound` where there is none that the actor may see.
    private static func find(_ call: Call) throws -> Job {
        let job = try call.transaction().jobs.find(call.id())
        guard job.isOf(call.actor.users(within: .read, on: .jobs)) else { throw JobQueue.notFound }
        return job
    }
}

extension Job {
    /// Whether it works on behalf of one of these users; nil for anybody, Koi itself included.
    fileprivate func isOf(_ users: [Int64]?) -> Bool {
        guard let users else { return true }
        return user.map(users.contains) ?? false
    }

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
