import KoiJSON
import KoiSQLite

/// Asks the customers of closed tickets how satisfied they are, and has somebody ask those who do not say.
///
/// Both can be switched off in the settings; what was closed long before they were switched on is let be.
enum SatisfactionJob {
    static let name = "askSatisfaction"
    private static let hour: Int64 = 3_600_000
    private static let day: Int64 = 24 * hour
    /// A ticket that was closed longer ago is not asked about any more.
    static let askedWithin = 14 * day
    /// How long a customer has to answer before somebody asks in person, and after how long nobody does any more.
    static let patience = 7 * day
    static let followedWithin = 30 * day

    static let kind = JobKind(name, recurrence: .every(hour)) { chunk in
        while chunk.hasTime {
            guard let ticket = try next(chunk.transaction) else { return .done(["told": .integer(chunk.done)]) }
            let service = TicketSatisfaction(chunk.transaction)
            switch ticket {
            case .toAsk(let record, let start): try service.ask(record, start)
            case .toFollow(let record): try service.follow(record)
            }
            chunk.done += 1
        }
        return .more
    }

    private enum Due {
        case toAsk(Record, start: String)
        case toFollow(Record)
    }

    private static func next(_ transaction: Transaction) throws -> Due? {
        let settings = transaction.catalog.settings.current
        if settings.ticketSatisfaction, let start = settings.publicURL, let ticket = try closed(transaction) {
            return .toAsk(ticket, start: start)
        }
        return try settings.ticketFollowUps ? silent(transaction).map(Due.toFollow) : nil
    }

    private static func closed(_ transaction: Transaction) throws -> Record? {
        try first(
            """
            SELECT id FROM tickets WHERE "satisfactionAskedAt" IS NULL AND "closedAt" > ? AND satisfaction IS NULL
                AND "removedAt" IS NULL ORDER BY "closedAt", id LIMIT 1
            """,
            [.integer(transaction.now - askedWithin)],
            transaction
        )
    }

    private static func silent(_ transaction: Transaction) throws -> Record? {
        try first(
            """
            SELECT id FROM tickets WHERE "satisfactionAskedAt" BETWEEN ? AND ? AND satisfaction IS NULL
                AND "satisfactionFollowedAt" IS NULL AND "removedAt" IS NULL AND state = 'closed'
            ORDER BY "satisfactionAskedAt", id LIMIT 1
            """,
            [.integer(transaction.now - followedWithin), .integer(transaction.now - patience)],
            transaction
        )
    }

    private static func first(_ sql: String, _ values: [SQLValue], _ transaction: Transaction) throws -> Record? {
        let id = try transaction.connection.first(sql, values) { $0.int(0) }
        return try id.flatMap { try RecordStore(Ticket.resource, transaction.connection).find($0, .all) }
    }
}
