import KoiSQLite

/// What the people of the demo company find when they look through their lists.
struct DemoView {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Leads that are open and belong to nobody, nor to a pool.
    func unassigned() throws -> [Int64] {
        try connection.rows(
            """
            SELECT id FROM leads
            WHERE owner IS NULL AND pool IS NULL AND "removedAt" IS NULL AND status IN ('new', 'contacted', 'qualified')
            ORDER BY id
            """
        ) { $0.int(0) }
    }

    /// Leads that are open, and whose they are.
    func assigned() throws -> [(lead: Int64, owner: Int64)] {
        try connection.rows(
            """
            SELECT id, owner FROM leads
            WHERE owner IS NOT NULL AND "removedAt" IS NULL AND status IN ('new', 'contacted', 'qualified')
            ORDER BY id
            """
        ) { ($0.int(0), $0.int(1)) }
    }

    func newestLead() throws -> Int64 {
        try connection.first("SELECT max(id) FROM leads") { $0.intOrNil(0) ?? 0 } ?? 0
    }

    /// What lies in a pool, the longest known first.
    func pooled(_ resource: Resource, in pool: Int64, limit: Int64) throws -> [Int64] {
        try connection.rows(
            """
            SELECT id FROM \(Dialect.quoted(resource.name)) WHERE pool = ? AND "removedAt" IS NULL ORDER BY id LIMIT ?
            """,
            [.integer(pool), .integer(limit)]
        ) { $0.int(0) }
    }

    /// What Koi has planned, such as return visits, and is to be done by a time.
    func planned(by time: Int64) throws -> [(task: Int64, owner: Int64)] {
        try connection.rows(
            """
            SELECT id, owner FROM tasks
            WHERE cause IS NOT NULL AND owner IS NOT NULL AND "doneAt" IS NULL AND "removedAt" IS NULL AND due <= ?
            ORDER BY id
            """,
            [.integer(time)]
        ) { ($0.int(0), $0.int(1)) }
    }

    /// Somebody of a customer whom this user looks after, too.
    func contact(of customer: Int64, owner: Int64) throws -> Int64? {
        try connection.first(
            """
            SELECT c.id FROM contact_customers AS l JOIN contacts AS c ON c.id = l.contact
            WHERE l.customer = ? AND c.owner = ? AND c."removedAt" IS NULL ORDER BY l.main DESC, c.id LIMIT 1
            """,
            [.integer(customer), .integer(owner)]
        ) { $0.int(0) }
    }

    /// The needs of a customer that are not met, of this user.
    func openNeeds(of customer: Int64, owner: Int64) throws -> [Int64] {
        try connection.rows(
            """
            SELECT id FROM needs
            WHERE customer = ? AND owner = ? AND status IN ('open', 'matched') AND "removedAt" IS NULL ORDER BY id
            """,
            [.integer(customer), .integer(owner)]
        ) { $0.int(0) }
    }
}
