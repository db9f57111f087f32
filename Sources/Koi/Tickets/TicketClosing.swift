import KoiJSON
import KoiSQLite

/// Closes resolved tickets of which the customer has said nothing for so many whole days, by the company's calendar.
///
/// What the guards of closing miss keeps a ticket open: it is looked at again with the next run.
enum TicketClosing {
    private static let step: Int64 = 20
    private static let day: Int64 = 86_400_000

    static let kind = JobKind("closeTickets", recurrence: .every(3_600_000)) { chunk in
        guard let days = chunk.transaction.catalog.settings.current.ticketCloseDays else { return .done([:]) }
        while chunk.hasTime {
            let found = try next(chunk, days)
            for id in found {
                if try close(id.id, after: days, chunk.transaction) { chunk.done += 1 }
                chunk.position = ["at": .integer(id.at), "ticket": .integer(id.id)]
            }
            guard found.count == step else { return .done(["closed": .integer(chunk.done)]) }
        }
        return .more
    }

    /// Those that were resolved long enough ago, the longest first.
    private static func next(_ chunk: JobChunk, _ days: Int64) throws -> [(at: Int64, id: Int64)] {
        try chunk.transaction.connection.rows(
            """
            SELECT "resolvedAt", id FROM tickets
            WHERE state = 'resolved' AND "removedAt" IS NULL AND "resolvedAt" <= ? AND ("resolvedAt", id) > (?, ?)
            ORDER BY "resolvedAt", id LIMIT ?
            """,
            [
                .integer(chunk.transaction.now - days * day), .integer(chunk.position["at"]?.integerValue ?? .min),
                .integer(chunk.position["ticket"]?.integerValue ?? 0), .integer(step),
            ]
        ) { (at: $0.int(0), id: $0.int(1)) }
    }

    /// - Returns: whether it is closed now.
    private static func close(_ id: Int64, after days: Int64, _ transaction: Transaction) throws -> Bool {
        guard let before = try RecordStore(Ticket.resource, transaction.connection).find(id, .all),
            end(of: before, days, transaction) <= transaction.now,
            let status = try TicketStatus.main(.closed, transaction.connection)
        else { return false }
        var record = before
        record["status"] = .integer(status.id)
        let now = JSONValue.string(Timestamp.text(transaction.now))
        TicketOutcome.apply(.closed, to: &record, before: before, at: now)
        for each in TicketGuards.all {
            guard try each.missing(record, before: before, to: .closed, transaction).isEmpty else { return false }
        }
        let settings = transaction.catalog.settings.current
        let reason = Text("No answer for \(days) days.", "客户 \(days) 天未回复。")(settings.language)
        _ = try RecordService(Ticket.resource, transaction).save(record, before: before, reason: reason)
        return true
    }

    /// The midnight after so many whole days since the last word.
    private static func end(of ticket: Record, _ days: Int64, _ transaction: Transaction) -> Int64 {
        let words = ["resolvedAt", "lastReplyAt", "lastIncomingAt"].compactMap(ticket.time)
        let zone = LocalTime(zone: transaction.catalog.settings.current.timeZone)
        return zone.time(day: zone.parts(words.max() ?? transaction.now).day + days + 1, rest: 0)
    }
}
