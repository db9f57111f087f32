import KoiJSON

/// `GET /v1/reports/win-rate`.
enum WinRateReport {
    static let report = Report(
        path: "win-rate",
        operation: "reportWinRate",
        summary:
            "How many of the deals that were closed within a period were won, of new customers against existing ones",
        sources: [
            (Deal.resource, ["state", "amount", "currency", "existing", "wonAt", "lostAt"])
        ],
        span: .days(365),
        parameters: [DealGrouping.parameter([.none, .month, .owner, .team, .source, .pipeline])],
        head: [
            ReportColumn("benchmarkSource", "Source of the benchmark", "基准来源", .text)
        ],
        shape: .list("rows"),
        columns: DealGrouping.columns + [
            ReportColumn("customers", "Customers", "客户", .choice(customers)),
            ReportColumn("currency", "Currency", "货币", .text).nullable("All", "全部")
                .noted("Null for all deals: numbers, and no sums."),
            ReportColumn("won", "Won", "赢单", .count),
            ReportColumn("lost", "Lost", "输单", .count),
            ReportColumn("rate", "Won (%)", "成功率（%）", .share).nullable(),
            ReportColumn("wonAmount", "Amount won", "赢单金额", .amount).nullable(),
            ReportColumn("lostAmount", "Amount lost", "输单金额", .amount).nullable(),
            ReportColumn("amountRate", "Amount won (%)", "金额成功率（%）", .share).nullable(),
            ReportColumn("benchmarkFrom", "Benchmark from (%)", "基准下限（%）", .share)
                .noted("What others reach, of all customers, new or existing ones."),
            ReportColumn("benchmarkTo", "Benchmark to (%)", "基准上限（%）", .share),
        ],
        make: make
    )

    private static let customers = [
        Choice("all", "All", "全部客户"), Choice("new", "New", "新客户"), Choice("existing", "Existing", "老客户"),
    ]

    /// From the essay that says so; what a company reaches itself stands beside it.
    private static let source = Text(
        "“How CRM widens the customer base and raises loyalty” (CRM如何扩大客源 提高忠诚度)",
        "《CRM如何扩大客源 提高忠诚度》"
    )

    private static func benchmark(_ customers: WinRate.Customers) -> ClosedRange<Int64> {
        switch customers {
        case .all: 5...10
        case .new: 15...15
        case .existing: 50...50
        }
    }

    private static func make(_ query: ReportQuery, _ transaction: Transaction) throws -> Report.Content {
        let grouping = DealGrouping(query)
        try grouping.requireSight(transaction.actor)
        let figures = try WinRate(grouping, query.period, transaction).figures
        let names = try grouping.names(figures.keys.map(\.group), query.language, transaction)
        let order = figures.keys.sorted { one, other in
            (one.group, rank(one.customers), one.currency ?? "") < (
                other.group, rank(other.customers), other.currency ?? ""
            )
        }
        return Report.Content(
            head: ["benchmarkSource": .string(source(query.language))],
            rows: order.map { place in
                var row = row(figures[place] ?? WinRate.Figures(), withSums: place.currency != nil)
                row["group"] = place.group.json
                row["name"] = names(place.group)
                row["customers"] = .string(place.customers.rawValue)
                row["currency"] = place.currency.map(JSONValue.string) ?? .null
                row["benchmarkFrom"] = .integer(benchmark(place.customers).lowerBound)
                row["benchmarkTo"] = .integer(benchmark(place.customers).upperBound)
                return row
            }
        )
    }

    private static func rank(_ customers: WinRate.Customers) -> Int {
        WinRate.Customers.allCases.firstIndex(of: customers) ?? 0
    }

    private static func row(_ figures: WinRate.Figures, withSums: Bool) -> JSONObject {
        let all = figures.wonAmount + figures.lostAmount
        let tenths = all > 0 ? (figures.wonAmount * 2_000 + all) / (all * 2) : 0
        return [
            "won": .integer(figures.won), "lost": .integer(figures.lost),
            "rate": ReportFigures.share(figures.won, of: figures.won + figures.lost),
            "wonAmount": withSums ? .integer(Int64(clamping: figures.wonAmount)) : .null,
            "lostAmount": withSums ? .integer(Int64(clamping: figures.lostAmount)) : .null,
            "amountRate": withSums && all > 0 ? JSONValue(shortest: Double(Int64(clamping: tenths)) / 10) : .null,
        ]
    }
}
