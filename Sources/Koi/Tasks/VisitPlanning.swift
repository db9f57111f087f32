import KoiJSON
import KoiSQLite

/// Makes a task for each customer who is to be visited again, every night, some days before it is due.
///
/// Each customer has one at a time. It moves where somebody has cared for the customer meanwhile.
enum VisitPlanning {
    private static let day: Int64 = 86_400_000
    /// How many days ahead tasks are made, so that people can plan their week.
    static let daysAhead: Int64 = 7
    /// The numbers of customers that are looked at in one go.
    private static let window: Int64 = 500

    static let kind = JobKind("planVisits", recurrence: .daily(minute: 20 * 60 + 30), chunk: chunk)

    static func chunk(_ chunk: inout JobChunk) throws -> JobStep {
        let transaction = chunk.transaction
        let cadence = transaction.catalog.settings.current.visitCadence
        let last = try transaction.connection.first("SELECT max(id) FROM customers") { $0.intOrNil(0) ?? 0 } ?? 0
        var after = chunk.position["after"]?.integerValue ?? 0
        while chunk.hasTime {
            guard !cadence.days.isEmpty, after < last else { return .done(["planned": .integer(chunk.done)]) }
            for visit in try visits(after: after, cadence, transaction) {
                guard chunk.hasTime else { return .more }
                try plan(visit, transaction)
                chunk.done += 1
                chunk.position["after"] = .integer(visit.customer)
            }
            after += window
            chunk.position["after"] = .integer(after)
        }
        return .more
    }

    private struct Visit {
        let customer: Int64
        let owner: Int64
        let due: Int64
        /// The task that is there already.
        let task: Int64?
    }

    /// The visits to be planned anew, or at another time.
    private static func visits(after: Int64, _ cadence: VisitCadence, _ transaction: Transaction) throws -> [Visit] {
        let tiers = cadence.days.keys.sorted().map(SQLValue.text)
        // A task that was done or thrown away without a word of what came of it counts as a visit, or it would come again
        // the next night.
        let rows = try transaction.connection.rows(
            """
            SELECT c.id, c.owner, c.tier, c."lastCareAt", c."createdAt",
                (SELECT max(coalesce(t."doneAt", t."removedAt")) FROM tasks AS t
                    WHERE t.customer = c.id AND t.cause = 'visitCadence'),
                o.id, o.due, o."createdAt"
            FROM customers AS c \(Dialect.byNumber)
            JOIN users AS u ON u.id = c.owner AND u.active = 1
            LEFT JOIN tasks AS o ON o.customer = c.id AND o.cause = 'visitCadence'
                AND o."doneAt" IS NULL AND o."removedAt" IS NULL
            WHERE c.id > ? AND c.id <= ? AND c."removedAt" IS NULL AND c.tier IN (\(Dialect.marks(tiers)))
            ORDER BY c.id
            """,
            [.integer(after), .integer(after + window)] + tiers
        ) { row -> Visit? in
            let base = max(row.intOrNil(3) ?? row.int(4), row.intOrNil(5) ?? .min)
            let due = base + (cadence.days[row.text(2)] ?? 0) * day
            let visit = Visit(customer: row.int(0), owner: row.int(1), due: due, task: row.intOrNil(6))
            guard visit.task != nil else {
                return due <= transaction.now + daysAhead * day ? visit : nil
            }
            let isCaredFor = row.intOrNil(3) ?? .min > row.int(8)
            return isCaredFor && due > row.intOrNil(7) ?? .min ? visit : nil
        }
        return rows.compactMap { $0 }
    }

    private static func plan(_ visit: Visit, _ transaction: Transaction) throws {
        let records = RecordService(WorkTask.resource, transaction)
        if let task = visit.task {
            let before = try records.find(task)
            var record = before
            record["due"] = .string(Timestamp.text(visit.due))
            _ = try records.save(record, before: before)
            return
        }
        var record = Record(WorkTask.resource)
        record["name"] = .string(Text("Return visit", "定期回访")(transaction.catalog.settings.current.language))
        record["kind"] = "visit"
        record["customer"] = .integer(visit.customer)
        record["owner"] = .integer(visit.owner)
        // What could not have been done before is not overdue from the start.
        record["due"] = .string(Timestamp.text(max(visit.due, transaction.now)))
        record["cause"] = .string(WorkTask.Cause.visitCadence.rawValue)
        _ = try records.add(made: record)
    }
}
