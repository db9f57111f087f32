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
    private let condition: SQLFragment
    private let transaction: Transaction

    /// - Parameter visible: which records are looked at; all for the job.
    /// - Returns: nil for a pool without rules, or of records that Koi does not have.
    init?(_ pool: Record, _ transaction: Transaction, visible: Visibility = .all) throws {
        let rules = RecyclingRule.all(pool["rules"])
        guard !rules.isEmpty, let resource = pool["resource"].stringValue.flatMap({ transaction.catalog.resources[$0] })
        else { return nil }
        self.pool = pool
        self.resource = resource
        self.rules = rules
        self.transaction = transaction
        warnTime = (pool["warnDays"].integerValue ?? 0) * PoolDay.length
        var parts = try RecyclingWalk.conditions(of: pool, resource, transaction)
        for earlier in try RecyclingWalk.earlier(than: pool, transaction) {
            let taken = SQLFragment.all(try RecyclingWalk.conditions(of: earlier, resource, transaction))
            // A condition on a field without a value is neither true nor false.
            parts.append(taken.map { SQLFragment("(\($0.sql)) IS NOT TRUE", $0.values) } ?? SQLFragment("0 = 1"))
        }
        let exempt = (pool["exemptTags"].arrayValue ?? []).compactMap { $0.stringValue.map(SQLValue.text) }
        if !exempt.isEmpty {
            let tagged = Dialect.hasElement("t.tags", exempt)
            parts.append(SQLFragment("NOT (\(tagged.sql))", tagged.values))
        }
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
            lastContact: row.intOrNil(5)
        )
        guard let due = RecyclingRule.due(facts, by: rules), due.at <= time else { return nil }
        let owner = row.int(1)
        // What another owner was told, or what was told before somebody looked after it, counts for nothing.
        let warning = row.intOrNil(7).flatMap { at in
            row.intOrNil(6) == owner && at >= due.at - warnTime ? at : nil
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

    /// Tier, when it was made, when it changed hands last, and the last contact.
    private var facts: String {
        let contact = """
            (SELECT max(a."happenedAt") FROM activities AS a WHERE a.lead = t.id AND a."removedAt" IS NULL)
            """
        return """
            \(resource.field("tier") == nil ? "NULL" : "t.tier"), t."createdAt", \
            (SELECT max(o.at) FROM ownerships AS o WHERE o.resource = ? AND o.record = t.id), \
            \(resource.field("lastCareAt") == nil ? contact : "t.\"lastCareAt\"")
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

    private static func conditions(
        of pool: Record,
        _ resource: Resource,
        _ transaction: Transaction
    ) throws -> [SQLFragment] {
        let filter: [Parameter] = (pool["filter"].objectValue ?? [:]).members.map {
            ($0.name, $0.value.stringValue ?? $0.value.text)
        }
        // Whoever made the pool was asked for the right to filter so.
        return try transaction.acting(as: .system) {
            try ListQueryParser(resource, $0, isCounted: false).parse(filter).conditions.map(\.fragment)
        }
    }
}
