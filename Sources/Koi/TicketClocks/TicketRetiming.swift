import KoiJSON
import KoiSQLite

/// Brings the clocks of open tickets to what is promised by now: after a policy or a calendar was changed, or a customer's tier.
enum TicketRetiming {
    /// Between two looks at the clock: as many rows are passed over that are closed.
    private static let step: Int64 = 500

    static let all = JobKind("retimeTickets") { chunk in
        let policies = ServicePolicies(chunk.transaction)
        while chunk.hasTime {
            let start = chunk.position["ticket"]?.integerValue ?? 0
            let found = try next(after: start, chunk.transaction.connection)
            guard let place = found.place else { return .done(["tickets": .integer(chunk.done)]) }
            chunk.position["ticket"] = .integer(place)
            guard let ticket = found.ticket else { continue }
            try TicketClocks(chunk.transaction, policies).follow(terms: ticket)
            chunk.done += 1
        }
        return .more
    }

    static let ofCustomer = JobKind("retimeTicketsOfCustomer") { chunk in
        guard let customer = chunk.job.subject?.id else { return .done([:]) }
        while chunk.hasTime {
            let start = chunk.position["ticket"]?.integerValue ?? 0
            guard let ticket = try next(of: customer, after: start, chunk.transaction.connection) else {
                return .done(["tickets": .integer(chunk.done)])
            }
            chunk.position["ticket"] = .integer(ticket.id)
            try retier(ticket, chunk.transaction)
            chunk.done += 1
        }
        return .more
    }

    // MARK: Causes

    /// What is promised was changed, or by which hours.
    static func begin(_ transaction: Transaction) throws {
        let hasAny = try transaction.connection.first("SELECT 1 FROM \"service-policies\" LIMIT 1") { _ in true }
        guard hasAny == true else { return }
        try add(NewJob(all.name, name: all.name), transaction)
    }

    /// A customer was changed.
    static func follow(_ customer: Record, before: Record?, _ transaction: Transaction) throws {
        guard let before, customer["tier"] != before["tier"] else { return }
        let hasAny = try transaction.connection.first(
            "SELECT 1 FROM tickets WHERE customer = ? LIMIT 1",
            [.integer(customer.id)]
        ) { _ in true }
        guard hasAny == true else { return }
        let subject = EventSubject(resource: Customer.resource.name, id: customer.id)
        try add(NewJob(ofCustomer.name, subject: subject, name: "\(ofCustomer.name).\(customer.id)"), transaction)
    }

    /// One that waits for its turn will do; one that is under way has passed tickets already, so another follows it.
    private static func add(_ job: NewJob, _ transaction: Transaction) throws {
        var job = job
        let part = transaction.part(as: .system)
        let store = JobStore(transaction.connection)
        for name in [job.name, job.name.map { $0 + ".next" }] {
            guard let name, let present = try store.unfinished(named: name) else {
                job.name = name
                break
            }
            if present.state == .waiting, present.position.isEmpty { return }
            job.name = nil
        }
        try part.jobs.add(job)
        transaction.absorb(part)
    }

    // MARK: Walking

    /// - Returns: the last row that was looked at, nil behind all of them; and the ticket where that one is open.
    private static func next(after start: Int64, _ connection: Connection) throws -> (place: Int64?, ticket: Record?) {
        let store = RecordStore(Ticket.resource, connection)
        let range: [SQLValue] = [.integer(start), .integer(start + step)]
        let open = try connection.first(
            """
            SELECT id FROM tickets WHERE id > ? AND id <= ? AND "removedAt" IS NULL AND state <> 'closed'
            ORDER BY id LIMIT 1
            """,
            range
        ) { $0.int(0) }
        if let open { return (open, try store.find(open, .all)) }
        let isBehind = try connection.first("SELECT 1 FROM tickets WHERE id > ? LIMIT 1", [range[1]]) { _ in true }
        return (isBehind == true ? start + step : nil, nil)
    }

    private static func next(of customer: Int64, after start: Int64, _ connection: Connection) throws -> Record? {
        let id = try connection.first(
            """
            SELECT id FROM tickets WHERE customer = ? AND id > ? AND "removedAt" IS NULL AND state <> 'closed'
            ORDER BY id LIMIT 1
            """,
            [.integer(customer), .integer(start)]
        ) { $0.int(0) }
        return try id.flatMap { try RecordStore(Ticket.resource, connection).find($0, .all) }
    }

    /// The clocks follow the change of the ticket.
    private static func retier(_ ticket: Record, _ transaction: Transaction) throws {
        guard let customer = ticket["customer"].integerValue else { return }
        let tier = try transaction.connection.first("SELECT tier FROM customers WHERE id = ?", [.integer(customer)]) {
            $0.textOrNil(0)
        }
        var changed = ticket
        changed["tier"] = (tier ?? nil).map(JSONValue.string) ?? .null
        _ = try RecordService(Ticket.resource, transaction).save(changed, before: ticket)
    }
}
