import KoiSQLite

/// Deletes sessions, links and devices that nobody has used for long, every night.
enum SignInTrimming {
    /// How long what has ended is kept: by it an address is known from which somebody has signed in.
    static let keptFor: Int64 = 30 * 86_400_000

    private static let kinds: [(table: String, column: String, age: Int64)] = [
        ("sessions", "expiresAt", keptFor), ("links", "expiresAt", keptFor),
        ("devices", "lastUsedAt", DeviceStore.lifetime),
    ]

    static let kind = JobKind.trimming("trimSessions", .daily(minute: 185)) { transaction, limit in
        for (table, column, age) in kinds {
            let count = try transaction.connection.run(
                """
                DELETE FROM \(table) WHERE id IN (SELECT id FROM \(table) WHERE \(Dialect.quoted(column)) < ? LIMIT ?)
                """,
                [.integer(transaction.now - age), .integer(limit)]
            )
            if count > 0 { return count }
        }
        return 0
    }
}
