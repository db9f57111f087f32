import KoiJSON
import KoiSQLite

/// A page of the log, the oldest first: whoever goes on after the last number that they saw misses nothing.
struct EventList {
    static let filters: [LogQuery.Filter] =
        [
            .isOne("type", LogQuery.word, "e.type"),
            .isOne("resource", LogQuery.word, "e.resource"),
            .isOne("record", .reference(""), "e.record"),
            .isOne("user", .reference(User.resource.name), "e.\"user\""),
        ] + LogQuery.Filter.period("e.at")

    private let query: LogQuery
    /// Nil where nothing is said of where to begin.
    let after: LogPosition?
    /// The same for lists that choose alike.
    var mark: UInt64 { query.mark.value }

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ parameters: [Parameter], for actor: Actor) throws {
        query = try LogQuery(parameters, of: "events", filters: EventList.filters, from: "after", for: actor)
        after = try query.logPosition()
        guard !query.filtered.contains("record") || query.filtered.contains("resource") else {
            throw LogQuery.recordAlone
        }
    }

    /// - Throws: `Problem` where there is nothing to go on after.
    func page(_ transaction: Transaction) throws -> [UInt8] {
        var page = EventPage(limit: query.limit, EventWriter(transaction))
        let (log, hub) = (transaction.catalog.log, transaction.catalog.eventHub)
        let position = try after?.sequence(in: log) ?? 0
        let newest = try EventLog.head(transaction.connection).sequence
        guard position <= newest else { throw LogPosition.ahead(of: newest) }
        let head = min(hub.head, newest)
        try each(after: position, through: head, limit: query.limit + 1, transaction) { page.add($0) }
        return page.finish { .string(LogPosition($0, of: log).text) }
    }

    /// Calls `row` with the events of the list, in order, until it returns false.
    ///
    /// - Parameter through: the last that is looked at.
    func each(
        after: Int64,
        through: Int64,
        limit: Int,
        _ transaction: Transaction,
        _ row: (Row) throws -> Bool
    ) throws {
        let users = transaction.actor.users(within: .read, on: .events)
        var sql = SQLFragment(
            """
            SELECT \(EventWriter.columns)
            FROM events AS e LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
            WHERE e.sequence > ? AND e.sequence <= ? AND 
            """,
            [.integer(after), .integer(through)]
        )
        sql.append(query.condition)
        if let users {
            sql.append(" AND ")
            sql.append(Dialect.isOne(of: users, "e.\"user\""))
        }
        sql.append(" AND ")
        sql.append(EventVisibility(transaction).condition(withOthers: users == nil))
        sql.append(" ORDER BY e.sequence LIMIT ?", [.integer(Int64(limit))])
        try transaction.connection.each(sql.sql, sql.values, row)
    }
}

/// What happened to one record and to those that belong to it, the newest first.
struct Timeline {
    /// Records that were merged into one and have their past in its timeline.
    private static let maximumMerged = 50

    private let resource: Resource
    private let id: Int64
    private let query: LogQuery
    private let before: Int64

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(of resource: Resource, _ id: Int64, _ parameters: [Parameter], for actor: Actor) throws {
        self.resource = resource
        self.id = id
        query = try LogQuery(parameters, of: "timeline of \(resource.name) \(id)", for: actor)
        before = try query.position() ?? .max
    }

    /// - Throws: `Problem.notFound` where the actor may not see the record.
    func page(_ transaction: Transaction) throws -> [UInt8] {
        let visibility = EventVisibility(transaction)
        guard try visibility.allows(id, of: resource) else { throw Problem.notFound(resource.label) }
        let place: [SQLValue] = [.text(resource.name), .integer(id)]
        var sql = SQLFragment("")
        // What was merged into it has its past here, too.
        let merged = try MergedRecord.losers(of: id, resource, transaction.connection)
            .prefix(Timeline.maximumMerged)
        // Walks along an index each, which SQLite merges as far as the page goes.
        for record in [id] + merged {
            sql.append(
                """
                SELECT \(EventWriter.columns)
                FROM events AS e LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
                WHERE e.resource = ? AND e.record = ? AND e.sequence < ?
                UNION ALL

                """,
                [.text(resource.name), .integer(record), .integer(before)]
            )
        }
        let seen = visibility.condition(withOthers: false)
        for lead in try Conversion.leads(
            of: EventSubject(resource: resource.name, id: id),
            limit: Int64(Timeline.maximumMerged),
            transaction.connection
        ) {
            // What happened to it since it was converted is related to this record, too.
            sql.append(
                """
                SELECT \(EventWriter.columns)
                FROM events AS e LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
                WHERE e.resource = ? AND e.record = ? AND e.sequence < ? AND NOT EXISTS (
                    SELECT 1 FROM event_relations AS r WHERE r.resource = ? AND r.record = ? AND r.sequence = e.sequence
                ) AND 
                """,
                [.text(Lead.resource.name), .integer(lead), .integer(before)] + place
            )
            sql.append(seen)
            sql.append("\nUNION ALL\n")
        }
        sql.append(
            """
            SELECT \(EventWriter.columns)
            FROM event_relations AS r CROSS JOIN events AS e ON e.sequence = r.sequence
                LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
            WHERE r.resource = ? AND r.record = ? AND r.sequence < ? AND NOT (e.resource = ? AND e.record = ?) AND 
            """,
            place + [.integer(before)] + place
        )
        if !merged.isEmpty {
            let others = merged.map(SQLValue.integer)
            sql.append(
                "NOT (e.resource = ? AND e.record IN (\(Dialect.marks(others)))) AND ",
                [.text(resource.name)] + others
            )
        }
        sql.append(seen)
        sql.append(" ORDER BY 1 DESC LIMIT ?", [.integer(Int64(query.limit + 1))])
        var page = EventPage(limit: query.limit, EventWriter(transaction))
        try transaction.connection.each(sql.sql, sql.values) { page.add($0) }
        return page.finish { .string(query.cursor(after: $0)) }
    }
}

/// A page of events while it is being written.
private struct EventPage {
    private let limit: Int
    private let writer: EventWriter
    private var json = JSONWriter(capacity: 16_384)
    private var count = 0
    private var last: Int64 = 0
    private var hasMore = false

    init(limit: Int, _ writer: EventWriter) {
        self.limit = limit
        self.writer = writer
        json.beginObject()
        json.key("items")
        json.beginArray()
    }

    /// Adds a row; false once the page is full.
    mutating func add(_ row: Row) -> Bool {
        guard count < limit else {
            hasMore = true
            return false
        }
        writer.write(row, into: &json)
        count += 1
        last = row.int(0)
        return true
    }

    /// - Parameter next: says where to go on after the last event of the page.
    mutating func finish(_ next: (Int64) -> JSONValue) -> [UInt8] {
        json.endArray()
        json.key("next")
        json.value(hasMore ? next(last) : .null)
        json.endObject()
        return json.bytes
    }
}

extension LogQuery {
    /// The kind of values that are words of Koi.
    static let word = FieldKind.text(TextRule(maximum: 100))
    static let recordAlone = Problem.badParameter(
        "record",
        Text("Say of which resource: resource=customers&record=7.", "请同时指定对象：resource=customers&record=7。")
    )
}
