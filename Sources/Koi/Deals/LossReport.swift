import KoiJSON
import KoiSQLite

/// `GET /v1/reports/losses`: why deals were lost, by the eight reasons, and whose fault that was.
enum LossReport {
    static let report = Report(
        path: "losses",
        operation: "reportLosses",
        summary: "Why the deals were lost that were lost within a period, and whose fault that was",
        sources: [(Deal.resource, ["state", "amount", "currency", "existing", "lostAt", "lostReason", "lostClass"])],
        span: .days(365),
        parameters: [
            .filter("owner", .reference(User.resource.name), "Of these owners only."),
            .filter("pipeline", .reference(Pipeline.resource.name), "Of these pipelines only."),
        ],
        shape: .list("rows"),
        columns: [
            ReportColumn("class", "Whose fault", "责任方", .choice(LossReason.classes)),
            ReportColumn("reason", "Reason", "原因", .choice(LossReason.choices)).nullable("All", "全部")
                .noted("Null for all of the class."),
            ReportColumn("currency", "Currency", "货币", .text).nullable("All", "全部")
                .noted("Null for all deals: numbers, and no sums."),
            ReportColumn("lost", "Lost", "输单", .count),
            ReportColumn("share", "Share (%)", "占比（%）", .share).noted(
                "Of all deals that were lost, or all of the currency."
            ),
            ReportColumn("existing", "Of existing customers", "其中老客户", .count),
            ReportColumn("amount", "Amount", "金额", .amount).nullable(),
        ],
        make: make
    )

    private struct Place: Hashable {
        let fault: LossReason.Class
        let reason: LossReason?
        let currency: String?
    }

    private struct Figures {
        var lost: Int64 = 0
        var existing: Int64 = 0
        var amount: Int128 = 0
    }

    private static func make(_ query: ReportQuery, _ transaction: Transaction) throws -> Report.Content {
        if query.values("owner") != nil { try DealGrouping.owner.requireSight(transaction.actor) }
        if query.values("pipeline") != nil { try DealGrouping.pipeline.requireSight(transaction.actor) }
        let figures = try figures(query, transaction)
        var totals: [String?: Int64] = [:]
        for (place, sum) in figures where place.reason == nil { totals[place.currency, default: 0] += sum.lost }
        let rows = figures.sorted { order($0.key) < order($1.key) }.map { place, sum -> JSONObject in
            [
                "class": .string(place.fault.rawValue), "reason": place.reason.map { .string($0.rawValue) } ?? .null,
                "currency": place.currency.map(JSONValue.string) ?? .null, "lost": .integer(sum.lost),
                "share": ReportFigures.share(sum.lost, of: totals[place.currency] ?? 0),
                "existing": .integer(sum.existing),
                "amount": place.currency == nil ? .null : .integer(Int64(clamping: sum.amount)),
            ]
        }
        return Report.Content(rows: rows)
    }

    private static func figures(_ query: ReportQuery, _ transaction: Transaction) throws -> [Place: Figures] {
        var sql = SQLFragment(
            """
            SELECT t."lostReason", t.currency, t.existing, count(*), \(ExactSum.columns("t.amount")) FROM deals AS t
            WHERE t."removedAt" IS NULL AND t."lostAt" >= ? AND t."lostAt" < ?
            """,
            [.integer(query.period.from), .integer(query.period.to)]
        )
        let conditions = [
            transaction.visibility(of: Deal.resource).condition, query.condition("owner", "t.owner"),
            query.condition("pipeline", "t.pipeline"),
        ]
        for condition in conditions.compactMap({ $0 }) {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" GROUP BY t.\"lostReason\", t.currency, t.existing")
        var figures: [Place: Figures] = [:]
        try transaction.connection.query(sql.sql, sql.values) { row in
            guard let reason = row.textOrNil(0).flatMap(LossReason.init) else { return }
            for named in [nil, reason] {
                for currency in [nil, row.text(1)] {
                    let place = Place(fault: reason.fault, reason: named, currency: currency)
                    var sum = figures[place] ?? Figures()
                    sum.lost += row.int(3)
                    if row.bool(2) { sum.existing += row.int(3) }
                    sum.amount += ExactSum.value(row, 4)
                    figures[place] = sum
                }
            }
        }
        return figures
    }

    /// By class, the sums of each first, then reason by reason.
    private static func order(_ place: Place) -> (Int, Int, String) {
        let classes = LossReason.classes.map(\.code)
        let reasons = LossReason.allCases
        return (
            classes.firstIndex(of: place.fault.rawValue) ?? 0, place.reason.flatMap(reasons.firstIndex) ?? -1,
            place.currency ?? ""
        )
    }
}
