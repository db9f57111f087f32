import KoiSQLite

/// Deletes what the ledger wrote down long ago, every night.
enum AccessTrimming {
    private static let day: Int64 = 86_400_000
    private static let step: Int64 = 500

    /// - Parameter days: how long entries are kept.
    static func kind(keptFor days: Int) -> JobKind {
        .trimming("trimAccesses", .daily(minute: 190), step: step) { transaction, limit in
            // The oldest first.
            try transaction.connection.run(
                """
                DELETE FROM accesses WHERE id IN (
                    SELECT id FROM accesses WHERE at < ? ORDER BY at LIMIT ?)
                """,
                [.integer(transaction.now - Int64(days) * day), .integer(limit)]
            )
        }
    }
}
