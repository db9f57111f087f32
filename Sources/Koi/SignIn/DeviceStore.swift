import KoiSQLite

/// The browsers in which somebody has signed in, each with the users who did.
struct DeviceStore {
    static let prefix = "kod_"
    /// In milliseconds: as long as browsers keep a cookie at most.
    static let lifetime: Int64 = 400 * 86_400_000
    /// The most of one user; the one unused for longest goes first.
    private static let maximumOfOne: Int64 = 20

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// The device in which a user has signed in before and has this token; nil where there is none.
    func find(_ token: String, of user: Int64) throws -> Int64? {
        let sql = "SELECT id FROM devices WHERE \"user\" = ? AND hash = ?"
        return try connection.first(sql, [.integer(user), .blob(DeviceStore.hash(token))]) { $0.int(0) }
    }

    /// Whether a user has signed in from anywhere, also where the devices were forgotten since.
    func hasSignedIn(_ user: Int64) throws -> Bool {
        let sql = """
            SELECT 1 WHERE EXISTS (SELECT 1 FROM devices WHERE "user" = ?1)
                OR EXISTS (SELECT 1 FROM sessions WHERE "user" = ?1)
            """
        return try connection.first(sql, [.integer(user)]) { _ in true } ?? false
    }

    /// Notes that a user has signed in from a device.
    func remember(_ token: String, of user: Int64, at now: Int64) throws -> Int64 {
        let id = try connection.first(
            """
            INSERT INTO devices ("user", hash, "createdAt", "lastUsedAt") VALUES (?1, ?2, ?3, ?3)
            ON CONFLICT ("user", hash) DO UPDATE SET "lastUsedAt" = excluded."lastUsedAt"
            RETURNING id
            """,
            [.integer(user), .blob(DeviceStore.hash(token)), .integer(now)]
        ) { $0.int(0) }
        try connection.run(
            """
            DELETE FROM devices WHERE "user" = ?1 AND id NOT IN (
                SELECT id FROM devices WHERE "user" = ?1 ORDER BY "lastUsedAt" DESC, id DESC LIMIT ?2
            )
            """,
            [.integer(user), .integer(DeviceStore.maximumOfOne)]
        )
        return id ?? 0
    }

    /// - Parameter session: that whose device is kept.
    func forgetAll(of user: Int64, except session: Int64? = nil) throws {
        try connection.run(
            """
            DELETE FROM devices WHERE "user" = ? AND NOT EXISTS (
                SELECT 1 FROM sessions AS s WHERE s.id = ? AND s.device = devices.id
            )
            """,
            [.integer(user), SQLValue(session)]
        )
    }

    private static func hash(_ token: String) -> [UInt8] {
        Digest.sha256(Array(token.utf8))
    }
}
