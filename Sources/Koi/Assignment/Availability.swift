import KoiSQLite

/// Whether people can be given something at a moment.
struct Availability {
    private let connection: Connection
    private let times: WorkingTimes
    private let now: Int64
    private var working: [Int64: Bool] = [:]

    init(_ transaction: Transaction, at now: Int64) {
        connection = transaction.connection
        times = WorkingTimes(transaction)
        self.now = now
    }

    /// Nil for who is there.
    func absence(of user: Int64) throws -> (substitute: Int64?, Void)? {
        try connection.first(
            """
            SELECT substitute FROM absences
            WHERE "user" = ? AND "removedAt" IS NULL AND "from" <= ? AND ("to" IS NULL OR "to" > ?)
            ORDER BY substitute IS NULL, id LIMIT 1
            """,
            [.integer(user), .integer(now), .integer(now)]
        ) { ($0.intOrNil(0), ()) }
    }

    func isActive(_ user: Int64) throws -> Bool {
        try connection.first("SELECT active FROM users WHERE id = ?", [.integer(user)]) { $0.bool(0) } ?? false
    }

    mutating func isWorking(_ user: Int64) throws -> Bool {
        if let known = working[user] { return known }
        let isWorking = try times.user(user, from: now).isWorking(at: now)
        working[user] = isWorking
        return isWorking
    }
}
