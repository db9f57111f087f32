import KoiJSON
import KoiSQLite

/// The clocks of tickets: they follow what happens to them, and keep when each is due next.
struct TicketClocks {
    private let transaction: Transaction
    private let policies: ServicePolicies
    private var connection: Connection { transaction.connection }
    private var store: TicketClockStore { TicketClockStore(connection) }

    /// - Parameter policies: where several tickets are followed, so that they are read once.
    init(_ transaction: Transaction, _ policies: ServicePolicies? = nil) {
        self.transaction = transaction
        self.policies = policies ?? ServicePolicies(transaction)
    }

    // MARK: What happens

    /// Follows a ticket that was made or changed.
    ///
    /// - Parameter event: the number of what happened.
    func follow(_ ticket: Record, before: Record?, event: Int64) throws {
        let terms = try policies.terms(of: ticket)
        var book = try store.book(of: ticket.id)
        // Nothing was promised, and nothing is.
        guard terms != nil || !book.rounds.isEmpty else { return }
        book.cause = event
        let rest = TicketRest(ticket)
        if let before, TicketRest(before) != rest { book.turn(to: rest, at: transaction.now, terms) }
        try hold(&book, terms, ticket)
        try keep(book, terms, of: ticket)
    }

    /// Follows a message that was stored with a ticket, after what it changed of that.
    func follow(_ message: TicketMessage, of ticket: Record) throws {
        guard message.kind != .note, let terms = try policies.terms(of: ticket) else { return }
        var book = try store.book(of: ticket.id)
        book.cause = try EventLog.head(connection).sequence
        let history = TicketHistory(ticket, connection)
        var past = try history.past(at: transaction.now)
        if message.at < transaction.now { try history.readTurns(into: &past, at: transaction.now) }
        switch message.kind {
        case .reply: book.answer(at: message.at, past, terms)
        case .incoming: book.ask(at: message.at, past, terms)
        case .note: break
        }
        try keep(book, terms, of: ticket)
    }

    /// Follows what holds for a ticket since its policy, calendar or customer was changed.
    func follow(terms ticket: Record) throws {
        let terms = try policies.terms(of: ticket)
        var book = try store.book(of: ticket.id)
        guard terms != nil || !book.rounds.isEmpty else { return }
        try hold(&book, terms, ticket)
        try keep(book, terms, of: ticket)
    }

    private func hold(_ book: inout TicketClockBook, _ terms: ServiceTerms?, _ ticket: Record) throws {
        let history = TicketHistory(ticket, connection)
        var past = try history.past(at: transaction.now)
        if let terms, book.looksBack(terms, past, at: transaction.now) {
            try history.readTurns(into: &past, at: transaction.now)
        }
        book.hold(terms, past, at: transaction.now)
    }

    // MARK: Time

    /// Tells of what is due, and goes up the chain with what was not kept.
    ///
    /// - Returns: of how much was told.
    func tick(_ id: Int64) throws -> Int64 {
        guard let ticket = try RecordStore(Ticket.resource, connection).find(id, .all),
            let terms = try policies.terms(of: ticket)
        else {
            // What lies in the bin or was left by all policies has no clock that runs.
            try connection.run("DELETE FROM ticket_clocks WHERE ticket = ?", [.integer(id)])
            return 0
        }
        var book = try store.book(of: id)
        let told = book.tick(at: transaction.now, terms)
        try TicketNews(transaction, ticket).tell(told, in: &book, terms)
        // The job looks for what is next by itself.
        try keep(book, terms, of: ticket, wakes: false)
        return Int64(told.count)
    }

    // MARK: Keeping

    private func keep(
        _ book: TicketClockBook,
        _ terms: ServiceTerms?,
        of ticket: Record,
        wakes: Bool = true
    ) throws {
        for event in book.news { try store.add(event, to: ticket.id) }
        try store.keep(book, of: ticket.id, terms)
        try setNextDue(book.nextDue, of: ticket)
        if wakes, let terms, let next = book.open.compactMap({ $0.next(terms) }).min() {
            try TicketWatch.wake(by: next, transaction)
        }
    }

    /// The record stays at its version: whoever is about to change it has not been overtaken.
    private func setNextDue(_ due: Int64?, of ticket: Record) throws {
        let before = try connection.first(
            "SELECT \"nextDueAt\" FROM tickets WHERE id = ?",
            [.integer(ticket.id)]
        ) { $0.intOrNil(0) }
        guard let before, before != due else { return }
        try connection.run(
            "UPDATE tickets SET \"nextDueAt\" = ? WHERE id = ?",
            [SQLValue(due), .integer(ticket.id)]
        )
        try transaction.note(
            "ticket.timed",
            EventSubject(resource: Ticket.resource.name, id: ticket.id),
            ["before": TicketClocks.payload(before), "after": TicketClocks.payload(due)]
        )
    }

    private static func payload(_ time: Int64?) -> JSONValue {
        ["nextDueAt": time.map { .string(Timestamp.text($0)) } ?? .null]
    }
}
