import KoiJSON
import KoiSQLite

/// How many of the deals that were closed within a period were won, of new customers and of existing ones, as far as the actor sees
/// them.
struct WinRate {
    /// Whose deals they are.
    enum Customers: String, CaseIterable {
        case all
        case new
        case existing
    }

    struct Place: Hashable {
        let group: DealGrouping.Group
        let customers: Customers
        /// Nil for the deals of all currencies, of which there are numbers and no sums.
        let currency: String?
    }

    struct Figures {
        var won: Int64 = 0
        var lost: Int64 = 0
        var wonAmount: Int128 = 0
        var lostAmount: Int128 = 0

        mutating func add(_ isWon: Bool, _ deals: Int64, _ amount: Int128) {
            if isWon {
                won += deals
                wonAmount += amount
            } else {
                lost += deals
                lostAmount += amount
            }
        }
    }

    private let grouping: DealGrouping
    private let transaction: Transaction
    private let organisation: Organisation
    private(set) var figures: [Place: Figures] = [:]

    init(_ grouping: DealGrouping, _ period: ReportPeriod, _ transaction: Transaction) throws {
        self.grouping = grouping
        self.transaction = transaction
        organisation = transaction.catalog.organisation.current
        for (part, month) in grouping == .month ? months(of: period) : [(period, nil)] {
            try add(isWon: true, within: part, month)
            try add(isWon: false, within: part, month)
        }
    }

    /// The months of a period by the actor's time zone; the first and the last one may be cut.
    private func months(of period: ReportPeriod) -> [(period: ReportPeriod, month: String?)] {
        let months = Cohorts(.month, of: period, in: LocalTime(zone: transaction.actor.timeZone))
        let ends = months.beginnings.dropFirst() + [period.to]
        return zip(zip(months.beginnings, ends), months.days).compactMap { month, day in
            let (from, to) = (max(month.0, period.from), min(month.1, period.to))
            // Clocks may be put back over midnight, into a month that is over.
            return from < to ? (ReportPeriod(from: from, to: to), String(day.prefix(7))) : nil
        }
    }

    private mutating func add(isWon: Bool, within period: ReportPeriod, _ month: String?) throws {
        let time = isWon ? "t.\"wonAt\"" : "t.\"lostAt\""
        var sql = SQLFragment("SELECT t.existing, t.currency, ")
        sql.append(column)
        sql.append(" AS g, count(*), \(ExactSum.columns("t.amount")) FROM deals AS t WHERE t.\"removedAt\" IS NULL")
        sql.append(" AND \(time) >= ? AND \(time) < ?", [.integer(period.from), .integer(period.to)])
        if let condition = transaction.visibility(of: Deal.resource).condition {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" GROUP BY t.currency, g, t.existing")
        var found: [(group: DealGrouping.Group, isExisting: Bool, currency: String, deals: Int64, amount: Int128)] = []
        try transaction.connection.query(sql.sql, sql.values) { row in
            let group = group(row, month)
            found.append((group, row.bool(0), row.text(1), row.int(3), ExactSum.value(row, 4)))
        }
        for line in found {
            for customers in [Customers.all, line.isExisting ? .existing : .new] {
                for currency in [nil, line.currency] {
                    let place = Place(group: line.group, customers: customers, currency: currency)
                    figures[place, default: Figures()].add(isWon, line.deals, line.amount)
                }
            }
        }
    }

    private func group(_ row: Row, _ month: String?) -> DealGrouping.Group {
        switch grouping {
        case .month: month.map(DealGrouping.Group.word) ?? .nothing
        case .source: row.textOrNil(2).map(DealGrouping.Group.word) ?? .nothing
        case .none, .owner, .team, .pipeline: grouping.group(row.intOrNil(2), organisation)
        }
    }

    private var column: SQLFragment {
        switch grouping {
        case .none, .month: SQLFragment("NULL")
        case .owner, .team: SQLFragment("t.owner")
        case .pipeline: SQLFragment("t.pipeline")
        case .source: DealSource.column(transaction)
        }
    }
}

/// By what a deal came: the source of its lead, or else that of its customer.
enum DealSource {
    /// - Returns: of a query of deals under alias `t`; null where the actor does not see it.
    static func column(_ transaction: Transaction) -> SQLFragment {
        var sql = SQLFragment("coalesce(")
        sql.append(source(of: Lead.resource, "lead", transaction))
        sql.append(", ")
        sql.append(source(of: Customer.resource, "customer", transaction))
        sql.append(")")
        return sql
    }

    private static func source(of resource: Resource, _ field: String, _ transaction: Transaction) -> SQLFragment {
        let held = transaction.actor.access.restrictions(of: resource.name)
        let visibility = transaction.visibility(of: resource)
        guard held.reading("source") == .clear, visibility != .none else { return SQLFragment("NULL") }
        var sql = SQLFragment("(SELECT s.source FROM \(resource.name) AS s WHERE s.id = t.\(field)")
        if let condition = visibility.condition {
            sql.append(" AND EXISTS (SELECT 1 FROM \(resource.name) AS t WHERE t.id = s.id AND ")
            sql.append(condition)
            sql.append(")")
        }
        sql.append(")")
        return sql
    }
}
