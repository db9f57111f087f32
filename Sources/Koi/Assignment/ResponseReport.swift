import KoiJSON
import KoiSQLite

/// How many of the leads that were received were answered, how soon and in time, and what came of them: by person, rule, source or
/// campaign.
enum ResponseReport {
    static let report = Report(
        path: "responses",
        operation: "reportResponses",
        summary: "How many of the leads that were received were answered, how soon and in time, and what came of them",
        sources: [
            (Lead.resource, ["receivedAt", "status", "firstResponseAt", "responseDueAt", "convertedAt", "owner"])
        ],
        span: .days(30),
        parameters: [
            .choice(
                "groupBy",
                ["owner", "rule", "source", "campaign", "none"],
                "By what the leads of rows are told apart: who has them now, the rule that gave them away, or where they came from."
            )
        ] + LeadScan.parameters,
        shape: .list("rows"),
        columns: columns
    ) { query, transaction in
        let filters = try LeadScan.filters(
            query,
            and: FunnelTrait(rawValue: query.text("groupBy") ?? ""),
            transaction.actor
        )
        let trait = query.text("groupBy").flatMap { $0 == "none" ? nil : $0 }
        let lines = try ResponseLines(by: trait, query.period, filters, in: transaction).lines
        let groups = try ReportGroups(
            trait,
            Set(lines.keys).union(trait == nil ? [""] : []),
            words: Lead.resource.field("source"),
            query.language,
            transaction
        )
        let tellsDeals = FunnelReport.tellsDeals(transaction.actor)
        let rows = groups.order.map { value in
            var row: JSONObject = ["group": groups.key(value), "name": groups.name(value)]
            (lines[value] ?? ResponseLines.Line()).add(to: &row, withDeals: tellsDeals)
            return row
        }
        return Report.Content(rows: rows)
    }

    private static let columns = [
        ReportColumn("group", "Group", "分组", .key).nullable().leftOutOfTables()
            .noted("The user, rule, source or campaign; null for none."),
        ReportColumn("name", "Name", "名称", .text).nullable(),
        ReportColumn("leads", "Leads", "线索数", .count),
        ReportColumn("answered", "Answered", "已响应", .count),
        ReportColumn("responseRate", "Answered (%)", "响应率（%）", .share).nullable(),
        ReportColumn("inTime", "In time", "按时响应", .count)
            .noted("Of those with a time to answer, those answered by then."),
        ReportColumn("late", "Late", "逾期", .count).noted("Those answered later, and those whose time is over."),
        ReportColumn("inTimeRate", "In time (%)", "按时率（%）", .share).nullable(),
        ReportColumn("medianSeconds", "Median time to the answer (s)", "响应用时中位数（秒）", .seconds).nullable()
            .noted("In working time for leads with a time to answer, which is in working time, too; by nearest rank."),
        ReportColumn("p90Seconds", "Nine of ten within (s)", "九成响应用时（秒）", .seconds).nullable(),
        ReportColumn("converted", "Converted", "已转换", .count),
        ReportColumn("conversionRate", "Converted (%)", "转换率（%）", .share).nullable(),
        ReportColumn("won", "Won", "赢单", .count).nullable().noted("Null for whom deals are held back from."),
        ReportColumn("attainment", "Won (%)", "达成率（%）", .share).nullable(),
    ]
}
