import KoiJSON
import KoiSQLite

/// What happened to a ticket, read from its messages and from the log of changes.
struct TicketHistory {
    private let ticket: Record
    private let connection: Connection

    init(_ ticket: Record, _ connection: Connection) {
        self.ticket = ticket
        self.connection = connection
    }

    /// With how its work rests now, as if it had always been so: that is enough for all but a clock that begins in the past.
    func past(at now: Int64) throws -> TicketPast {
        let received = ticket.time("receivedAt") ?? ticket.time("createdAt") ?? now
        let turns = [TicketTurn(at: received, rest: TicketRest(ticket))]
        var past = TicketPast(received: received, turns: turns)
        try readMessages(into: &past)
        return past
    }

    /// Reads how its work rested since its receipt.
    func readTurns(into past: inout TicketPast, at now: Int64) throws {
        past.turns = try turns(past.received, past.rest, now)
    }

    private func readMessages(into past: inout TicketPast) throws {
        let times = try connection.first(
            """
            SELECT min(CASE kind WHEN 'reply' THEN at END), max(CASE kind WHEN 'reply' THEN at END)
            FROM ticket_messages WHERE ticket = ? AND automatic = 0
            """,
            [.integer(ticket.id)]
        ) { (first: $0.intOrNil(0), last: $0.intOrNil(1)) }
        // One that was entered without a message, as by another system, counts as well.
        past.firstReply = times?.first ?? ticket.time("firstResponseAt")
        past.lastReply = times?.last ?? ticket.time("lastReplyAt")
        past.unanswered =
            try connection.first(
                "SELECT min(at) FROM ticket_messages WHERE ticket = ? AND kind = 'incoming' AND at > ?",
                [.integer(ticket.id), .integer(past.lastReply ?? Int64.min)]
            ) { $0.intOrNil(0) } ?? nil
    }

    // MARK: States

    /// Since when the work rested, as the log of changes has it; what was erased of that counts as it is now.
    private func turns(_ received: Int64, _ rest: TicketRest, _ now: Int64) throws -> [TicketTurn] {
        var state = "new"
        var isRemoved = false
        var turns: [TicketTurn] = []
        for change in try changes() {
            if let text = change.state { state = text }
            if let removed = change.isRemoved { isRemoved = removed }
            let turn = TicketTurn(
                at: turns.isEmpty ? min(received, change.at) : change.at,
                rest: TicketRest(state: state, isRemoved: isRemoved)
            )
            if turns.last?.rest != turn.rest { turns.append(turn) }
        }
        guard let last = turns.last else { return [TicketTurn(at: received, rest: rest)] }
        if last.rest != rest { turns.append(TicketTurn(at: now, rest: rest)) }
        return turns
    }

    private struct Change {
        let at: Int64
        let state: String?
        let isRemoved: Bool?
    }

    private func changes() throws -> [Change] {
        try connection.rows(
            """
            SELECT e.at, e.type, p.payload FROM events AS e
            LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
            WHERE e.resource = ? AND e.record = ? ORDER BY e.sequence
            """,
            [.text(Ticket.resource.name), .integer(ticket.id)]
        ) { row in
            let type = row.text(1)
            let payload = row.textOrNil(2).flatMap { try? JSONReader.read(Array($0.utf8)) }
            return Change(
                at: row.int(0),
                state: payload?["after"]?["state"]?.stringValue,
                isRemoved: TicketHistory.bin[type]
            )
        }
    }

    private static let bin = [
        "ticket.removed": true, "ticket.merged": true, "ticket.restored": false, "ticket.unmerged": false,
    ]
}

extension TicketRest {
    /// How a ticket's work rests.
    init(_ ticket: Record) {
        self.init(state: ticket["state"].stringValue ?? "", isRemoved: ticket.isRemoved)
    }
}
