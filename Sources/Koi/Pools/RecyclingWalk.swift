import KoiJSON
import KoiSQLite

/// Goes through the records that a pool may take back, by their numbers: the preview looks, the job takes.
struct RecyclingWalk {
    /// A record that is to be taken back.
    struct Candidate {
        let record: Int64
        let owner: Int64
        let due: Int64
        let rule: RecyclingRule
        /// When its owner was told, and for when.
        let warning: Int64?
        /// When it is taken: nobody loses a record who was not told in time.
        let takenAt: Int64
    }

    let pool: Record
    let resource: Resource
    private let rules: [RecyclingRule]
    private let warnTime: Int64
    private let clocks: LocalTime
    private let condition: SQLFragment
    private let transaction: Transaction

    /// - Parameter visible: which records are looked at; all for the job.
    /// - Returns: nil for a pool without rules, of records that Koi does not have, or with a filter that cannot be used.
    init?(_ pool: Record, _ transaction: Transaction, visible: Visibility = .all) throws {
        let rules = RecyclingRule.all(pool["rules"])
        guard !rules.isEmpty,
            let resource = pool["resource"].stringValue.flatMap({ transaction.catalog.resources[$0] }),
            let own = try RecyclingWalk.filter(of: pool, resource, transaction)
        else { return nil }
        self.pool = pool
        self.resource = resource
        self.rules = rules
        self.transaction = transaction
        clocks = LocalTime(zone: transaction.catalog.settings.current.timeZone)
        warnTime = (pool["warnDays"].integerValue ?? 0) * PoolDay.length
        var parts = own.conditions.map(\.fragment)
        for earlier in try RecyclingWalk.earlier(than: pool, transaction) {
            // One that cannot be used takes nothing, and so leaves all to those behind it.
            guard let filter = try RecyclingWalk.filter(of: earlier, resource, transaction) else { continue }
            let taken = SQLFragment.all(filter.conditions.map(\.fragment))
            // A condition on a field without a value is neither true nor false.
            parts.append(taken.map { SQLFragment("(\($0.sql)) IS NOT TRUE", $0.values) } ?? SQLFragment("0 = 1"))
        }
        let exempt = (pool["exemptTags"].arrayValue ?? []).compactMap { $0.stringValue.map(SQLValue.text) }
        if !exempt.isEmpty {
            let tagged = Dialect.hasElement("t.tags", exempt)
            parts.append(SQLFragment("NOT (\(tagged.sql))", tagged.values))
        }
        // What is closed is nobody's to look after any more.
        if let assignable = Assignable.of(resource) { parts.append(SQLFragment(assignable.open)) }
        if let seen = visible.condition { parts.append(seen) }
        condition = SQLFragment.all(parts) ?? SQLFragment("1 = 1")
    }

    /// The largest number of a record.
    func last() throws -> Int64 {
        try transaction.connection.first("SELECT max(id) FROM \(Dialect.quoted(resource.name))") { $0.intOrNil(0) ?? 0 }
            ?? 0
    }

    /// Those among so many numbers that are to be taken back, or whose owners are to be told, by a time.
    func candidates(after: Int64, window: Int64, by time: Int64) throws -> [Candidate] {
        let found = try transaction.connection.rows(
            """
            SELECT t.id, t.owner, \(facts), w.owner, w.at
            FROM \(Dialect.quoted(resource.name)) AS t \(Dialect.byNumber)
            LEFT JOIN pool_warnings AS w ON w.resource = ? AND w.record = t.id
            WHERE t.id > ? AND t.id <= ? AND t."removedAt" IS NULL AND t.owner IS NOT NULL AND \(condition.sql)
            ORDER BY t.id
            """,
            [.text(resource.name), .text(resource.name), .integer(after), .integer(after + window)] + condition.values
        ) { candidate($0, by: time) }
        return found.compactMap { $0 }
    }

    private func candidate(_ row: Row, by time: Int64) -> Candidate? {
        let facts = RecyclingRule.Facts(
            tier: row.textOrNil(2),
            heldSince: max(row.int(3), row.intOrNil(4) ?? .min),
            lastContact: row.intOrNil(5),
            lastDeal: row.intOrNil(6),
            hasOpenDeal: row.bool(7),
            contractEnd: row.textOrNil(8).flatMap { CalendarDate($0) }.map {
                clocks.time(day: $0.daysSince1970 + 1, rest: 0)
            }
        )
        guard let due = RecyclingRule.due(facts, by: rules), due.at <= time else { return nil }
        let owner = row.int(1)
        // What another owner was told, or what was told before somebody looked after it, counts for nothing.
        let warning = row.intOrNil(10).flatMap { at in
            row.intOrNil(9) == owner && at >= due.at - warnTime ? at : nil
        }
        let told = warning ?? max(transaction.now, due.at - warnTime)
        return Candidate(
            record: row.int(0),
            owner: owner,
            due: due.at,
            rule: due.rule,
            warning: warning,
            takenAt: max(due.at, told + warnTime)
        )
    }

    /// Tier, when it was made, when it changed hands last, the last contact, and what is known of deals.
    private var facts: String {
        let contact = """
            (SELECT max(a."happenedAt") FROM activities AS a WHERE a.lead = t.id AND a."removedAt" IS NULL)
            """
        let deals = """
            FROM deals AS d WHERE d.\(Dialect.quoted(resource.singular)) = t.id AND d."removedAt" IS NULL
            """
        return """
            \(resource.field("tier") == nil ? "NULL" : "t.tier"), t."createdAt", \
            (SELECT max(o.at) FROM ownerships AS o WHERE o.resource = ? AND o.record = t.id), \
            \(resource.field("lastCareAt") == nil ? contact : "t.\"lastCareAt\""), \
            (SELECT max(d."createdAt") \(deals)), EXISTS (SELECT 1 \(deals) AND d.state = 'open'), \
            (SELECT max(d."contractTo") \(deals) AND d.state = 'won')
            """
    }

    private static func earlier(than pool: Record, _ transaction: Transaction) throws -> [Record] {
        let store = RecordStore(Pool.resource, transaction.connection)
        let ids = try transaction.connection.rows(
            """
            SELECT id FROM pools WHERE resource = ? AND id < ? AND recycles = 1 AND "removedAt" IS NULL ORDER BY id
            """,
            [.text(pool["resource"].stringValue ?? ""), .integer(pool.id)]
        ) { $0.int(0) }
        return try ids.compactMap { try store.find($0, .all) }
    }

    /// The filter of a pool; nil where it cannot be used any more, as where its field is gone.
    ///
    /// Whoever made the pool was asked for the right to filter so.
    static func filter(of pool: Record, _ resource: Resource, _ transaction: Transaction) throws -> RuleFilter? {
        try RuleFilter(SavedView.parameters(ofFilter: pool["filter"]), resource, transaction.part(as: .system))
    }
}
