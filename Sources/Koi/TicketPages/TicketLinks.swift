import KoiSQLite

/// The links by which customers see their tickets, without an account.
struct TicketLinks {
    static let path = "/t/"
    /// As often as anybody looks.
    private static let uses: Int64 = 1_000_000

    /// A new link, which cannot be shown again.
    struct Made {
        let path: String
        /// Nil where the settings do not say how Koi is reached.
        let url: String?
        let expiresAt: Int64
    }

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// - Parameter isLogged: whether it is an event of its own.
    func make(for ticket: Int64, isLogged: Bool = true) throws -> Made {
        let token = try Links(transaction).make(
            .ticket,
            subject: EventSubject(resource: Ticket.resource.name, id: ticket),
            uses: TicketLinks.uses,
            isLogged: isLogged
        )
        let path = TicketLinks.path + token
        return Made(
            path: path,
            url: transaction.catalog.settings.current.publicURL.map { $0 + path },
            expiresAt: transaction.now + LinkPurpose.ticket.lifetime
        )
    }

    /// The living ticket that a link is about; nil where it is none, or not any more.
    func ticket(of token: String) throws -> Record? {
        guard let link = try Links(transaction).find(token), link.purpose == .ticket, let subject = link.subject,
            subject.resource == Ticket.resource.name
        else { return nil }
        return try RecordStore(Ticket.resource, transaction.connection).find(subject.id, .all)
    }

    /// Makes all links to a ticket lead nowhere.
    func revoke(of ticket: Int64) throws {
        try Links(transaction).revokeAll(.ticket, of: EventSubject(resource: Ticket.resource.name, id: ticket))
    }
}
