import KoiHTTP
import KoiJSON
import KoiSQLite

/// Changes many records one after the other, with the rights of whoever asked for it: first it counts them, for the progress.
///
/// What it has done is kept with each chunk, so that none is changed twice.
enum MassJob {
    static let name = "massChange"
    /// Records of one chunk, however fast the machine is, and those that are looked up at once.
    private static let batch: Int64 = 500
    private static let lookAhead: Int64 = 50
    /// Records that could not be changed which the result names.
    private static let maximumFailures = 100

    static let kind = kind(batch: batch)

    static func kind(batch: Int64) -> JobKind {
        JobKind(name) { chunk in
            let order = try MassOrder(chunk.job.parameters, in: chunk.transaction)
            // Who asked may have lost the right since.
            try MassService(chunk.transaction).requireRight(order)
            guard try count(order, &chunk) else { return .more }
            var report = MassReport(chunk.position)
            defer { chunk.position = report.position }
            let end = chunk.done + batch
            // One at least, or what takes all the time to be found would be looked for again and again.
            repeat {
                let last = report.last
                let found = try report.window.timed { window in
                    try order.records(after: last, limit: lookAhead, window: window, in: chunk.transaction)
                }
                guard let part = found else { return .done(report.result) }
                for (index, id) in part.ids.enumerated() {
                    guard index == 0 || (chunk.hasTime && chunk.done < end) else { return .more }
                    try carryOut(order, id, &report, chunk.transaction)
                    chunk.done += 1
                }
                report.last = part.end
            } while chunk.hasTime && chunk.done < end
            return .more
        }
    }

    /// - Returns: whether all are counted.
    private static func count(_ order: MassOrder, _ chunk: inout JobChunk) throws -> Bool {
        guard chunk.total == nil else { return true }
        var counted = chunk.position["counted"]?.integerValue ?? 0
        var looked = chunk.position["looked"]?.integerValue ?? 0
        var window = MassWindow(chunk.position)
        repeat {
            let found = try window.timed { try order.count(after: looked, window: $0, in: chunk.transaction) }
            guard let part = found else {
                chunk.total = counted
                chunk.position = ["window": .integer(window.size)]
                return true
            }
            counted += part.count
            looked = part.end
        } while chunk.hasTime
        chunk.position = [
            "counted": .integer(counted), "looked": .integer(looked), "window": .integer(window.size),
        ]
        return false
    }

    private static func carryOut(
        _ order: MassOrder,
        _ id: Int64,
        _ report: inout MassReport,
        _ transaction: Transaction
    ) throws {
        report.last = id
        // What it leaves to be done once it is stored counts only where it is not undone.
        let part = transaction.part()
        do {
            let isChanged = try transaction.connection.savepoint { try carryOut(order, id, part) }
            transaction.absorb(part)
            report.count(isChanged)
        } catch let error as SQLiteError where error.isConstraint {
            report.fail(["record": .integer(id), "code": "conflict", "errors": []], maximumFailures)
        } catch let problem as Problem where problem.status.code < 500 {
            report.fail(problem.massFailure(of: id), maximumFailures)
        }
    }

    /// - Returns: whether it made a difference.
    private static func carryOut(_ order: MassOrder, _ id: Int64, _ transaction: Transaction) throws -> Bool {
        let service = RecordService(order.resource, transaction)
        guard let patch = order.patch else {
            try service.remove(id)
            return true
        }
        let before = try service.find(id)
        return try service.change(id, patch).version != before.version
    }
}

/// What was done so far, kept in the position of the job.
private struct MassReport {
    /// The record up to which all is done.
    var last: Int64
    var window: MassWindow
    private var changed: Int64
    private var unchanged: Int64
    private var failed: Int64
    private var failures: [JSONValue]

    init(_ position: JSONObject) {
        last = position["last"]?.integerValue ?? 0
        window = MassWindow(position)
        changed = position["changed"]?.integerValue ?? 0
        unchanged = position["unchanged"]?.integerValue ?? 0
        failed = position["failed"]?.integerValue ?? 0
        failures = position["failures"]?.arrayValue ?? []
    }

    mutating func count(_ isChanged: Bool) {
        if isChanged { changed += 1 } else { unchanged += 1 }
    }

    mutating func fail(_ failure: JSONValue, _ maximum: Int) {
        failed += 1
        if failures.count < maximum { failures.append(failure) }
    }

    var position: JSONObject {
        JSONObject(
            [.init(name: "last", value: .integer(last)), .init(name: "window", value: .integer(window.size))]
                + result.members
        )
    }

    var result: JSONObject {
        [
            "changed": .integer(changed), "unchanged": .integer(unchanged), "failed": .integer(failed),
            "failures": .array(failures),
        ]
    }
}
