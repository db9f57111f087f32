import KoiJSON
import KoiSQLite

/// `GET /v1/reports/attainment`.
enum AttainmentReport {
    static let report = Report(
        path: "attainment",
        operation: "reportAttainment",
        summary: "How far the targets of some days are reached, by person, team and company",
        sources: [(SalesTarget.resource, SalesTarget.resource.declared.map(\.name).filter { $0 != "notes" })],
        parameters: [
            .day("from", "Targets with a day from this one on; today where none is given."),
            .day("to", "Targets with a day up to this one; from, or today, where none is given."),
            .filter("measure", .choice(TargetMeasure.choices), "Of these measures only."),
            .filter("period", .choice(TargetPeriod.choices), "Of months, quarters or years only."),
            .filter("user", .reference(User.resource.name), "Of these users only."),
            .filter("team", .reference(Team.resource.name), "Of these teams only."),
        ],
        head: [ReportColumn("from", "From", "起", .day), ReportColumn("to", "To", "止", .day)],
        shape: .list("rows"),
        columns: columns,
        make: make
    )

    private static let columns = [
        ReportColumn("target", "Target", "目标", .id).leftOutOfTables(),
        ReportColumn("holder", "Of", "对象", .choice(holders)),
        ReportColumn("user", "User", "个人", .id).nullable().leftOutOfTables(),
        ReportColumn("team", "Team", "团队", .id).nullable().leftOutOfTables(),
        ReportColumn("name", "Name", "名称", .text).nullable(),
        ReportColumn("period", "Period", "周期", .choice(TargetPeriod.choices)).nullable(),
        ReportColumn("first", "First day", "开始日期", .day),
        ReportColumn("last", "Last day", "结束日期", .day),
        ReportColumn("measure", "Measure", "指标", .choice(TargetMeasure.choices)),
        ReportColumn("currency", "Currency", "货币", .text).nullable(),
        ReportColumn("value", "Target", "目标值", .count).noted(
            "A number, or a sum in the smallest unit of the currency."
        ),
        ReportColumn("reached", "Reached", "已完成", .count),
        ReportColumn("percent", "Reached (%)", "完成率（%）", .percent),
        ReportColumn("remaining", "Remaining", "剩余", .count),
        ReportColumn("sight", "Counted", "统计范围", .choice(sights))
            .noted("Whether you see all that could count for the target, or a part of it."),
    ]

    private static let holders = [
        Choice("user", "User", "个人"), Choice("team", "Team", "团队"), Choice("company", "Company", "公司"),
    ]
    private static let sights = [Choice("all", "All", "全部"), Choice("part", "What you see", "仅可见部分")]

    private static func make(_ query: ReportQuery, _ transaction: Transaction) throws -> Report.Content {
        let clocks = LocalTime(zone: transaction.catalog.settings.current.timeZone)
        let today = CalendarDate(daysSince1970: clocks.parts(transaction.now).day)
        let from = query.text("from").flatMap { CalendarDate($0) } ?? today
        let to = query.text("to").flatMap { CalendarDate($0) } ?? (query.text("from") == nil ? today : from)
        guard from.daysSince1970 <= to.daysSince1970 else {
            throw Problem.badParameter("from", Text("Give a day that is not behind to.", "开始日期不能晚于结束日期。"))
        }
        let conditions = ["measure", "period", "user", "team"].compactMap { name in
            query.condition(name, "t." + Dialect.quoted(name))
        }
        let lines = try Attainment(transaction).lines(from: from, to: to, conditions)
        let users = try ReportNames(User.resource, lines.compactMap(\.target.user), transaction)
        let teams = try ReportNames(Team.resource, lines.compactMap(\.target.team), transaction)
        return Report.Content(
            head: ["from": .string(from.text), "to": .string(to.text)],
            rows: lines.map { line in
                var row = row(line)
                row["name"] = line.target.user.map { users[$0] } ?? line.target.team.map { teams[$0] } ?? .null
                return row
            }
        )
    }

    private static func row(_ line: Attainment.Line) -> JSONObject {
        let target = line.target
        let tenths = (line.reached * 1_000 + Int128(target.value) / 2) / Int128(target.value)
        return [
            "target": .integer(target.id),
            "holder": target.user != nil ? "user" : target.team != nil ? "team" : "company",
            "user": target.user.map(JSONValue.integer) ?? .null, "team": target.team.map(JSONValue.integer) ?? .null,
            "period": target.period.map(JSONValue.string) ?? .null, "first": .string(target.from),
            "last": .string(target.to), "measure": .string(target.measure.rawValue),
            "currency": target.currency.map(JSONValue.string) ?? .null, "value": .integer(target.value),
            "reached": .integer(Int64(clamping: line.reached)),
            "percent": JSONValue(shortest: Double(Int64(clamping: tenths)) / 10),
            "remaining": .integer(Int64(clamping: max(0, Int128(target.value) - line.reached))),
            "sight": line.isComplete ? "all" : "part",
        ]
    }
}
