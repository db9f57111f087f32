import KoiJSON
import KoiSQLite

/// What a deal was worth at one time, and how it stood.
struct DealMoment {
    let id: Int64
    private(set) var exists = true
    private(set) var isRemoved: Bool
    private(set) var state: String
    private(set) var amount: Int64
    private(set) var currency: String
    /// When it was won or lost, if it is.
    private let closedAt: Int64?

    var isOpen: Bool { exists && !isRemoved && state == "open" }

    /// By what it is not open any more.
    var end: PipelineChanges.Line {
        if isRemoved { return .removed }
        return state == "won" ? .won : .lost
    }

    /// As they are, those that were changed since a time, be they in the bin.
    static func touched(
        since time: Int64,
        _ visibility: Visibility,
        _ connection: Connection
    ) throws -> [DealMoment] {
        try ["IS NULL", "IS NOT NULL"].flatMap { place -> [DealMoment] in
            var sql = SQLFragment(
                """
                SELECT t.id, t."removedAt", t.state, t.amount, t.currency, coalesce(t."wonAt", t."lostAt")
                FROM deals AS t
                WHERE t."removedAt" \(place) AND t."updatedAt" >= ?
                """,
                [.integer(time)]
            )
            if let condition = visibility.condition {
                sql.append(" AND ")
                sql.append(condition)
            }
            return try connection.rows(sql.sql, sql.values) { row in
                DealMoment(
                    id: row.int(0),
                    isRemoved: !row.isNull(1),
                    state: row.text(2),
                    amount: row.intOrNil(3) ?? 0,
                    currency: row.text(4),
                    closedAt: row.intOrNil(5)
                )
            }
        }
    }

    /// What it was at the beginning of a period and at its end.
    func between(
        _ period: ReportPeriod,
        _ connection: Connection
    ) throws -> (before: DealMoment, after: DealMoment) {
        var moment = self
        var after: DealMoment?
        try connection.query(
            """
            SELECT e.at, e.type, p.payload FROM events AS e LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
            WHERE e.resource = 'deals' AND e.record = ? AND e.at >= ? ORDER BY e.sequence DESC
            """,
            [.integer(id), .integer(period.from)]
        ) { row in
            if after == nil, row.int(0) < period.to { after = moment }
            let payload = row.textOrNil(2).flatMap { try? JSONReader.read(Array($0.utf8)) }
            moment.takeBack(row.text(1))
            if let payload {
                moment.takeBack(payload["before"]?.objectValue ?? [:])
            } else if row.int(0) == closedAt {
                // An erasure takes what changed, and not that the deal was open until it was closed.
                moment.state = "open"
            }
        }
        return (moment, after ?? moment)
    }

    private mutating func takeBack(_ type: String) {
        switch type {
        case "deal.created": exists = false
        case "deal.removed", "deal.merged": isRemoved = false
        case "deal.restored", "deal.unmerged": isRemoved = true
        default: break
        }
    }

    private mutating func takeBack(_ before: JSONObject) {
        if let state = before["state"]?.stringValue { self.state = state }
        if let currency = before["currency"]?.stringValue { self.currency = currency }
        if let amount = before["amount"] { self.amount = amount.integerValue ?? 0 }
    }
}
