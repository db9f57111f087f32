import KoiJSON
import KoiSQLite

/// What somebody has to do next, whatever it is about: the most urgent first.
enum NextActionReport {
    private static let day: Int64 = 86_400_000

    static let report = Report(
        path: "next-actions",
        operation: "reportNextActions",
        summary:
            "What is to be done next: leads to answer, tasks, deals that stand still or should be closed, the most urgent first",
        sources: [
            (Lead.resource, ["status", "firstResponseAt", "responseDueAt", "owner"]),
            (WorkTask.resource, ["due", "doneAt", "owner"]),
            (Deal.resource, ["state", "stageDueAt", "expectedClose", "owner"]),
        ],
        parameters: [
            .number("days", 0...366, usual: 7, "Until how many days from now it is due."),
            .filter("owner", .reference(User.resource.name), "Only what these users have to do."),
            .limit(100),
        ],
        head: [
            ReportColumn("total", "Total", "总数", .count)
                .noted("Of all, be they in the rows or not; of each action no more than 10,000 are counted."),
            ReportColumn("overdue", "Overdue", "已逾期", .count),
        ],
        shape: .list("rows"),
        columns: [
            ReportColumn("action", "What to do", "事项", .choice(NextAction.all.map(\.choice))),
            ReportColumn("resource", "Resource", "对象", .text).leftOutOfTables(),
            ReportColumn("id", "Number", "编号", .id),
            ReportColumn("name", "Name", "名称", .text).nullable(),
            ReportColumn("owner", "Owner", "负责人", .id).nullable().leftOutOfTables(),
            ReportColumn("ownerName", "Owner", "负责人", .text).nullable("Nobody", "无负责人"),
            ReportColumn("due", "Due", "期限", .time),
            ReportColumn("overdueSeconds", "Overdue by (s)", "已逾期（秒）", .seconds),
        ],
        make: make
    )

    private static func make(_ query: ReportQuery, _ transaction: Transaction) throws -> Report.Content {
        let (now, limit) = (transaction.now, query.integer("limit") ?? 100)
        let end = now + (query.integer("days") ?? 7) * day
        let meant = query.condition("owner", "t.owner")
        var (total, overdue) = (Int64(0), Int64(0))
        var found: [NextAction.Item] = []
        for action in NextAction.all {
            total += try action.count(dueBy: end, meant, transaction)
            overdue += try action.count(dueBy: now, meant, transaction)
            found += try action.items(dueBy: end, meant, limit: limit, transaction)
        }
        let urgent = found.sorted { ($0.due, $0.id) < ($1.due, $1.id) }.prefix(Int(limit))
        return Report.Content(
            head: ["total": .integer(total), "overdue": .integer(overdue)],
            rows: try rows(Array(urgent), transaction)
        )
    }

    private static func rows(_ items: [NextAction.Item], _ transaction: Transaction) throws -> [JSONObject] {
        let owners = try ReportNames(User.resource, items.compactMap(\.owner), transaction)
        var names: [String: ReportNames] = [:]
        for (name, group) in Dictionary(grouping: items, by: \.action.resource.name) {
            names[name] = try group.first.map { try ReportNames($0.action.resource, group.map(\.id), transaction) }
        }
        return items.map { item in
            transaction.saw([item.action.due, "owner"], of: item.id, item.action.resource.name)
            return [
                "action": .string(item.action.code), "resource": .string(item.action.resource.name),
                "id": .integer(item.id), "name": names[item.action.resource.name]?[item.id] ?? .null,
                "owner": item.owner.map(JSONValue.integer) ?? .null,
                "ownerName": item.owner.map { owners[$0] } ?? .null, "due": .string(Timestamp.text(item.due)),
                "overdueSeconds": .integer(max(transaction.now - item.due, 0) / 1_000),
            ]
        }
    }
}
