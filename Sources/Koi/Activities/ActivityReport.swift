import KoiJSON
import KoiSQLite

/// What was done with customers: by whom, how, how long, with what outcome, and how soon it was logged.
enum ActivityReport {
    private static let groups = ["none", "owner", "kind", "channel", "direction", "outcome"]
    private static let filters = ["owner", "kind", "channel", "direction", "outcome", "customer"]

    static let report = Report(
        path: "activities",
        operation: "reportActivities",
        summary: "What was done with customers: by whom, how, with what outcome, and how soon it was logged",
        sources: [
            (Activity.resource, ["happenedAt", "kind", "direction", "outcome", "minutes", "loggedAfterMinutes"])
        ],
        span: .days(30),
        parameters: [
            .choice(
                "by",
                ["none", "month", "week", "day"],
                "How long the activities of a row were done for; months and weeks are whole."
            ),
            .choice("groupBy", groups, "By what the activities of rows are told apart."),
            .number("hours", 0...8_784, usual: 24, "How soon a visit is to be logged."),
        ]
            + filters.compactMap { name in
                Activity.resource.field(name).map {
                    .filter(name, $0.kind, "Only activities with one of these values.")
                }
            },
        shape: .list("rows"),
        columns: columns
    ) { query, transaction in
        let trait = query.text("groupBy").flatMap { $0 == "none" ? nil : $0 }
        try requireSight(query, trait, transaction.actor)
        let cohorts = Cohorts(query, in: transaction)
        let lines = try ActivityLines(cohorts, by: trait, query, filters, in: transaction).lines
        let groups = try ReportGroups(
            trait,
            Set(lines.flatMap(\.keys)),
            words: trait.flatMap(Activity.resource.field),
            query.language,
            transaction
        )
        var rows: [JSONObject] = []
        for (day, lines) in zip(cohorts.days, lines) {
            for value in trait == nil ? [""] : groups.order where trait == nil || lines[value] != nil {
                var row: JSONObject = ["cohort": .string(day), "group": groups.key(value), "name": groups.name(value)]
                let tellsMissing = trait == nil || trait == "owner"
                (lines[value] ?? ActivityLines.Line()).add(to: &row, withMissing: tellsMissing)
                rows.append(row)
            }
        }
        return Report.Content(rows: rows)
    }

    /// - Throws: 403 where a field by which is asked is held back from the actor.
    private static func requireSight(_ query: ReportQuery, _ trait: String?, _ actor: Actor) throws {
        let held = actor.access.restrictions(of: Activity.resource.name)
        for name in filters where name == trait || query.values(name) != nil {
            guard held.reading(name) == .clear else {
                throw Problem.notPermitted(.read, "\(Activity.resource.name).\(name)")
            }
        }
    }

    private static let columns: [ReportColumn] =
        [
            ReportColumn("cohort", "Done from", "发生时间起", .day).noted("The first day of the month, week or period."),
            ReportColumn("group", "Group", "分组", .key).nullable().leftOutOfTables()
                .noted("The user, or a word; null for none."),
            ReportColumn("name", "Name", "名称", .text).nullable(),
            ReportColumn("activities", "Activities", "跟进次数", .count),
            ReportColumn("incoming", "From customers", "客户主动", .count),
            ReportColumn("outgoing", "To customers", "我方主动", .count),
            ReportColumn("minutes", "Minutes", "时长（分钟）", .count),
        ]
        + Activity.kinds.map { ReportColumn($0.code, $0.label.en, $0.label.zh, .count) }
        + Activity.outcomes.map { ReportColumn(outcome($0.code), $0.label.en, $0.label.zh, .count) } + [
            ReportColumn("secondsToLog", "Mean time until a visit was logged (s)", "拜访平均登记延迟（秒）", .seconds).nullable(),
            ReportColumn("lateVisits", "Visits logged late", "未按时登记的拜访", .count),
            ReportColumn("missingVisits", "Planned visits without a log", "未登记的计划拜访", .count).nullable()
                .noted("Tasks to visit that are overdue; by person or all together."),
        ]

    /// The column of an outcome.
    static func outcome(_ code: String) -> String { "outcome_" + code }
}
