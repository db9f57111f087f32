import KoiSQLite

/// The ticket in which goes on what a customer writes to one that ended too long ago to be opened again.
struct LatestTicket {
    /// How often one is followed by another at most.
    private static let longest = 20

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// The ticket itself while it takes messages, and where nothing follows it yet.
    func of(_ ticket: Record) throws -> Record {
        var latest = ticket
        for _ in 0..<LatestTicket.longest where TicketWindow(transaction).isOver(latest) {
            let next = try transaction.connection.first(
                "SELECT id FROM tickets WHERE follows = ? AND \"removedAt\" IS NULL ORDER BY id DESC LIMIT 1",
                [.integer(latest.id)]
            ) { $0.int(0) }
            guard let next, let found = try RecordStore(Ticket.resource, transaction.connection).find(next, .all) else {
                break
            }
            latest = found
        }
        return latest
    }
}
