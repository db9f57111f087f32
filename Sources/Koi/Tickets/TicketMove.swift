import KoiJSON

/// Moves a ticket to a status, with a reason and a message to the customer.
struct TicketMove {
    struct Order {
        let status: Int64
        let reason: String?
        /// Sent to the customer in the same transaction.
        let message: String?
        let deferredUntil: JSONValue
    }

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// - Throws: `Problem` 409 naming all that is missing, `Problem.invalid` for what is not as it should be, 403 where the
    ///   actor may not change the ticket.
    func move(_ ticket: Record, _ order: Order, match: (Int64) throws -> Void) throws -> Record {
        try RecordPermission(Ticket.resource, transaction).check(.change, ticket)
        try match(ticket.version)
        var before = ticket
        if let message = order.message {
            // First, so that what asks whether the customer was told finds it.
            let draft = TicketMessages.Draft(kind: .reply, text: message)
            before = try TicketMessages(transaction).add(draft, to: ticket, moving: false).ticket
        }
        var record = before
        if order.message != nil { try TicketConduct.noteMessage(with: order.status, in: &record, transaction) }
        var issues: [Problem.Issue] = []
        var patch: JSONObject = ["status": .integer(order.status)]
        if !order.deferredUntil.isNull { patch["deferredUntil"] = order.deferredUntil }
        RecordDraft(Ticket.resource, transaction).fill(&record, from: patch, isNew: false, &issues)
        let terms = TicketGate.Terms(reason: order.reason, hasReply: order.message != nil)
        let missing = try TicketRules().complete(&record, before: before, terms, &issues, in: transaction)
        try ReferenceCheck(transaction).check(record, before: before, issues: &issues)
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        guard missing.isEmpty else { throw Problem.ticketNotReady(missing) }
        return try RecordService(Ticket.resource, transaction).save(record, before: before, reason: order.reason)
    }

    /// Where a ticket can go, and what is missing for each; nothing is changed.
    func ways(of ticket: Record, _ language: Language) throws -> JSONValue {
        let connection = transaction.connection
        let all = try TicketStatus.all(connection)
        let current = try ticket["status"].integerValue.flatMap { try TicketStatus.find($0, connection) }
        var moves: [JSONValue] = []
        for status in all {
            guard let current, status.id != current.id else { continue }
            let ways = try TicketTransition.ways(from: current.id, to: status.id, connection)
            if !ways.isEmpty { moves.append(try move(ticket, to: status, ways, language)) }
        }
        return [
            "status": ticket["status"], "name": current.map { .string($0.name) } ?? .null, "state": ticket["state"],
            "moves": .array(moves),
        ]
    }

    private func move(
        _ ticket: Record,
        to status: TicketStatus.Standing,
        _ ways: [TicketTransition.Way],
        _ language: Language
    ) throws -> JSONValue {
        var moved = ticket
        moved["status"] = .integer(status.id)
        let missing = try TicketGate(transaction).missing(moved, before: ticket, for: status, TicketGate.Terms())
        let needs = TicketTransition.Need.allCases.filter { need in ways.contains { $0.needs.contains(need) } }
        return [
            "status": .integer(status.id), "name": .string(status.name), "state": .string(status.state.rawValue),
            "requires": .array(needs.map { .string($0.rawValue) }), "open": .bool(missing.isEmpty),
            "missing": .array(
                missing.map { issue in
                    [
                        "field": .string(issue.field), "code": .string(issue.code),
                        "message": .string(issue.message(language)),
                    ]
                }
            ),
        ]
    }
}
