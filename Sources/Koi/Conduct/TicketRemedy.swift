import KoiJSON
import KoiSQLite

/// A remedy: what a customer is offered for what went wrong, from the proposal to its delivery.
package enum TicketRemedy {
    package static let resource = Resource(
        "ticket-remedies",
        singular: "ticketRemedy",
        Text("remedy", "补救措施"),
        plural: Text("remedies", "补救措施"),
        // What was taken back counts for no month, and so does not come back.
        operations: [.create, .change, .remove],
        owner: "owner",
        rules: TicketRemedyRules(),
        fields: [
            .reference("ticket", "Ticket", "工单", to: Ticket.resource.name).required().fixed(),
            .choice("kind", "Kind", "类型", RemedyKind.choices).required().fixed().example("refund"),
            .text("what", "What", "内容", max: 500).fixed().example("退还运费"),
            .integer("amount", "Amount", "金额", Money.range).required().fixed()
                .noted(
                    "What it is worth, in the smallest unit of the currency: by this it is decided who may grant it.",
                    "价值，以货币的最小单位计；据此判断由谁批准。"
                ).example(20_000),
            .choice("currency", "Currency", "货币", Currency.choices).fixed()
                .noted("The company's where none is given.", "未填写时使用公司的货币。"),
            .integer("cost", "Cost", "成本", Money.range)
                .noted(
                    "What it costs the company; the amount where nothing else is known once it is delivered.",
                    "公司实际支出；兑现时未填写则取金额。"
                ),
            .choice("state", "State", "状态", RemedyState.choices).derived().fallback("proposed"),
            .reference("proposedBy", "Proposed by", "提出人", to: "users").derived(),
            .reference("decidedBy", "Decided by", "审批人", to: "users").derived()
                .noted("Who proposed it, where that was within the own authority.", "在权限内时即为提出人。"),
            .time("decidedAt", "Decided", "审批时间").derived(),
            .text("decisionReason", "Reason", "审批意见", max: 500).derived(),
            .time("offeredAt", "Offered", "提出时间").derived(),
            .time("answeredAt", "Customer answered", "客户答复时间").derived(),
            .text("answeredBy", "Answered by", "答复人", max: 200).derived(),
            .reference("notedBy", "Answer noted by", "登记人", to: "users").derived()
                .noted("Null where the customer answered by the link.", "客户通过链接答复时为空。"),
            .time("deliveredAt", "Delivered", "兑现时间").derived(),
            .reference("owner", "Owner", "负责人", to: "users"),
        ]
    )

    /// The living ones of a ticket.
    static func all(of ticket: Int64, _ connection: Connection) throws -> [Record] {
        let store = RecordStore(resource, connection)
        return try connection.rows(
            "SELECT id FROM \"ticket-remedies\" WHERE ticket = ? AND \"removedAt\" IS NULL ORDER BY id",
            [.integer(ticket)]
        ) { $0.int(0) }.compactMap { try store.find($0, .all) }
    }
}
