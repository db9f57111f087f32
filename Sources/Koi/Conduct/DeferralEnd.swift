import KoiJSON
import KoiSQLite

/// Takes up again what was put off until today: it is open again, and whoever has it is told.
enum DeferralEnd {
    static let name = "resumeTickets"
    private static let hour: Int64 = 3_600_000

    static let kind = JobKind(name, recurrence: .every(hour)) { chunk in
        let transaction = chunk.transaction
        let zone = LocalTime(zone: transaction.catalog.settings.current.timeZone)
        let today = CalendarDate(daysSince1970: zone.parts(transaction.now).day).text
        while chunk.hasTime {
            guard let ticket = try next(by: today, transaction.connection) else {
                return .done(["resumed": .integer(chunk.done)])
            }
            try resume(ticket, transaction)
            chunk.done += 1
        }
        return .more
    }

    private static func next(by today: String, _ connection: Connection) throws -> Record? {
        let id = try connection.first(
            """
            SELECT id FROM tickets WHERE "deferredUntil" <= ? AND "removedAt" IS NULL ORDER BY "deferredUntil", id LIMIT 1
            """,
            [.text(today)]
        ) { $0.int(0) }
        return try id.flatMap { try RecordStore(Ticket.resource, connection).find($0, .all) }
    }

    private static func resume(_ ticket: Record, _ transaction: Transaction) throws {
        var record = ticket
        record["deferredUntil"] = .null
        if TicketState(of: ticket) == .deferred, let open = try TicketStatus.main(.open, transaction.connection) {
            record["status"] = .integer(open.id)
            let now = JSONValue.string(Timestamp.text(transaction.now))
            TicketOutcome.apply(.open, to: &record, before: ticket, at: now)
        }
        _ = try RecordService(Ticket.resource, transaction).save(record, before: ticket)
        let subject = EventSubject(resource: Ticket.resource.name, id: ticket.id)
        let users = Set([ticket["owner"].integerValue, ticket["assignee"].integerValue].compactMap { $0 })
        for user in users.sorted() {
            try transaction.notifications.add(to: user, .ticketResumed, about: subject, ["number": ticket["number"]])
        }
    }
}
