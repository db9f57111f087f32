import KoiSQLite

/// A ticket together with those that were merged into it: what was said of one was said of all.
struct TicketThread {
    /// Tickets beyond which no more are looked for.
    private static let longest = 200

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// The ticket's own number first.
    func ids(of ticket: Int64) throws -> [Int64] {
        var ids = [ticket]
        var next = 0
        while next < ids.count, ids.count < TicketThread.longest {
            let merged = try connection.rows(
                """
                SELECT loser FROM merges WHERE resource = 'tickets' AND survivor = ? AND state IN ('merging', 'merged')
                ORDER BY id LIMIT \(TicketThread.longest)
                """,
                [.integer(ids[next])]
            ) { $0.int(0) }
            ids += merged.filter { !ids.contains($0) }
            next += 1
        }
        return ids
    }

    /// The ticket that one has become by merges; itself where it was not merged.
    func survivor(of ticket: Int64) throws -> Int64 {
        try MergedRecord.survivor(of: ticket, Ticket.resource, connection) ?? ticket
    }

    /// The ticket with a public number, or into which that one was merged; nil where there is none.
    func find(number: String) throws -> Int64? {
        let found = try connection.first("SELECT id FROM tickets WHERE number = ?", [.text(number)]) { $0.int(0) }
        return try found.map(survivor)
    }
}
