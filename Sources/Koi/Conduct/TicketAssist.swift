import KoiJSON
import KoiSQLite

/// An assist: what a colleague is asked to do for a ticket, which stays with its owner.
package enum TicketAssist {
    package static let resource = Resource(
        "ticket-assists",
        singular: "ticketAssist",
        Text("assist", "工单协助"),
        plural: Text("assists", "工单协助"),
        owner: "owner",
        rules: TicketAssistRules(),
        fields: [
            .reference("ticket", "Ticket", "工单", to: Ticket.resource.name).required().fixed(),
            .text("what", "What is asked", "协助内容", max: 2_000, .multiline).required().unsorted()
                .example("请确认这批水泵的密封圈是否有质量问题"),
            .reference("assignee", "Assignee", "协助人", to: "users").required().fixed()
                .noted("The ticket is shared with this user for as long as it takes.", "协助期间工单共享给该用户。"),
            .time("due", "Due", "截止时间"),
            .time("doneAt", "Done", "完成时间").noted("Set by PUT …/completion.", "由 PUT …/completion 设置。"),
            .text("answer", "Answer", "答复", max: 10_000, .multiline).unsorted(),
            .boolean("lent", "Ticket shared", "已共享工单").derived().fallback(false)
                .noted("Whether the ticket was shared with the assignee for it.", "是否为此将工单共享给协助人。"),
            .reference("owner", "Asked by", "发起人", to: "users")
                .noted("Who makes it; the ticket's new owner after a hand-over.", "默认为创建人；工单转手后为新的负责人。"),
        ]
    )
}

/// The assists of tickets.
struct TicketAssists {
    /// How long an assignee sees what was asked once it is done: those who help often would see more and more.
    static let afterglow: Int64 = 30 * 86_400_000

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Those of a ticket that are to be done.
    func open(of ticket: Int64) throws -> [Record] {
        try all(of: ticket).filter { $0["doneAt"].isNull }
    }

    /// All of a ticket.
    func all(of ticket: Int64) throws -> [Record] {
        let store = RecordStore(TicketAssist.resource, transaction.connection)
        return try transaction.connection.rows(
            "SELECT id FROM \"ticket-assists\" WHERE ticket = ? AND \"removedAt\" IS NULL ORDER BY id",
            [.integer(ticket)]
        ) { $0.int(0) }.compactMap { try store.find($0, .all) }
    }

    /// Says that it is done.
    ///
    /// - Throws: 404, 403, 412; one that is done stays as it is.
    func complete(_ id: Int64, answer: String, match: (Int64) throws -> Void) throws -> Record {
        let service = RecordService(TicketAssist.resource, transaction)
        let assist = try service.find(id)
        guard assist["doneAt"].isNull else {
            try RecordPermission(TicketAssist.resource, transaction).check(.change, assist)
            try match(assist.version)
            return assist
        }
        let patch: JSONObject = [
            "doneAt": .string(Timestamp.text(transaction.now)), "answer": .string(answer),
        ]
        return try service.change(id, patch, match: match)
    }
}
