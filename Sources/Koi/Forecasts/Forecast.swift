import KoiJSON
import KoiSQLite

/// What the open deals will bring, by the month in which they are expected to close, as far as the actor sees them.
///
/// Amounts are summed up exactly. What is weighted is rounded half up once for each figure, what follows from history once for each
/// stage in it.
struct Forecast {
    enum Line: Hashable, Comparable {
        /// Expected before today.
        case overdue
        /// By its number, counted from the one of today.
        case month(Int64)
        case later
        case undated
    }

    struct Place: Hashable, Comparable {
        let group: DealGrouping.Group
        let currency: String
        let line: Line

        static func < (one: Place, other: Place) -> Bool {
            (one.group, one.currency, one.line) < (other.group, other.currency, other.line)
        }
    }

    private let grouping: DealGrouping
    private let months: Int64
    let today: CalendarDate
    private let outcomes: [Int64: StageOutcomes.Outcome]
    private let stages: [Int64: Stage]
    private let organisation: Organisation
    private(set) var figures: [Place: ForecastFigures] = [:]

    private struct Stage {
        let pipeline: Int64
        let probability: Int64
    }

    /// - Parameter months: how many are told one by one, from that of today on.
    init(_ grouping: DealGrouping, months: Int64, in transaction: Transaction) throws {
        self.grouping = grouping
        self.months = months
        let clocks = LocalTime(zone: transaction.actor.timeZone)
        today = CalendarDate(daysSince1970: clocks.parts(transaction.now).day)
        outcomes = try StageOutcomes(transaction.connection).all()
        stages = try Forecast.stages(transaction.connection)
        organisation = transaction.catalog.organisation.current
        try addOpen(transaction)
        try addWon(since: clocks.time(day: first(0).daysSince1970, rest: 0), transaction)
    }

    private static func stages(_ connection: Connection) throws -> [Int64: Stage] {
        let rows = try connection.rows("SELECT id, pipeline, probability FROM stages") { row in
            (row.int(0), Stage(pipeline: row.int(1), probability: row.int(2)))
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    /// The first day of a month, by its number.
    func first(_ month: Int64) -> CalendarDate {
        CalendarDate.first(ofMonth: today.year * 12 + today.month - 1 + month)
    }

    private func line(_ day: String?) -> Line {
        guard let day, let date = CalendarDate(day) else { return .undated }
        guard date.daysSince1970 >= today.daysSince1970 else { return .overdue }
        let month = (date.year - today.year) * 12 + date.month - today.month
        return month < months ? .month(month) : .later
    }

    // MARK: Open deals

    /// The open deals, in the order of the index `deals_forecast`, so that nothing has to be sorted, however many there are.
    static func openDeals(byOwner: Bool, _ visibility: Visibility) -> SQLFragment {
        let keys = "t.currency, t.stage, t.probability, t.existing, t.\"expectedClose\"" + (byOwner ? ", t.owner" : "")
        var sql = SQLFragment(
            """
            SELECT count(*), \(ExactSum.columns("t.amount")), \(keys) FROM deals AS t
            WHERE t.state = 'open' AND t."removedAt" IS NULL
            """
        )
        if let condition = visibility.condition {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" GROUP BY " + keys)
        return sql
    }

    private mutating func addOpen(_ transaction: Transaction) throws {
        let byOwner = grouping == .owner || grouping == .team
        let sql = Forecast.openDeals(byOwner: byOwner, transaction.visibility(of: Deal.resource))
        try transaction.connection.query(sql.sql, sql.values) { row in
            let stage = row.int(4)
            let known = stages[stage]
            let number = byOwner ? row.intOrNil(8) : known?.pipeline
            let place = Place(
                group: grouping.group(number, organisation),
                currency: row.text(3),
                line: line(row.textOrNil(7))
            )
            figures[place, default: ForecastFigures()].add(
                row.int(0),
                ExactSum.value(row, 1),
                probability: row.intOrNil(5) ?? known?.probability ?? 0,
                stage: stage,
                isExisting: row.bool(6)
            )
        }
    }

    // MARK: Won deals

    /// What was won in this month so far.
    private mutating func addWon(since time: Int64, _ transaction: Transaction) throws {
        let number = grouping == .pipeline ? "t.pipeline" : grouping == .none ? "NULL" : "t.owner"
        var sql = SQLFragment(
            """
            SELECT count(*), \(ExactSum.columns("t.amount")), t.currency, \(number) AS number FROM deals AS t
            WHERE t."removedAt" IS NULL AND t."wonAt" >= ? AND t."wonAt" <= ?
            """,
            [.integer(time), .integer(transaction.now)]
        )
        if let condition = transaction.visibility(of: Deal.resource).condition {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" GROUP BY t.currency, number")
        try transaction.connection.query(sql.sql, sql.values) { row in
            let place = Place(
                group: grouping.group(row.intOrNil(4), organisation),
                currency: row.text(3),
                line: .month(0)
            )
            figures[place, default: ForecastFigures()].addWon(row.int(0), ExactSum.value(row, 1))
        }
    }

    /// The sum by history of figures, with how many deals it rests on.
    func byHistory(_ figures: ForecastFigures) -> (deals: Int64, amount: Int128) {
        figures.byHistory(outcomes)
    }
}
