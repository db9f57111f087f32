import KoiSQLite

/// What counts for targets of one measure within some days, by the company's time zone, so that it is the same for everybody.
struct TargetCount {
    private let counting: Attainment.Counting
    private let transaction: Transaction

    init(_ counting: Attainment.Counting, _ transaction: Transaction) {
        self.counting = counting
        self.transaction = transaction
    }

    static func resource(of measure: TargetMeasure) -> Resource {
        measure == .leadsAnswered ? Lead.resource : Deal.resource
    }

    /// By who owned what is counted when it came about: whoever gets it later reaches nothing by that.
    ///
    /// - Throws: 403 where a field by which is counted is held back from the actor.
    func byOwner() throws -> [Int64?: Int128] {
        try requireSight()
        guard let (from, to) = times else { return [:] }
        var sql = SQLFragment(
            """
            SELECT \(whose) AS whose, count(*)\(isSum ? ", " + ExactSum.columns("t.amount") : "") FROM \(resource.name) AS t
            WHERE t."removedAt" IS NULL AND \(time) >= ? AND \(time) < ?
            """,
            [.integer(from), .integer(to)]
        )
        for condition in [condition, sight].compactMap({ $0 }) {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" GROUP BY whose")
        let rows = try transaction.connection.rows(sql.sql, sql.values) { row in
            (row.intOrNil(0), isSum ? ExactSum.value(row, 2) : Int128(row.int(1)))
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    private var resource: Resource { TargetCount.resource(of: counting.measure) }
    private var isSum: Bool { counting.measure == .wonAmount }
    private var time: String {
        "t." + Dialect.quoted(counting.measure == .leadsAnswered ? "firstResponseAt" : "wonAt")
    }

    /// The owner at that time: the previous one of the first change behind it, and the present one where there was none.
    private var whose: String {
        let later = """
            FROM ownerships AS o WHERE o.resource = '\(resource.name)' AND o.record = t.id AND o.at > \(time)
            """
        return """
            CASE WHEN EXISTS (SELECT 1 \(later)) THEN (SELECT o.previous \(later) ORDER BY o.id LIMIT 1) ELSE t.owner END
            """
    }

    /// What the actor sees, and what was of those whose records the actor sees: their results stay theirs.
    ///
    /// Nil for all.
    private var sight: SQLFragment? {
        guard var sight = transaction.visibility(of: resource).condition else { return nil }
        let access = transaction.actor.access
        let users = (access.users(within: access.scope(.read, on: resource.name)) ?? []).sorted().map(SQLValue.integer)
        guard !users.isEmpty else { return sight }
        let marks = Dialect.marks(users)
        sight = SQLFragment("(" + sight.sql, sight.values)
        sight.append(" OR \(whose) IN (\(marks)))", users)
        return sight
    }

    private var condition: SQLFragment? {
        switch counting.measure {
        case .wonDeals, .leadsAnswered: nil
        case .wonAmount: SQLFragment("t.currency = ?", [SQLValue(counting.currency)])
        // The first deal that a customer ever won counts, whoever else may have made one at the same time.
        case .newCustomers:
            SQLFragment(
                """
                NOT EXISTS (SELECT 1 FROM deals AS e WHERE e.customer = t.customer
                    AND e.state = 'won' AND e."removedAt" IS NULL AND (e."wonAt", e.id) < (t."wonAt", t.id))
                """
            )
        }
    }

    private var times: (from: Int64, to: Int64)? {
        let clocks = LocalTime(zone: transaction.catalog.settings.current.timeZone)
        guard let from = CalendarDate(counting.from), let to = CalendarDate(counting.to) else { return nil }
        return (clocks.time(day: from.daysSince1970, rest: 0), clocks.time(day: to.daysSince1970 + 1, rest: 0))
    }

    private func requireSight() throws {
        let fields =
            switch counting.measure {
            case .wonAmount: ["owner", "wonAt", "amount", "currency"]
            case .wonDeals: ["owner", "wonAt"]
            case .newCustomers: ["owner", "wonAt", "customer"]
            case .leadsAnswered: ["owner", "firstResponseAt"]
            }
        let held = transaction.actor.access.restrictions(of: resource.name)
        guard fields.allSatisfy({ held.reading($0) == .clear }) else {
            throw Problem.notPermitted(.read, resource.name)
        }
    }
}
