import KoiJSON
import KoiSQLite

/// Makes a task for each customer who is to be visited again, every night, some days before it is due.
///
/// Each customer has one at a time, which is its owner's: the task goes with the customer to another owner, and belongs to nobody
/// while the customer does. It moves where somebody has cared for the customer meanwhile.
enum VisitPlanning {
    private static let day: Int64 = 86_400_000
    /// How many days ahead tasks are made, so that people can plan their week.
    static let daysAhead: Int64 = 7
    /// The numbers of customers that are looked at in one go, where that has not taken long.
    private static let window: Int64 = 500

    static let kind = JobKind("planVisits", recurrence: .daily(minute: 20 * 60 + 30), chunk: chunk)

    static func chunk(_ chunk: inout JobChunk) throws -> JobStep {
        let transaction = chunk.transaction
        let cadence = transaction.catalog.settings.current.visitCadence
        let last = try transaction.connection.first("SELECT max(id) FROM customers") { $0.intOrNil(0) ?? 0 } ?? 0
        var after = chunk.position["after"]?.integerValue ?? 0
        var window = MassWindow(chunk.position, atFirst: VisitPlanning.window)
        defer { chunk.position = ["after": .integer(after), "window": .integer(window.size)] }
        // One at least, or what takes all the time to be found would be looked for again and again.
        repeat {
            guard !cadence.days.isEmpty, after < last else { return .done(["planned": .integer(chunk.done)]) }
            let start = after
            let found = try window.timed { size in
                (size: size, visits: try visits(after: start, size, cadence, transaction))
            }
            for (index, visit) in found.visits.enumerated() {
                guard index == 0 || chunk.hasTime else { return .more }
                try plan(visit, transaction)
                chunk.done += 1
                after = visit.customer
            }
            after = start + found.size
        } while chunk.hasTime
        return .more
    }

    private struct Visit {
        let customer: Int64
        let owner: Int64?
        /// When it is to be; nil where that stays as it is.
        var due: Int64?
        /// The task that is there already.
        var task: Int64?
        /// Whether there is another task for the same, as after a merge of two customers.
        var isSecond = false
    }

    /// The visits to be planned anew, at another time or by another.
    private static func visits(
        after: Int64,
        _ window: Int64,
        _ cadence: VisitCadence,
        _ transaction: Transaction
    ) throws -> [Visit] {
        let tiers = cadence.days.keys.sorted().map(SQLValue.text)
        var visits: [Visit] = []
        var seen: Int64?
        // A task that was done or thrown away without a word of what came of it counts as a visit, or it would come again
        // the next night.
        try transaction.connection.query(
            """
            SELECT c.id, c.owner, c.tier, c."lastCareAt", c."createdAt",
                (SELECT max(coalesce(t."doneAt", t."removedAt")) FROM tasks AS t
                    WHERE t.customer = c.id AND t.cause = 'visitCadence'),
                o.id, o.due, o."createdAt", o.owner
            FROM customers AS c \(Dialect.byNumber)
            LEFT JOIN users AS u ON u.id = c.owner AND u.active = 1
            LEFT JOIN tasks AS o ON o.customer = c.id AND o.cause = 'visitCadence'
                AND o."doneAt" IS NULL AND o."removedAt" IS NULL
            WHERE c.id > ? AND c.id <= ? AND c."removedAt" IS NULL
                AND (o.id IS NOT NULL AND (c.owner IS NULL OR u.id IS NOT NULL)
                    OR u.id IS NOT NULL AND c.tier IN (\(Dialect.marks(tiers))))
            ORDER BY c.id, o.id
            """,
            [.integer(after), .integer(after + window)] + tiers
        ) { row in
            let isSecond = seen == row.int(0)
            seen = row.int(0)
            if isSecond {
                visits.append(Visit(customer: row.int(0), owner: nil, task: row.intOrNil(6), isSecond: true))
            } else if let visit = visit(row, cadence, transaction.now) {
                visits.append(visit)
            }
        }
        return visits
    }

    /// - Returns: nil where all is as it should be.
    private static func visit(_ row: Row, _ cadence: VisitCadence, _ now: Int64) -> Visit? {
        let base = max(row.intOrNil(3) ?? row.int(4), row.intOrNil(5) ?? .min)
        let due = row.textOrNil(2).flatMap { cadence.days[$0] }.map { base + $0 * day }
        var visit = Visit(customer: row.int(0), owner: row.intOrNil(1), task: row.intOrNil(6))
        guard visit.task != nil else {
            guard let due, due <= now + daysAhead * day else { return nil }
            visit.due = due
            return visit
        }
        let planned = row.intOrNil(7) ?? .min
        let isCaredFor = row.intOrNil(3) ?? .min > row.int(8)
        let isGiven = visit.owner != row.intOrNil(9)
        if isCaredFor, let due, due > planned {
            visit.due = due
        } else if isGiven, visit.owner != nil {
            visit.due = max(planned, now)
        }
        return isGiven || visit.due != nil ? visit : nil
    }

    private static func plan(_ visit: Visit, _ transaction: Transaction) throws {
        let records = RecordService(WorkTask.resource, transaction)
        guard let task = visit.task else { return try add(visit, records, transaction) }
        let before = try records.find(task)
        guard !visit.isSecond else { return try records.layAway(before, "removed") }
        var record = before
        record["owner"] = visit.owner.map(JSONValue.integer) ?? .null
        if let due = visit.due { record["due"] = .string(Timestamp.text(due)) }
        _ = try records.save(record, before: before)
    }

    private static func add(_ visit: Visit, _ records: RecordService, _ transaction: Transaction) throws {
        var record = Record(WorkTask.resource)
        record["name"] = .string(Text("Return visit", "定期回访")(transaction.catalog.settings.current.language))
        record["kind"] = "visit"
        record["customer"] = .integer(visit.customer)
        record["owner"] = visit.owner.map(JSONValue.integer) ?? .null
        // What could not have been done before is not overdue from the start.
        record["due"] = .string(Timestamp.text(max(visit.due ?? transaction.now, transaction.now)))
        record["cause"] = .string(WorkTask.Cause.visitCadence.rawValue)
        _ = try records.add(made: record)
    }
}
