import KoiJSON
import KoiSQLite

/// What became of the open deals between two times: what there was, what came and went, and what there is.
///
/// Told from the log: each deal that was changed since is taken back to both times, by what its events say was there before.
/// Each currency has sums of its own, since nothing says what one is worth in the other.
struct PipelineChanges {
    /// What is open at the end is what was at the beginning and what came and grew, without what shrank and went.
    enum Line: String, CaseIterable {
        case opening
        case new
        case reopened
        case increased
        case decreased
        case won
        case lost
        case removed
        case closing

        static let choices = [
            Choice(opening.rawValue, "Open at the beginning", "期初"),
            Choice(new.rawValue, "New", "新增"),
            Choice(reopened.rawValue, "Reopened", "重新打开"),
            Choice(increased.rawValue, "Increased", "增加"),
            Choice(decreased.rawValue, "Decreased", "减少"),
            Choice(won.rawValue, "Won", "赢单"),
            Choice(lost.rawValue, "Lost", "输单"),
            Choice(removed.rawValue, "Removed", "删除"),
            Choice(closing.rawValue, "Open at the end", "期末"),
        ]
    }

    struct Sum: Equatable {
        var deals: Int64 = 0
        /// Wider than a column, since as many amounts as there may be have no room in one.
        var amount: Int128 = 0
    }

    /// By currency.
    private(set) var sums: [String: [Line: Sum]] = [:]

    init(_ period: ReportPeriod, in transaction: Transaction) throws {
        let visibility = transaction.visibility(of: Deal.resource)
        try addUntouched(since: period.from, visibility, transaction.connection)
        for deal in try DealMoment.touched(since: period.from, visibility, transaction.connection) {
            let (before, after) = try deal.between(period, transaction.connection)
            add(before, after)
        }
    }

    // MARK: Deals that stayed as they were

    private mutating func addUntouched(since time: Int64, _ visibility: Visibility, _ connection: Connection) throws {
        var sql = SQLFragment(
            """
            SELECT t.currency, count(*), \(ExactSum.columns("t.amount"))
            FROM deals AS t WHERE t.state = 'open' AND t."removedAt" IS NULL AND t."updatedAt" < ?
            """,
            [.integer(time)]
        )
        if let condition = visibility.condition {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" GROUP BY t.currency")
        try connection.query(sql.sql, sql.values) { row in
            for line in [Line.opening, .closing] { add(line, row.text(0), row.int(1), ExactSum.value(row, 2)) }
        }
    }

    // MARK: Deals that did not

    private mutating func add(_ before: DealMoment, _ after: DealMoment) {
        if before.isOpen { add(.opening, before) }
        if after.isOpen { add(.closing, after) }
        switch (before.isOpen, after.isOpen) {
        case (true, true) where before.currency != after.currency:
            add(.removed, before)
            add(.new, after)
        case (true, true): addDifference(before, after)
        case (false, true): add(before.exists ? .reopened : .new, after)
        case (true, false) where before.currency != after.currency: add(after.end, before)
        case (true, false):
            addDifference(before, after)
            add(after.end, after)
        case (false, false):
            guard !before.exists, after.exists else { return }
            add(.new, after)
            add(after.end, after)
        }
    }

    private mutating func addDifference(_ before: DealMoment, _ after: DealMoment) {
        let difference = Int128(after.amount) - Int128(before.amount)
        guard difference != 0 else { return }
        add(difference > 0 ? .increased : .decreased, after.currency, 1, difference.magnitudeAsSigned)
    }

    private mutating func add(_ line: Line, _ deal: DealMoment) {
        add(line, deal.currency, 1, Int128(deal.amount))
    }

    private mutating func add(_ line: Line, _ currency: String, _ deals: Int64, _ amount: Int128) {
        var sum = sums[currency]?[line] ?? Sum()
        sum.deals += deals
        sum.amount += amount
        sums[currency, default: [:]][line] = sum
    }
}

extension Int128 {
    fileprivate var magnitudeAsSigned: Int128 { self < 0 ? -self : self }
}
