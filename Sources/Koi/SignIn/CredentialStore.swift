import KoiSQLite

/// The passwords' hashes.
struct CredentialStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Nil where the user has no password.
    func find(_ user: Int64) throws -> PasswordHash? {
        let sql = "SELECT n, r, p, salt, hash FROM credentials WHERE \"user\" = ?"
        return try connection.first(sql, [.integer(user)]) { row in
            PasswordHash(
                cost: PasswordCost(n: row.int(0), r: row.int(1), p: row.int(2)),
                salt: row.blob(3),
                bytes: row.blob(4)
            )
        }
    }

    /// Stores a password, be it the first or another.
    func set(_ hash: PasswordHash, for user: Int64, at now: Int64) throws {
        try connection.run(
            """
            INSERT INTO credentials ("user", n, r, p, salt, hash, "changedAt") VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT ("user") DO UPDATE SET n = excluded.n, r = excluded.r, p = excluded.p, salt = excluded.salt,
                hash = excluded.hash, "changedAt" = excluded."changedAt"
            """,
            [
                .integer(user), .integer(hash.cost.n), .integer(hash.cost.r), .integer(hash.cost.p),
                .blob(hash.salt), .blob(hash.bytes), .integer(now),
            ]
        )
    }

    /// Stores what the same password is at another cost.
    func renew(_ hash: PasswordHash, for user: Int64) throws {
        try connection.run(
            "UPDATE credentials SET n = ?, r = ?, p = ?, salt = ?, hash = ? WHERE \"user\" = ?",
            [
                .integer(hash.cost.n), .integer(hash.cost.r), .integer(hash.cost.p), .blob(hash.salt),
                .blob(hash.bytes), .integer(user),
            ]
        )
    }
}
