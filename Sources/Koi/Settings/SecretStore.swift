import KoiSQLite

/// The sealed secrets in the database, by the place for which each was sealed.
struct SecretStore {
    private let connection: Connection
    private let box: SecretBox
    private let now: Int64

    init(_ transaction: Transaction) {
        self.init(transaction.connection, transaction.secrets, now: transaction.now)
    }

    /// - Parameter now: milliseconds since 1970.
    init(_ connection: Connection, _ box: SecretBox, now: Int64) {
        self.connection = connection
        self.box = box
        self.now = now
    }

    func put(_ plain: [UInt8], at place: String) throws {
        try connection.run(
            """
            INSERT INTO secrets (place, sealed, "updatedAt") VALUES (?, ?, ?)
            ON CONFLICT (place) DO UPDATE SET sealed = excluded.sealed, "updatedAt" = excluded."updatedAt"
            """,
            [.text(place), .blob(try box.seal(plain, at: place)), .integer(now)]
        )
    }

    func remove(at place: String) throws {
        try connection.run("DELETE FROM secrets WHERE place = ?", [.text(place)])
    }

    /// Nil where there is none.
    ///
    /// - Throws: `Problem` 409 `secret_unreadable` where it cannot be opened.
    func open(at place: String) throws -> [UInt8]? {
        let sealed = try connection.first("SELECT sealed FROM secrets WHERE place = ?", [.text(place)]) { $0.blob(0) }
        return try sealed.map { try box.open($0, at: place) }
    }
}
