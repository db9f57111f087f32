import KoiJSON

/// `GET /v1/reports/forecast`.
enum ForecastReport {
    private static let mostMonths: Int64 = 60

    static let report = Report(
        path: "forecast",
        operation: "reportForecast",
        summary: "What the open deals will bring, by currency and the month in which they are expected to close",
        sources: [
            (
                Deal.resource,
                ["state", "stage", "amount", "currency", "probability", "expectedClose", "existing", "wonAt"]
            )
        ],
        parameters: [DealGrouping.parameter([.none, .owner, .team, .pipeline]), months],
        head: [ReportColumn("today", "Today", "今天", .day)],
        shape: .list("rows"),
        columns: DealGrouping.columns + place + figures,
        make: make
    )

    private static let months = ReportParameter.number(
        "months",
        1...mostMonths,
        usual: 12,
        "How many months are told one by one, from this one on."
    )

    private static let place = [
        ReportColumn("currency", "Currency", "货币", .text),
        ReportColumn("line", "Expected", "预计成交", .choice(lines)),
        ReportColumn("month", "Month", "月份", .text).nullable().noted("Of lines that are a month: 2026-11."),
    ]

    private static let lines = [
        Choice("overdue", "Overdue", "已逾期"),
        Choice("month", "Within the month", "当月"),
        Choice("later", "Later", "更晚"),
        Choice("undated", "Without a day", "未填日期"),
    ]

    private static let figures = [
        ReportColumn("deals", "Deals", "商机数", .count),
        ReportColumn("amount", "Amount", "金额", .amount),
        ReportColumn("weighted", "Weighted", "加权金额", .amount)
            .noted("Amount by probability: that of the deal, or else of its stage. Rounded half up."),
        ReportColumn("byHistory", "By history", "按历史赢率", .amount).nullable()
            .noted(
                "Amount by the share of closed deals won that were in the same stage, or by probability where these are too few; null where they are for every deal. Rounded half up for each stage."
            ),
        ReportColumn("historyDeals", "Deals with a history", "有历史可依的商机数", .count)
            .noted("Of how many deals the stage has such a share."),
        ReportColumn("newDeals", "Deals of new customers", "新客户商机数", .count),
        ReportColumn("newAmount", "Amount of new customers", "新客户金额", .amount),
        ReportColumn("newWeighted", "Weighted, new customers", "新客户加权金额", .amount),
        ReportColumn("existingDeals", "Deals of existing customers", "老客户商机数", .count),
        ReportColumn("existingAmount", "Amount of existing customers", "老客户金额", .amount),
        ReportColumn("existingWeighted", "Weighted, existing customers", "老客户加权金额", .amount),
        ReportColumn("won", "Won so far", "本月已赢单数", .count).nullable().noted("Of the current month; null elsewhere."),
        ReportColumn("wonAmount", "Amount won so far", "本月已赢单金额", .amount).nullable(),
    ]

    private static func make(_ query: ReportQuery, _ transaction: Transaction) throws -> Report.Content {
        let grouping = DealGrouping(query)
        try grouping.requireSight(transaction.actor)
        let forecast = try Forecast(grouping, months: query.integer("months") ?? 12, in: transaction)
        let places = forecast.figures.sorted { $0.key < $1.key }
        let names = try grouping.names(places.map(\.key.group), query.language, transaction)
        return Report.Content(
            head: ["today": .string(forecast.today.text)],
            rows: places.map { place, figures in
                var row = row(figures, forecast.byHistory(figures))
                row["group"] = place.group.json
                row["name"] = names(place.group)
                row["currency"] = .string(place.currency)
                row["line"] = .string(word(place.line))
                guard case .month(let month) = place.line else { return row }
                row["month"] = .string(String(forecast.first(month).text.prefix(7)))
                guard month == 0 else { return row }
                row["won"] = .integer(figures.won.deals)
                row["wonAmount"] = amount(figures.won.amount)
                return row
            }
        )
    }

    private static func row(_ figures: ForecastFigures, _ history: (deals: Int64, amount: Int128)) -> JSONObject {
        let all = figures.all
        return [
            "deals": .integer(all.deals), "amount": amount(all.amount), "weighted": amount(all.weighted),
            "byHistory": history.deals > 0 ? amount(history.amount) : .null, "historyDeals": .integer(history.deals),
            "newDeals": .integer(figures.new.deals), "newAmount": amount(figures.new.amount),
            "newWeighted": amount(figures.new.weighted), "existingDeals": .integer(figures.existing.deals),
            "existingAmount": amount(figures.existing.amount), "existingWeighted": amount(figures.existing.weighted),
        ]
    }

    private static func amount(_ sum: Int128) -> JSONValue { .integer(Int64(clamping: sum)) }

    private static func word(_ line: Forecast.Line) -> String {
        switch line {
        case .overdue: "overdue"
        case .month: "month"
        case .later: "later"
        case .undated: "undated"
        }
    }
}
