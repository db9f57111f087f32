import KoiJSON
import KoiSQLite

/// Deletes what the ledger wrote down long ago, every night.
enum AccessTrimming {
    private static let day: Int64 = 86_400_000
    /// Entries between two looks at the clock.
    private static let step: Int64 = 500

    /// - Parameter days: how long entries are kept.
    static func kind(keptFor days: Int) -> JobKind {
        JobKind("trimAccesses", recurrence: .daily(minute: 190)) { chunk in
            let oldest = chunk.transaction.now - Int64(days) * day
            while chunk.hasTime {
                let count = try trim(before: oldest, chunk.transaction.connection)
                chunk.done += Int64(count)
                if count == 0 { return .done(["trimmed": .integer(chunk.done)]) }
            }
            return .more
        }
    }

    /// - Returns: how many were deleted, the oldest first.
    private static func trim(before time: Int64, _ connection: Connection) throws -> Int {
        try connection.run(
            """
            DELETE FROM accesses WHERE id IN (
                SELECT id FROM accesses WHERE at < ? ORDER BY at LIMIT ?)
            """,
            [.integer(time), .integer(step)]
        )
    }
}
