import KoiHTTP
import KoiJSON

/// Gives the records of a user who leaves, or changes place, to others.
package enum HandoverRoutes {
    package static let routes: [Route] = [
        Route(.post, "/v1/users/{id}/handover", .chosen { isPreview($0) ? .read(preview) : .write(begin) })
            .permitted(.records).documented(HandoverDocumentation.handOver)
    ]

    private static func isPreview(_ call: Call) -> Bool {
        call.body.objectValue?["preview"]?.boolValue == true
    }

    /// What a handover would come to.
    private static func preview(_ call: Call) throws -> Answer {
        let (order, _) = try order(call)
        let transaction = try call.transaction()
        let plan = try HandoverPlan(order, in: transaction)
        var walk = HandoverWalk(plan, transaction.connection)
        var tally = HandoverTally(plan)
        while let step = try walk.next() { tally.add(step) }
        return .json(Array((["resources": tally.json] as JSONValue).text.utf8))
    }

    private static func begin(_ call: Call) throws -> Answer {
        let (order, body) = try order(call)
        let job = try HandoverService(call.transaction()).begin(order, body)
        return .begun(Array(job.json(call.language).text.utf8), at: "/v1/jobs/\(job.id)")
    }

    private static func order(_ call: Call) throws -> (HandoverOrder, JSONObject) {
        try call.refuseParameters()
        // Whom the actor does not see is not there, whatever is sent.
        let user = try RecordService(User.resource, call.transaction()).find(call.id())
        let body = try HandoverOrder.body.read(call.object(), in: call.transaction())
        return (HandoverOrder(of: user.id, body), body)
    }
}

/// Begins handovers.
struct HandoverService {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Writes the job that hands the records over, and the event that says who asked for it.
    ///
    /// - Parameter body: the order as it was sent.
    /// - Throws: what `HandoverPlan` throws; `Problem.conflict` while another handover of the same user goes on.
    func begin(_ order: HandoverOrder, _ body: JSONObject) throws -> Job {
        let plan = try HandoverPlan(order, in: transaction)
        let subject = EventSubject(resource: User.resource.name, id: order.user)
        let name = HandoverJob.name + "/" + String(order.user)
        if let running = try JobStore(transaction.connection).unfinished(named: name) {
            throw Problem.conflict(
                "handover_running",
                Text(
                    "The records of this user are being handed over already, by job \(running.id). Wait for its end, or cancel it.",
                    "该用户的记录正在移交中（任务 \(running.id)）。请等待其结束或将其取消。"
                )
            )
        }
        let owned = OwnedRecords(transaction)
        let total = try plan.parts.reduce(0) {
            try $0 + owned.count(of: order.user, $1.resource, withBin: true)
        }
        // What is meant by all is settled now, not by what may be read when the job runs.
        var parameters = body
        parameters["resources"] = .array(plan.parts.map { .string($0.resource.name) })
        let id = try transaction.jobs.add(
            NewJob(
                HandoverJob.name,
                subject: subject,
                name: name,
                parameters: parameters,
                total: total,
                isBoundToKey: true
            )
        )
        var asked = plan.summary
        asked["job"] = .integer(id)
        try transaction.events.append(
            Event(type: "user.handover", subject: subject, payload: ["after": .object(asked)]),
            in: transaction
        )
        return try transaction.jobs.find(id)
    }
}
