import KoiSQLite

/// The sessions: looked up by their token, begun and ended.
struct SessionStore {
    /// The most of one user that have not ended; the one unused for longest ends first.
    private static let maximumOfOne: Int64 = 50
    private static let columns = "id, \"user\", \"createdAt\", \"lastUsedAt\", \"expiresAt\", address, agent"

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    // MARK: Looking up

    /// The session of a token that has not been ended; it may be over by the clock.
    func find(_ token: String) throws -> Session? {
        try connection.first(
            "SELECT \(SessionStore.columns) FROM sessions WHERE hash = ? AND \"endedAt\" IS NULL",
            [.blob(Session.hash(token))],
            SessionStore.read
        )
    }

    func find(_ id: Int64, at now: Int64) throws -> Session? {
        let session = try connection.first(
            "SELECT \(SessionStore.columns) FROM sessions WHERE id = ? AND \"endedAt\" IS NULL",
            [.integer(id)],
            SessionStore.read
        )
        return session.flatMap { $0.endsAt > now ? $0 : nil }
    }

    /// The sessions of a user that go on, the newest first.
    func list(of user: Int64, at now: Int64) throws -> [Session] {
        try connection.rows(
            """
            SELECT \(SessionStore.columns) FROM sessions
            WHERE "user" = ? AND "endedAt" IS NULL AND "expiresAt" > ? AND "lastUsedAt" > ?
            ORDER BY id DESC
            """,
            [.integer(user), .integer(now), .integer(now - Session.idleTime)],
            SessionStore.read
        )
    }

    /// Whether a user has signed in from an address before, in a session that is still remembered.
    func hasBegun(from address: String, by user: Int64) throws -> Bool {
        let sql = "SELECT 1 FROM sessions WHERE \"user\" = ? AND address = ? LIMIT 1"
        return try connection.first(sql, [.integer(user), .text(address)]) { _ in true } ?? false
    }

    private static func read(_ row: Row) -> Session {
        Session(
            id: row.int(0),
            user: row.int(1),
            createdAt: row.int(2),
            lastUsedAt: row.int(3),
            expiresAt: row.int(4),
            address: row.text(5),
            agent: row.text(6)
        )
    }

    // MARK: Beginning and ending

    func insert(_ token: String, user: Int64, device: Int64, _ visit: Visit, at now: Int64) throws -> Session? {
        try connection.first(
            """
            INSERT INTO sessions ("user", hash, device, address, agent, "createdAt", "lastUsedAt", "expiresAt")
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)
            RETURNING \(SessionStore.columns)
            """,
            [
                .integer(user), .blob(Session.hash(token)), .integer(device), .text(visit.address),
                .text(visit.agent), .integer(now), .integer(now + Session.lifetime),
            ],
            SessionStore.read
        )
    }

    /// Those of a user beyond the number that one may have.
    func surplus(of user: Int64) throws -> [Int64] {
        try connection.rows(
            """
            SELECT id FROM sessions WHERE "user" = ? AND "endedAt" IS NULL
            ORDER BY "lastUsedAt" DESC, id DESC LIMIT 1000 OFFSET ?
            """,
            [.integer(user), .integer(SessionStore.maximumOfOne)]
        ) { $0.int(0) }
    }

    func end(_ id: Int64, at now: Int64) throws {
        try connection.run(
            "UPDATE sessions SET \"endedAt\" = ? WHERE id = ? AND \"endedAt\" IS NULL",
            [.integer(now), .integer(id)]
        )
    }
}
