import KoiJSON
import KoiSQLite

/// The funnel: of the leads that came in a month or a week, how many went how far by now, and how long that took.
enum FunnelReport {
    static let report = Report(
        path: "funnel",
        operation: "reportFunnel",
        summary:
            "How far the leads came that were received in each month or week, from being contacted to a deal that was won, and how soon",
        sources: [(Lead.resource, ["receivedAt", "status", "firstResponseAt", "convertedAt"])],
        span: .days(365, longest: 1_100),
        parameters: [
            .choice(
                "by",
                Cohorts.Unit.words,
                "How long the leads of a row were received for; months and weeks are whole."
            ),
            .choice(
                "groupBy",
                ["none"] + FunnelTrait.allCases.map(\.rawValue),
                "By what the leads of rows are told apart."
            ),
        ] + LeadScan.parameters,
        shape: .list("rows"),
        columns: columns
    ) { query, transaction in
        let group = query.text("groupBy").flatMap(FunnelTrait.init)
        let filters = try LeadScan.filters(query, and: group, transaction.actor)
        let cohorts = Cohorts(query, in: transaction)
        let found = try FunnelQuery(cohorts, by: group, filters, in: transaction).figures
        let groups = try ReportGroups(
            group?.rawValue,
            Set(found.flatMap(\.keys)),
            words: Lead.resource.field("source"),
            query.language,
            transaction
        )
        let tellsDeals = tellsDeals(transaction.actor)
        var rows: [JSONObject] = []
        for (day, figures) in zip(cohorts.days, found) {
            for value in group == nil ? [""] : groups.order where group == nil || figures[value] != nil {
                var row: JSONObject = ["cohort": .string(day), "group": groups.key(value), "name": groups.name(value)]
                add(figures[value] ?? FunnelFigures(), to: &row, withDeals: tellsDeals)
                rows.append(row)
            }
        }
        return Report.Content(rows: rows)
    }

    private static let columns = [
        ReportColumn("cohort", "Received from", "收到时间起", .day).noted("The first day of the month or week."),
        ReportColumn("group", "Group", "分组", .key).nullable().leftOutOfTables()
            .noted("The user, source or campaign; null for none."),
        ReportColumn("name", "Name", "名称", .text).nullable(),
        ReportColumn("leads", "Leads", "线索数", .count),
        ReportColumn("contacted", "Contacted", "已联系", .count)
            .noted("Each step counts those that went further as well."),
        ReportColumn("qualified", "Qualified", "有效", .count),
        ReportColumn("converted", "Converted", "已转换", .count),
        ReportColumn("dealt", "With a deal", "有商机", .count).nullable().noted("Null for whom deals are held back from."),
        ReportColumn("won", "Won", "赢单", .count).nullable(),
        ReportColumn("contactedShare", "Contacted (%)", "联系率（%）", .share).nullable()
            .noted("Of the step before, as are the others."),
        ReportColumn("qualifiedShare", "Qualified (%)", "有效率（%）", .share).nullable(),
        ReportColumn("convertedShare", "Converted (%)", "转换率（%）", .share).nullable(),
        ReportColumn("dealtShare", "With a deal (%)", "商机率（%）", .share).nullable(),
        ReportColumn("wonShare", "Won (%)", "赢单率（%）", .share).nullable(),
        ReportColumn("success", "Won of all (%)", "总成功率（%）", .share).nullable(),
        ReportColumn("secondsToResponse", "Mean time to the response (s)", "平均响应用时（秒）", .seconds).nullable()
            .noted("From when it was received, as are the others."),
        ReportColumn("secondsToConversion", "Mean time to the conversion (s)", "平均转换用时（秒）", .seconds).nullable(),
        ReportColumn("secondsToWin", "Mean time to the win (s)", "平均赢单用时（秒）", .seconds).nullable(),
    ]

    private static func add(_ figures: FunnelFigures, to row: inout JSONObject, withDeals: Bool) {
        row["leads"] = .integer(figures.leads)
        row["contacted"] = .integer(figures.contacted)
        row["qualified"] = .integer(figures.qualified)
        row["converted"] = .integer(figures.converted)
        row["contactedShare"] = ReportFigures.share(figures.contacted, of: figures.leads)
        row["qualifiedShare"] = ReportFigures.share(figures.qualified, of: figures.contacted)
        row["convertedShare"] = ReportFigures.share(figures.converted, of: figures.qualified)
        row["secondsToResponse"] = ReportFigures.mean(figures.responseTime, of: figures.responses)
        row["secondsToConversion"] = ReportFigures.mean(figures.conversionTime, of: figures.conversions)
        guard withDeals else { return }
        row["dealt"] = .integer(figures.dealt)
        row["won"] = .integer(figures.won)
        row["dealtShare"] = ReportFigures.share(figures.dealt, of: figures.converted)
        row["wonShare"] = ReportFigures.share(figures.won, of: figures.dealt)
        row["success"] = ReportFigures.share(figures.won, of: figures.leads)
        row["secondsToWin"] = ReportFigures.mean(figures.wonTime, of: figures.won)
    }

    /// What became of a lead belongs to the lead, whoever has its deals; but not for whom deals are none of their business.
    static func tellsDeals(_ actor: Actor) -> Bool {
        let held = actor.access.restrictions(of: Deal.resource.name)
        return actor.access.allows(.read, on: Deal.resource.name)
            && ["state", "wonAt", "lead"].allSatisfy { held.reading($0) == .clear }
    }
}
