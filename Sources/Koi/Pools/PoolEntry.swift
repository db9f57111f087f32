import KoiJSON
import KoiSQLite

/// What happened to a record of a pool: somebody tried to take it, gave it back, or Koi took it back.
struct PoolEntry {
    enum Kind: String, CaseIterable {
        case won
        /// Somebody else had it already.
        case lost
        case claimCap = "claim_cap"
        case holdingCap = "holding_cap"
        case cooldown
        case notMember = "not_member"
        case released
        case recycled
        case warned

        /// Whether it is an attempt to take a record.
        var isContest: Bool {
            switch self {
            case .won, .lost, .claimCap, .holdingCap, .cooldown, .notMember: true
            case .released, .recycled, .warned: false
            }
        }
    }

    let pool: Int64
    let record: EventSubject
    let at: Int64
    let kind: Kind
    /// Who tried, or who owned the record.
    let user: Int64?
    /// Who had taken the record before.
    var winner: Int64?
    var reason: String?
}

/// The rows of `pool_entries`.
struct PoolEntries {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func add(_ entry: PoolEntry) throws {
        try connection.run(
            """
            INSERT INTO pool_entries (pool, resource, record, at, kind, "user", winner, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(entry.pool), .text(entry.record.resource), .integer(entry.record.id), .integer(entry.at),
                .text(entry.kind.rawValue), .nullable(entry.user), .nullable(entry.winner), .nullable(entry.reason),
            ]
        )
    }

    /// Who took a record last, of whichever pool, since a time.
    func lastWin(of record: EventSubject, since time: Int64) throws -> (pool: Int64, user: Int64, at: Int64)? {
        try connection.first(
            """
            SELECT pool, "user", at FROM pool_entries
            WHERE resource = ? AND record = ? AND kind = 'won' AND at >= ? ORDER BY id DESC LIMIT 1
            """,
            [.text(record.resource), .integer(record.id), .integer(time)]
        ) { ($0.int(0), $0.int(1), $0.int(2)) }
    }

    func wins(in pool: Int64, by user: Int64, since time: Int64) throws -> Int64 {
        try connection.first(
            "SELECT count(*) FROM pool_entries WHERE pool = ? AND \"user\" = ? AND kind = 'won' AND at >= ?",
            [.integer(pool), .integer(user), .integer(time)]
        ) { $0.int(0) } ?? 0
    }

    /// A page, the newest first, as `{"items": […], "next": …}`.
    ///
    /// - Parameter visibility: the records of which also is told why somebody gave them back.
    func page(
        of pool: Record,
        contests: Bool,
        seeing visibility: Visibility,
        _ query: PageQuery
    ) throws -> [UInt8] {
        let kinds = PoolEntry.Kind.allCases.filter { $0.isContest || !contests }.map { SQLValue.text($0.rawValue) }
        let before = try query.position()?.id ?? .max
        let reason = PoolEntries.reason(pool["resource"].stringValue ?? "", visibility)
        let items = try connection.rows(
            """
            SELECT p.id, p.resource, p.record, p.at, p.kind, p."user", p.winner, \(reason.sql) FROM pool_entries AS p
            WHERE p.pool = ? AND p.id < ? AND p.kind IN (\(Dialect.marks(kinds))) ORDER BY p.id DESC LIMIT ?
            """,
            reason.values + [.integer(pool.id), .integer(before)] + kinds + [.integer(Int64(query.limit + 1))]
        ) { row in
            (
                id: row.int(0),
                json: [
                    "id": .integer(row.int(0)), "resource": .string(row.text(1)), "record": .integer(row.int(2)),
                    "at": .string(Timestamp.text(row.int(3))), "kind": .string(row.text(4)),
                    "user": row.intOrNil(5).map(JSONValue.integer) ?? .null,
                    "winner": row.intOrNil(6).map(JSONValue.integer) ?? .null,
                    "reason": row.textOrNil(7).map(JSONValue.string) ?? .null,
                ] as JSONValue
            )
        }
        let page = items.prefix(query.limit)
        let next = items.count > query.limit ? page.last.map { query.cursor(after: $0.id) } : nil
        let answer: JSONValue = ["items": .array(page.map(\.json)), "next": next.map(JSONValue.string) ?? .null]
        return Array(answer.text.utf8)
    }

    /// What people wrote is about the record, and for who sees that one; what Koi wrote is the rule.
    private static func reason(_ resource: String, _ visibility: Visibility) -> SQLFragment {
        guard let seen = visibility.condition else { return SQLFragment("p.reason") }
        return SQLFragment(
            """
            CASE WHEN p.kind <> 'released' OR EXISTS (
                SELECT 1 FROM \(Dialect.quoted(resource)) AS t WHERE t.id = p.record AND \(seen.sql)) THEN p.reason END
            """,
            seen.values
        )
    }
}
