import KoiJSON

/// An apology, which is a step of its own: no remedy takes its place (F84).
struct TicketApology {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Notes that somebody apologised, and says so to the customer where words are given.
    ///
    /// - Parameter ticket: that the actor may change it was asked before.
    /// - Throws: 409 for a ticket that has ended.
    func note(faultAdmitted: Bool, _ text: String?, on ticket: Record) throws -> Record {
        guard !TicketState(of: ticket).isEnded else { throw TicketResult.ended }
        var before = ticket
        if let text {
            before = try TicketMessages(transaction).add(TicketMessages.Draft(kind: .reply, text: text), to: ticket)
                .ticket
        }
        var record = before
        record["apologisedAt"] = .string(Timestamp.text(transaction.now))
        record["apologisedBy"] = transaction.actor.user.map(JSONValue.integer) ?? .null
        record["faultAdmitted"] = .bool(faultAdmitted)
        return try RecordService(Ticket.resource, transaction).save(record, before: before)
    }
}
