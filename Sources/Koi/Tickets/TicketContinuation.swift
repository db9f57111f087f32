import KoiJSON
import KoiSQLite

/// Another ticket where a customer writes to one that was closed too long ago.
struct TicketContinuation {
    private static let carried = [
        "subject", "kind", "category", "phase", "severity", "priority", "product", "deal", "orderReference", "customer",
        "contact", "reporterName", "reporterEmail", "reporterPhone", "language",
    ]

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// - Returns: the ticket that goes on where the other ended, with the same owner while they work here.
    func begin(after ended: Record, _ draft: TicketMessages.Draft) throws -> Record {
        var body = JSONObject()
        for name in TicketContinuation.carried where !ended[name].isNull { body[name] = ended[name] }
        if let category = ended["category"].integerValue, try !isActive(category, "ticket-categories") {
            body["category"] = nil
        }
        if let owner = ended["owner"].integerValue, try isActive(owner, "users") { body["owner"] = .integer(owner) }
        if let channel = draft.channel { body["channel"] = .string(channel) }
        // Who writes need not have the right to make tickets.
        let part = transaction.part(as: .system)
        let made = try RecordService(Ticket.resource, part).add(body, setting: ["follows": .integer(ended.id)])
        transaction.absorb(part)
        return made
    }

    private func isActive(_ id: Int64, _ table: String) throws -> Bool {
        try transaction.connection.first(
            "SELECT active FROM \(Dialect.quoted(table)) WHERE id = ? AND \"removedAt\" IS NULL",
            [.integer(id)]
        ) { $0.bool(0) } ?? false
    }
}
