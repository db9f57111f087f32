import KoiHTTP
import KoiJSON
import KoiSQLite

/// Hands the records of a user over, one after the other, on behalf of whoever asked for it and with that user's rights.
enum HandoverJob {
    static let name = "handover"
    /// Records of one chunk, however fast the machine is.
    private static let batch: Int64 = 200
    /// Records that could not be given away which the result names.
    private static let maximumFailures = 100

    static let kind = kind(batch: batch)

    static func kind(batch: Int64) -> JobKind {
        JobKind(name) { chunk in
            let transaction = chunk.transaction
            let order = HandoverOrder(
                of: chunk.job.subject?.id ?? 0,
                chunk.job.parameters
            )
            let plan = try HandoverPlan(order, in: transaction, isCounted: false)
            var walk = HandoverWalk(plan, transaction.connection, from: chunk.position)
            var report = HandoverReport(chunk.position, plan)
            defer { chunk.position = JSONObject(walk.position.members + report.members) }
            let end = chunk.done + batch
            while chunk.hasTime, chunk.done < end {
                guard let step = try walk.next() else {
                    try tell(report.tally, order, transaction)
                    return .done(report.result)
                }
                chunk.done += 1
                report.add(step, failure: try failure(of: step, order, transaction))
            }
            return .more
        }
    }

    /// Tells each successor once, and not of each record.
    private static func tell(_ tally: HandoverTally, _ order: HandoverOrder, _ transaction: Transaction) throws {
        let leaver = EventSubject(resource: User.resource.name, id: order.user)
        for (successor, count) in tally.counts.sorted(by: { $0.key < $1.key }) {
            try transaction.notifications.add(
                to: successor,
                .recordsHandedOver,
                about: leaver,
                ["count": .integer(count)]
            )
        }
    }

    /// Gives one record to its successor.
    ///
    /// - Returns: the code of what stands against it; nil where it was given, or stays.
    private static func failure(
        of step: HandoverWalk.Step,
        _ order: HandoverOrder,
        _ transaction: Transaction
    ) throws -> String? {
        guard let successor = step.successor else { return nil }
        do {
            try transaction.connection.savepoint {
                _ = try RecordService(step.resource, transaction)
                    .assign(step.id, to: successor, reason: order.reason, inBin: step.isRemoved)
            }
            return nil
        } catch let problem as Problem where problem.status.code < 500 {
            return problem.code
        }
    }

    /// What was done so far, kept in the position of the job.
    private struct HandoverReport {
        private(set) var tally: HandoverTally
        private var failures: [JSONValue]
        private var failed: Int64

        init(_ position: JSONObject, _ plan: HandoverPlan) {
            tally = position["tally"]?.objectValue.map { HandoverTally($0) } ?? HandoverTally(plan)
            failures = position["failures"]?.arrayValue ?? []
            failed = position["failed"]?.integerValue ?? 0
        }

        var members: [JSONObject.Member] {
            [
                .init(name: "tally", value: .object(tally.counted)),
                .init(name: "failures", value: .array(failures)),
                .init(name: "failed", value: .integer(failed)),
            ]
        }

        mutating func add(_ step: HandoverWalk.Step, failure: String?) {
            guard let failure else { return tally.add(step) }
            failed += 1
            guard failures.count < HandoverJob.maximumFailures else { return }
            failures.append([
                "resource": .string(step.resource.name), "record": .integer(step.id), "code": .string(failure),
            ])
        }

        var result: JSONObject {
            ["resources": tally.json, "failed": .integer(failed), "failures": .array(failures)]
        }
    }
}
