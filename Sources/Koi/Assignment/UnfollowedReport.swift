import KoiJSON
import KoiSQLite

/// Who made first contact and was not followed up: nobody, where all is well.
enum UnfollowedReport {
    static let report = Report(
        path: "unfollowed",
        operation: "reportUnfollowed",
        summary: "Leads and customers that made first contact and were not followed up, the oldest first",
        sources: [
            (Lead.resource, ["status", "receivedAt", "firstResponseAt", "responseDueAt", "owner"]),
            (Customer.resource, ["owner"]),
        ],
        parameters: [
            .number("hours", 0...8_784, usual: 24, "How long ago they made contact at least."),
            .filter("owner", .reference(User.resource.name), "Only those of these users."),
            .limit(100),
        ],
        head: [
            ReportColumn("total", "Total", "总数", .count)
                .noted("Of all, be they in the rows or not; of each kind no more than 10,000 are counted."),
            ReportColumn("leads", "Leads", "线索", .count),
            ReportColumn("customers", "Customers", "客户", .count),
            ReportColumn("oldestSeconds", "Oldest (s)", "最长等待（秒）", .seconds).nullable(),
        ],
        shape: .list("rows"),
        columns: [
            ReportColumn(
                "resource",
                "Kind",
                "类型",
                .choice(UnfollowedContacts.resources.map { Choice($0.name, $0.label.en, $0.label.zh) })
            ),
            ReportColumn("id", "Number", "编号", .id),
            ReportColumn("name", "Name", "名称", .text).nullable(),
            ReportColumn("owner", "Owner", "负责人", .id).nullable().leftOutOfTables(),
            ReportColumn("ownerName", "Owner", "负责人", .text).nullable("Nobody", "无负责人"),
            ReportColumn("since", "Since", "首次接触时间", .time),
            ReportColumn("seconds", "Age (s)", "等待（秒）", .seconds),
            ReportColumn("due", "Answer due", "响应期限", .time).nullable(),
        ]
    ) { query, transaction in
        let contacts = UnfollowedContacts(olderThan: query.integer("hours") ?? 24, in: transaction)
        let meant = query.condition("owner", "t.owner").map { [$0] } ?? []
        let limit = query.integer("limit") ?? 100
        var found: [UnfollowedContacts.Contact] = []
        var head: JSONObject = [:]
        var total: Int64 = 0
        for resource in UnfollowedContacts.resources {
            let count = try contacts.count(resource, meant)
            head[resource.name] = .integer(count)
            total += count
            found += try contacts.oldest(resource, meant, limit: limit)
        }
        head["total"] = .integer(total)
        head["oldestSeconds"] = found.map(\.since).min().map { .integer((transaction.now - $0) / 1_000) } ?? .null
        let oldest = found.sorted { ($0.since, $0.id) < ($1.since, $1.id) }.prefix(Int(limit))
        return Report.Content(head: head, rows: try rows(Array(oldest), transaction))
    }

    private static func rows(
        _ contacts: [UnfollowedContacts.Contact],
        _ transaction: Transaction
    ) throws -> [JSONObject] {
        let owners = try ReportNames(User.resource, contacts.compactMap(\.owner), transaction)
        var names: [String: ReportNames] = [:]
        for resource in UnfollowedContacts.resources {
            let ids = contacts.filter { $0.resource.name == resource.name }.map(\.id)
            names[resource.name] = try ReportNames(resource, ids, transaction)
        }
        return contacts.map { contact in
            let isLead = contact.resource.name == Lead.resource.name
            transaction.saw(
                isLead ? ["receivedAt", "responseDueAt", "owner"] : ["owner"],
                of: contact.id,
                contact.resource.name
            )
            return [
                "resource": .string(contact.resource.name), "id": .integer(contact.id),
                "name": names[contact.resource.name]?[contact.id] ?? .null,
                "owner": contact.owner.map(JSONValue.integer) ?? .null,
                "ownerName": contact.owner.map { owners[$0] } ?? .null, "since": .string(Timestamp.text(contact.since)),
                "seconds": .integer(max(transaction.now - contact.since, 0) / 1_000),
                "due": contact.due.map { .string(Timestamp.text($0)) } ?? .null,
            ]
        }
    }
}
