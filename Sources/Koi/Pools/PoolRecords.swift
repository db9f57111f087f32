import KoiJSON
import KoiSQLite

/// What members see of the records of a pool before they take one: where and what it is, and nothing by which it could be
/// reached without taking it.
struct PoolRecords {
    /// Shown in a list, which counts for nothing.
    private static let listed = ["kind", "region", "industry", "size", "tier", "source"]
    /// Shown of one record at which somebody looks, which counts as a view.
    private static let looked = [
        "name", "company", "kind", "region", "industry", "size", "tier", "source", "need", "lastCareAt",
    ]

    private let pool: Record
    private let resource: Resource
    private let transaction: Transaction

    /// - Throws: `Problem.notFound` where the pool is of records that Koi does not have, 403 where the actor may read none of
    ///   these at all.
    init(_ pool: Record, _ transaction: Transaction) throws {
        guard let resource = pool["resource"].stringValue.flatMap({ transaction.catalog.resources[$0] }) else {
            throw Problem.notFound(Pool.resource.label)
        }
        try RecordPermission(resource, transaction).require(.read)
        self.pool = pool
        self.resource = resource
        self.transaction = transaction
    }

    /// A page by number, as `{"items": […], "next": …}`.
    func page(_ query: PageQuery) throws -> [UInt8] {
        let after = try query.position()?.id ?? 0
        let items = try rows("t.id > ? ORDER BY t.id LIMIT ?", [.integer(after), .integer(Int64(query.limit + 1))])
        let page = items.prefix(query.limit)
        let next = items.count > query.limit ? page.last.map { query.cursor(after: $0.id) } : nil
        let shown = page.map { json($0, PoolRecords.listed) }
        let answer: JSONValue = ["items": .array(shown), "next": next.map(JSONValue.string) ?? .null]
        return Array(answer.text.utf8)
    }

    /// One record.
    ///
    /// That somebody looked at it counts once a day, and is counted before it is shown.
    ///
    /// - Throws: `Problem.notFound` for what does not lie in the pool.
    func look(at id: Int64, by user: Int64) throws -> [UInt8] {
        guard let record = try rows("t.id = ?", [.integer(id)]).first else { throw Problem.notFound(resource.label) }
        let (pool, cap) = (self.pool.id, self.pool["dailyViews"].integerValue)
        transaction.owe { try PoolViews($0).count(record.id, of: pool, by: user, atMost: cap) }
        return Array(json(record, PoolRecords.looked).text.utf8)
    }

    private func rows(_ condition: String, _ values: [SQLValue]) throws -> [Record] {
        let store = RecordStore(resource, transaction.connection)
        return try transaction.connection.rows(
            """
            SELECT \(resource.encoder.selection) FROM \(Dialect.quoted(resource.name)) AS t
            WHERE t.pool = ? AND t.owner IS NULL AND t."removedAt" IS NULL AND \(Pool.condition(resource).sql) AND \(condition)
            """,
            [.integer(pool.id)] + values
        ) { try store.record(from: $0) }
    }

    /// What is held back from the actor's role stays so.
    private func json(_ record: Record, _ names: [String]) -> JSONValue {
        let held = transaction.actor.access.restrictions(of: resource.name)
        let members = names.filter { resource.field($0) != nil && held.reading($0) == .clear }.map {
            JSONObject.Member(name: $0, value: record[$0])
        }
        return .object(JSONObject([.init(name: "record", value: .integer(record.id))] + members))
    }
}

/// At how many records of a pool somebody has looked on a day.
struct PoolViews {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `Problem` 403 where the member has looked at as many as may be.
    func count(_ record: Int64, of pool: Int64, by user: Int64, atMost cap: Int64?) throws {
        let connection = transaction.connection
        let place: [SQLValue] = [.integer(pool), .integer(user), .integer(PoolDay(transaction).number)]
        try connection.run("DELETE FROM pool_views WHERE pool = ? AND \"user\" = ? AND day < ?", place)
        let known = try connection.first(
            "SELECT 1 FROM pool_views WHERE pool = ? AND \"user\" = ? AND day = ? AND record = ?",
            place + [.integer(record)]
        ) { _ in true }
        guard known == nil else { return }
        let count = try connection.first(
            "SELECT count(*) FROM pool_views WHERE pool = ? AND \"user\" = ? AND day = ?",
            place
        ) { $0.int(0) }
        if let cap, count ?? 0 >= cap {
            throw Problem.forbidden(
                "view_cap",
                "You have looked at \(cap) records of this pool today, which is all that it shows.",
                "您今日已查看此公海的 \(cap) 条记录，达到上限。"
            )
        }
        try connection.run(
            "INSERT INTO pool_views (pool, \"user\", day, record) VALUES (?, ?, ?, ?)",
            place + [.integer(record)]
        )
    }
}
