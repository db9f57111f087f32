import KoiJSON
import KoiSQLite

/// A way from one status of tickets to another: who may take it, and with what.
package enum TicketTransition {
    package static let resource = Resource(
        "ticket-transitions",
        singular: "ticketTransition",
        Text("ticket transition", "工单流转规则"),
        plural: Text("ticket transitions", "工单流转规则"),
        isMirrored: false,
        rules: TicketTransitionRules(),
        fields: [
            .reference("from", "From", "从", to: TicketStatus.resource.name)
                .noted("Null for any status.", "留空表示任何状态。"),
            .reference("to", "To", "到", to: TicketStatus.resource.name).required(),
            .links(
                "roles",
                "Roles",
                "角色",
                LinkTable(
                    table: "ticket_transition_roles",
                    holder: "transition",
                    target: "role",
                    maximum: 50,
                    fields: [.reference("role", "Role", "角色", to: "roles").required()]
                )
            ).noted(
                "Whose move it is; that of whoever may change the ticket where none is named.",
                "可执行的角色；未填写时凡可更改工单者均可。"
            ),
            .list("requires", "Requires", "要求", max: 3, of: TextRule(maximum: 20)).unfiltered()
                .noted(
                    "What goes with it: reply (a message to the customer), reason, date (until when it is deferred).",
                    "同时须提供的内容：reply（给客户的答复）、reason（原因）、date（暂缓至何日）。"
                ).example(["reply", "date"]),
            .text("notes", "Notes", "备注", max: 2_000, .multiline).unsorted(),
        ]
    )

    /// What a transition may ask for.
    enum Need: String, CaseIterable {
        case reply
        case reason
        case date
    }

    /// A transition as the rules of tickets read it.
    struct Way: Sendable {
        let id: Int64
        let needs: [Need]
        /// None for whoever may change the ticket.
        let roles: Set<Int64>
    }

    /// The ways that lead from one status to another.
    static func ways(from: Int64, to: Int64, _ connection: Connection) throws -> [Way] {
        let rows = try connection.rows(
            """
            SELECT t.id, t.requires FROM "ticket-transitions" AS t
            WHERE t."to" = ? AND (t."from" = ? OR t."from" IS NULL) AND t."removedAt" IS NULL ORDER BY t.id
            """,
            [.integer(to), .integer(from)]
        ) { (id: $0.int(0), needs: needs($0.text(1))) }
        return try rows.map { row in
            let roles = try connection.rows(
                "SELECT role FROM ticket_transition_roles WHERE transition = ?",
                [.integer(row.id)]
            ) { $0.int(0) }
            return Way(id: row.id, needs: row.needs, roles: Set(roles))
        }
    }

    private static func needs(_ json: String) -> [Need] {
        ((try? JSONReader.read(Array(json.utf8)))?.arrayValue ?? []).compactMap { $0.stringValue.flatMap(Need.init) }
    }
}

/// A transition asks for nothing that there is not.
struct TicketTransitionRules: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        for (index, need) in (record["requires"].arrayValue ?? []).enumerated()
        where TicketTransition.Need(rawValue: need.stringValue ?? "") == nil {
            issues.append(TicketTransitionRules.unknown.issue(field: "requires[\(index)]"))
        }
        guard record["from"] == record["to"] else { return }
        issues.append(TicketTransitionRules.nowhere.issue(field: "from"))
    }

    private static let unknown = ValueRefusal(
        "not_a_choice",
        "Choose one of: reply, reason, date.",
        "请从以下选项中选择：reply、reason、date。"
    )
    private static let nowhere = ValueRefusal("same_status", "A transition leads to another status.", "流转必须通向另一状态。")
}
