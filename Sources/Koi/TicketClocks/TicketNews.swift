import KoiJSON
import KoiSQLite

/// Who is told of a ticket's clocks: whoever works on it, and, step by step, those above.
struct TicketNews {
    private let transaction: Transaction
    private let ticket: Record
    private let subject: EventSubject
    private let owner: Int64?

    init(_ transaction: Transaction, _ ticket: Record) {
        self.transaction = transaction
        self.ticket = ticket
        subject = EventSubject(resource: Ticket.resource.name, id: ticket.id)
        owner = ticket["owner"].integerValue
    }

    /// - Parameter told: what is due or was not kept; what follows from it is noted in the book.
    func tell(_ told: [TicketClockEvent], in book: inout TicketClockBook, _ terms: ServiceTerms) throws {
        for event in told {
            switch (event.verb, event.clock) {
            case (.warned, .supervision): try tell(event.user.map { [$0] } ?? [], .ticketWarned, event)
            case (.warned, _): try tell(hands, .ticketWarned, event)
            case (.breached, .supervision): try escalate(event, beyond: event.user, &book, terms)
            case (.breached, _):
                try tell(hands, .ticketBreached, event)
                try note(event)
                try escalate(event, beyond: nil, &book, terms)
            default: break
            }
        }
    }

    /// Who has it, and who works on it.
    private var hands: [Int64] {
        let assignee = ticket["assignee"].integerValue
        return [owner, assignee == owner ? nil : assignee].compactMap { $0 }
    }

    /// Passes a promise that was not kept to the next one above.
    ///
    /// - Parameter superior: who did not see to it in time; nil for the first step.
    private func escalate(
        _ event: TicketClockEvent,
        beyond superior: Int64?,
        _ book: inout TicketClockBook,
        _ terms: ServiceTerms
    ) throws {
        guard let promise = event.clock == .supervision ? book.broken?.kind : event.clock else { return }
        let chain = try Managers(transaction).chain(above: owner)
        // One who leads nobody here any more leaves it to those who were not told of it.
        let known = Set(book.clock(promise)?.escalations.map(\.user) ?? [])
        let place = superior.flatMap { one in chain.firstIndex { $0.contains(one) }.map { $0 + 1 } }
        let rest = superior == nil ? chain[...] : chain[(place ?? 0)...]
        guard let next = superior == nil ? rest.first : rest.first(where: { known.isDisjoint(with: $0) }) else {
            return
        }
        for user in next {
            book.escalate(promise, to: user, at: transaction.now, terms)
            try tell([user], .ticketEscalated, event)
        }
    }

    private func tell(_ users: [Int64], _ kind: NotificationKind, _ event: TicketClockEvent) throws {
        let parameters: JSONObject = [
            "number": ticket["number"], "clock": .string(event.clock.rawValue),
            "due": event.due.map { .string(Timestamp.text($0)) } ?? .null,
        ]
        for user in users { try transaction.notifications.add(to: user, kind, about: subject, parameters) }
    }

    /// Other systems may want to know, too.
    private func note(_ event: TicketClockEvent) throws {
        try transaction.note(
            "ticket.overdue",
            subject,
            [
                "after": [
                    "clock": .string(event.clock.rawValue),
                    "due": event.due.map { .string(Timestamp.text($0)) } ?? .null,
                ]
            ]
        )
    }
}
