import KoiJSON

/// Tells a customer what came of a ticket, and notes what the customer says to it.
struct TicketResult {
    /// What a customer says to a result.
    struct Answer {
        let accepted: Bool
        /// Who said it; nil where that is not known.
        let by: String?
        /// When; as it is noted where nothing is given.
        let at: Int64?
        let comment: String?
    }

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Sends the result to the customer.
    ///
    /// - Parameter ticket: that the actor may change it was asked before.
    /// - Throws: 409 for a ticket that has ended.
    func tell(_ text: String, to ticket: Record) throws -> Record {
        guard !TicketState(of: ticket).isEnded else { throw TicketResult.ended }
        let draft = TicketMessages.Draft(kind: .reply, text: text)
        let before = try TicketMessages(transaction).add(draft, to: ticket).ticket
        var record = before
        TicketConduct.noteResult(in: &record, at: transaction.now)
        return try RecordService(Ticket.resource, transaction).save(record, before: before)
    }

    /// Notes what the customer says: a result that is refused is none, and the ticket goes on.
    ///
    /// - Parameter ticket: that the actor may note it was asked before.
    /// - Throws: 409 where nothing was told that could be accepted or refused.
    func note(_ answer: Answer, of ticket: Record) throws -> Record {
        guard !TicketState(of: ticket).isEnded else { throw TicketResult.ended }
        guard let told = ticket.time("resultToldAt") else { throw TicketResult.untold }
        let at = max(answer.at ?? transaction.now, told)
        var record = ticket
        record["accepted"] = .bool(answer.accepted)
        record["acceptedAt"] = .string(Timestamp.text(at))
        record["acceptedBy"] = answer.by.map(JSONValue.string) ?? .null
        record["acceptanceComment"] = answer.comment.map(JSONValue.string) ?? .null
        if !answer.accepted { try refuse(&record, before: ticket) }
        return try RecordService(Ticket.resource, transaction).save(record, before: ticket)
    }

    private func refuse(_ record: inout Record, before: Record) throws {
        record["resultToldAt"] = .null
        guard TicketState(of: before) != .rejected,
            let status = try TicketStatus.main(.rejected, transaction.connection)
        else { return }
        record["status"] = .integer(status.id)
        record["deferredUntil"] = .null
        let now = JSONValue.string(Timestamp.text(transaction.now))
        TicketOutcome.apply(.rejected, to: &record, before: before, at: now)
    }

    static let ended = Problem.conflict(
        "ticket_ended",
        Text(
            "The ticket is closed. Open it again first: PUT /v1/tickets/{id}/status.",
            "工单已关闭，请先重开：PUT /v1/tickets/{id}/status。"
        )
    )
    private static let untold = Problem.conflict(
        "result_not_told",
        Text(
            "No result was told that the customer could accept or refuse. Tell it first: PUT /v1/tickets/{id}/result.",
            "尚未告知客户处理结果，无从认可。请先告知：PUT /v1/tickets/{id}/result。"
        )
    )
}
