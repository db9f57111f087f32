import KoiJSON
import KoiSQLite

/// A page of one's own notifications, the newest first.
struct NotificationList {
    private var onlyUnread = false
    private var wantsTotal = false
    private let page: PageQuery

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ parameters: [Parameter]) throws {
        var rest: [Parameter] = []
        var seen: Set<String> = []
        for parameter in parameters {
            switch parameter.name {
            case "unread", "total":
                guard seen.insert(parameter.name).inserted else {
                    throw Problem.badParameter(parameter.name, Text("Give this parameter once.", "此参数只能出现一次。"))
                }
                let flag = try NotificationList.flag(parameter)
                if parameter.name == "unread" { onlyUnread = flag } else { wantsTotal = flag }
            case "limit", "cursor": rest.append(parameter)
            default:
                throw Problem.badParameter(
                    parameter.name,
                    Text(
                        "The list of notifications takes unread, total, limit and cursor.",
                        "通知列表只接受 unread、total、limit 和 cursor。"
                    )
                )
            }
        }
        page = try PageQuery(rest, of: onlyUnread ? "notifications unread" : "notifications")
    }

    private static func flag(_ parameter: Parameter) throws -> Bool {
        switch parameter.value {
        case "true": return true
        case "false": return false
        default: throw Problem.badParameter(parameter.name, Text("Give true or false.", "请填写 true 或 false。"))
        }
    }

    func document(_ transaction: Transaction, _ language: Language) throws -> [UInt8] {
        guard let user = transaction.actor.user else { return try document([], nil, 0, transaction, language) }
        let store = NotificationStore(transaction.connection)
        var conditions = NotificationVisibility(transaction).condition
        if onlyUnread { conditions.append(" AND n.\"readAt\" IS NULL") }
        let total = wantsTotal ? try store.count(of: user, conditions) : 0
        if let position = try page.position() { conditions.append(" AND n.id < ?", [.integer(position.id)]) }
        var found = try store.list(of: user, conditions, limit: page.limit + 1)
        var next: String?
        if found.count > page.limit {
            found.removeLast()
            next = found.last.map { page.cursor(after: $0.id) }
        }
        return try document(found, next, total, transaction, language)
    }

    private func document(
        _ found: [Notification],
        _ next: String?,
        _ total: Int64,
        _ transaction: Transaction,
        _ language: Language
    ) throws -> [UInt8] {
        let text = NotificationText(transaction, language)
        var members: JSONObject = [
            "items": .array(try found.map(text.document)), "next": next.map(JSONValue.string) ?? .null,
        ]
        if wantsTotal { members["total"] = .integer(total) }
        return Array(JSONValue.object(members).text.utf8)
    }
}
