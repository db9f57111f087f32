import KoiSQLite

/// The rows of `ticket_clock_events`, which are added only, and of `ticket_clocks`, which follow from them.
struct TicketClockStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    // MARK: The log

    /// An entry with its number.
    struct Entry {
        let id: Int64
        let event: TicketClockEvent
    }

    func log(of ticket: Int64) throws -> [Entry] {
        try connection.rows(
            """
            SELECT clock, "user", event, at, target, due, policy, calendar, "left", cause, id
            FROM ticket_clock_events WHERE ticket = ? ORDER BY id
            """,
            [.integer(ticket)]
        ) { row -> Entry? in
            // The schema allows no other words.
            guard let clock = TicketClockKind(rawValue: row.text(0)),
                let verb = TicketClockEvent.Verb(rawValue: row.text(2))
            else { return nil }
            let event = TicketClockEvent(
                clock: clock,
                user: row.intOrNil(1),
                verb: verb,
                at: row.int(3),
                target: row.intOrNil(4),
                due: row.intOrNil(5),
                policy: row.intOrNil(6),
                calendar: row.intOrNil(7),
                left: row.intOrNil(8),
                cause: row.intOrNil(9)
            )
            return Entry(id: row.int(10), event: event)
        }.compactMap { $0 }
    }

    func book(of ticket: Int64) throws -> TicketClockBook {
        TicketClockBook(try log(of: ticket).map(\.event))
    }

    func add(_ event: TicketClockEvent, to ticket: Int64) throws {
        try connection.run(
            """
            INSERT INTO ticket_clock_events
                (ticket, clock, "user", event, at, target, due, policy, calendar, "left", cause)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(ticket), .text(event.clock.rawValue), SQLValue(event.user), .text(event.verb.rawValue),
                .integer(event.at), SQLValue(event.target), SQLValue(event.due), SQLValue(event.policy),
                SQLValue(event.calendar), SQLValue(event.left), SQLValue(event.cause),
            ]
        )
    }

    // MARK: What runs

    func keep(_ book: TicketClockBook, of ticket: Int64, _ terms: ServiceTerms?) throws {
        try connection.run("DELETE FROM ticket_clocks WHERE ticket = ?", [.integer(ticket)])
        guard let terms else { return }
        for clock in book.open {
            try connection.run(
                "INSERT INTO ticket_clocks (ticket, clock, \"user\", due, next) VALUES (?, ?, ?, ?, ?)",
                [
                    .integer(ticket), .text(clock.kind.rawValue), .integer(clock.key.user ?? 0),
                    SQLValue(clock.saidDue), SQLValue(clock.next(terms)),
                ]
            )
        }
    }

    /// The next ticket of which somebody has to be told by now.
    func next(by now: Int64) throws -> Int64? {
        try connection.first(
            "SELECT ticket FROM ticket_clocks WHERE next IS NOT NULL AND next <= ? ORDER BY next, ticket LIMIT 1",
            [.integer(now)]
        ) { $0.int(0) }
    }

    /// When there is something to be told next.
    func nextTime() throws -> Int64? {
        try connection.first("SELECT min(next) FROM ticket_clocks WHERE next IS NOT NULL") { $0.intOrNil(0) } ?? nil
    }
}
