import KoiJSON
import KoiSQLite

/// The messages of tickets: the one way by which any comes to be stored, whoever writes it and by whichever channel.
struct TicketMessages {
    /// In code points; mails that are longer are cut where they come in.
    static let longestText = 100_000

    struct Draft {
        var kind: TicketMessage.Kind
        var text: String
        /// When it was said; when it is stored where nothing is given.
        var at: Int64?
        var channel: String?
        var fromName: String?
        var fromAddress: String?
        /// Whether Koi writes it by itself: that is no answer to the customer.
        var isAutomatic = false
        /// Numbers of files that nothing has yet.
        var files: [Int64] = []
    }

    struct Added {
        let message: TicketMessage
        /// As it is then: another one where a message came to a ticket that cannot be opened again.
        let ticket: Record
    }

    private let transaction: Transaction
    private var connection: Connection { transaction.connection }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Stores a message and does what follows from it: an answer is the first one, a customer who writes opens the ticket again
    /// or, where that was closed too long ago, another one.
    ///
    /// - Parameters:
    ///   - ticket: as it is stored; that the actor may change it was asked before.
    ///   - moving: whether the ticket's status follows from it.
    func add(_ draft: Draft, to ticket: Record, moving: Bool = true) throws -> Added {
        let isNews = draft.kind == .incoming && TicketWindow(transaction).isOver(ticket)
        let before = isNews ? try TicketContinuation(transaction).begin(after: ticket, draft) : ticket
        let letter = try TicketMail(transaction).letter(for: draft, of: before)
        let message = try insert(draft, before.id, letter)
        try Files(transaction).attach(draft.files, to: message.id)
        if let letter { try TicketMail(transaction).send(message, to: letter) }
        var record = before
        if !draft.isAutomatic { note(message, in: &record) }
        if moving, let state = TicketMessages.state(after: message.kind, TicketState(of: record)),
            let status = try TicketStatus.main(state, connection)
        {
            record["status"] = .integer(status.id)
            let now = JSONValue.string(Timestamp.text(transaction.now))
            TicketOutcome.apply(state, to: &record, before: before, at: now)
            record["deferredUntil"] = .null
        }
        let saved = try store(record, before: before, message)
        if !draft.isAutomatic { try TicketClocks(transaction).follow(message, of: saved) }
        return Added(message: message, ticket: saved)
    }

    private func insert(_ draft: Draft, _ ticket: Int64, _ letter: TicketMail.Letter?) throws -> TicketMessage {
        try connection.run(
            """
            INSERT INTO ticket_messages (ticket, kind, text, at, "storedAt", channel, author, "fromName", "fromAddress",
                delivery)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(ticket), .text(draft.kind.rawValue), .text(draft.text),
                .integer(draft.at ?? transaction.now), .integer(transaction.now),
                SQLValue(letter == nil ? draft.channel : "email"),
                SQLValue(transaction.actor.user), SQLValue(draft.fromName), SQLValue(draft.fromAddress),
                SQLValue(letter == nil ? nil : TicketMessage.Delivery.queued.rawValue),
            ]
        )
        let id = connection.lastInsertedID
        if draft.isAutomatic {
            try connection.run("UPDATE ticket_messages SET automatic = 1 WHERE id = ?", [.integer(id)])
        }
        guard let message = try find(id) else { throw Problem.unforeseen }
        return message
    }

    /// When the customer last wrote, and was first and last answered.
    private func note(_ message: TicketMessage, in record: inout Record) {
        func later(_ name: String) {
            let at = max(message.at, record.time(name) ?? message.at)
            record[name] = .string(Timestamp.text(at))
        }
        switch message.kind {
        case .note: break
        case .incoming: later("lastIncomingAt")
        case .reply:
            later("lastReplyAt")
            guard record["firstResponseAt"].isNull else { return }
            let first = max(message.at, record.time("receivedAt") ?? message.at)
            record["firstResponseAt"] = .string(Timestamp.text(first))
        }
    }

    /// Where a ticket goes by a message; nil where it stays.
    private static func state(after kind: TicketMessage.Kind, _ state: TicketState) -> TicketState? {
        switch (kind, state) {
        case (.reply, .new): .open
        case (.incoming, .waitingCustomer), (.incoming, .resolved), (.incoming, .closed): .open
        default: nil
        }
    }

    /// One event tells of the message and of what it changed.
    private func store(_ record: Record, before: Record, _ message: TicketMessage) throws -> Record {
        let fields = record.changedFields(from: before)
        let details: JSONObject = ["message": .integer(message.id)]
        guard fields.isEmpty else {
            return try RecordService(Ticket.resource, transaction).save(
                record,
                before: before,
                fields: fields,
                verb: message.kind.verb,
                details: details
            )
        }
        try transaction.events.append(
            Event(
                type: Ticket.resource.singular + "." + message.kind.verb,
                subject: EventSubject(resource: Ticket.resource.name, id: before.id),
                payload: ["after": .object(details)],
                related: Ticket.resource.rules.related(to: before)
            ),
            in: transaction
        )
        return before
    }

    // MARK: Reading

    func find(_ id: Int64) throws -> TicketMessage? {
        try connection.first(
            "SELECT \(TicketMessage.columns) FROM ticket_messages AS m WHERE m.id = ?",
            [.integer(id)],
            TicketMessage.init
        )
    }

    func json(_ message: TicketMessage) throws -> JSONObject {
        message.json(try Files(transaction).all(of: message.id))
    }

    /// A page, the first message first.
    func page(of ticket: Int64, _ query: PageQuery) throws -> JSONValue {
        let start = try query.position()?.id ?? 0
        let thread = try TicketThread(connection).ids(of: ticket).map(SQLValue.integer)
        let rows = try connection.rows(
            """
            SELECT \(TicketMessage.columns) FROM ticket_messages AS m
            WHERE m.ticket IN (\(Dialect.marks(thread))) AND m.id > ?
            ORDER BY m.id LIMIT ?
            """,
            thread + [.integer(start), .integer(Int64(query.limit) + 1)],
            TicketMessage.init
        )
        let page = rows.prefix(query.limit)
        let next = rows.count > query.limit ? page.last.map { query.cursor(after: $0.id) } : nil
        return ["items": .array(try page.map { .object(try json($0)) }), "next": next.map(JSONValue.string) ?? .null]
    }
}
