import KoiJSON
import KoiSQLite

/// How far the leads came that were received in each cohort, as far as the actor sees them.
///
/// Where leads are told apart by one trait at most, whole days are taken from the table that is kept up to date with them, and the
/// leads themselves are read for what is left at both ends of a cohort: a day by UTC is none by the clocks of most people. Where more
/// is asked, all is read from the leads.
struct FunnelQuery {
    private static let day: Int64 = 86_400_000

    private let cohorts: Cohorts
    /// By which rows are told apart; nil where they are not.
    private let group: FunnelTrait?
    private let filters: [FunnelTrait: [SQLValue]]
    private let visibility: Visibility
    private let scan: LeadScan
    private let connection: Connection

    /// By cohort, and by the value of the trait: empty for none.
    private(set) var figures: [[String: FunnelFigures]]

    init(
        _ cohorts: Cohorts,
        by group: FunnelTrait?,
        _ filters: [FunnelTrait: [SQLValue]],
        in transaction: Transaction
    ) throws {
        self.cohorts = cohorts
        self.group = group
        self.filters = filters
        visibility = transaction.visibility(of: Lead.resource)
        scan = LeadScan(filters, in: transaction)
        connection = transaction.connection
        figures = cohorts.days.map { _ in [:] }
        try find()
    }

    private mutating func find() throws {
        guard cohorts.from < cohorts.end else { return }
        guard let trait = keptTrait else { return try read(from: cohorts.from, to: cohorts.end) }
        // What lies between the whole days of one cohort and those of the next is read at once.
        var place = cohorts.from
        let ends = cohorts.beginnings.dropFirst() + [cohorts.end]
        for (beginning, end) in zip(cohorts.beginnings, ends) {
            let first = -((-beginning).flooredQuotient(FunnelQuery.day))
            let last = end.flooredQuotient(FunnelQuery.day)
            guard first < last else { continue }
            try read(from: place, to: first * FunnelQuery.day)
            try add(trait, days: first..<last, to: cohorts.place(of: beginning))
            place = last * FunnelQuery.day
        }
        try read(from: place, to: cohorts.end)
    }

    // MARK: Kept figures

    /// The one trait by which leads are told apart, by whatever is asked and seen: any where by none; nil where by several.
    private var keptTrait: FunnelTrait? {
        var traits = Set(filters.keys)
        if let group { traits.insert(group) }
        switch visibility {
        case .all: break
        case .owned: traits.insert(.owner)
        case .none, .flagged, .shared, .any: return nil
        }
        return traits.count > 1 ? nil : traits.first ?? .source
    }

    private mutating func add(_ trait: FunnelTrait, days: Range<Int64>, to cohort: Int) throws {
        var sql = SQLFragment(
            "SELECT value, \(FunnelFigures.columns.joined(separator: ", ")) FROM lead_funnel",
            []
        )
        sql.append(
            " WHERE trait = ? AND day >= ? AND day < ?",
            [.text(trait.rawValue), .integer(days.lowerBound), .integer(days.upperBound)]
        )
        for values in keptValues(of: trait) {
            sql.append(" AND value IN (\(Dialect.marks(values)))", values)
        }
        let isGrouped = group != nil
        try connection.query(sql.sql, sql.values) { row in
            let figures = FunnelFigures { row.int($0 + 1) }
            guard figures.leads > 0 else { return }
            self.figures[cohort][isGrouped ? row.text(0) : "", default: FunnelFigures()].add(figures)
        }
    }

    /// Lists of values, in all of which a row's is.
    private func keptValues(of trait: FunnelTrait) -> [[SQLValue]] {
        var lists = filters[trait].map { [$0.map { SQLValue.text(FunnelTrait.stored($0)) }] } ?? []
        if case .owned(_, let users) = visibility { lists.append(users.map { .text(String($0)) }) }
        return lists
    }

    // MARK: Leads themselves

    private mutating func read(from: Int64, to: Int64) throws {
        guard from < to else { return }
        let columns = """
            t."receivedAt", \(FunnelQuery.status), t."firstResponseAt", t."convertedAt", d."firstDealAt", d."firstWonAt",
            \(group?.expression ?? "''")
            """
        try scan.read(columns, ReportPeriod(from: from, to: to)) { row in
            let facts = FunnelFacts(
                receivedAt: row.int(0),
                status: FunnelQuery.statuses[Int(row.int(1))],
                firstResponseAt: row.intOrNil(2),
                convertedAt: row.intOrNil(3),
                firstDealAt: row.intOrNil(4),
                firstWonAt: row.intOrNil(5)
            )
            figures[cohorts.place(of: facts.receivedAt)][row.text(6), default: FunnelFigures()].add(facts)
        }
    }

    /// In the order of the numbers in `status`, which cost less than words.
    private static let statuses: [LeadStatus] = [.contacted, .new, .qualified, .converted]
    private static let status = """
        CASE t.status WHEN 'new' THEN 1 WHEN 'qualified' THEN 2 WHEN 'converted' THEN 3 ELSE 0 END
        """
}
