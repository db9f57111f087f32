import KoiJSON
import KoiSQLite

/// Deletes jobs that ended long ago, every night.
enum JobTrimming {
    static let keptFor: Int64 = 30 * 86_400_000
    /// Jobs between two looks at the clock.
    private static let step: Int64 = 100

    static let kind = JobKind("trimJobs", recurrence: .daily(minute: 180)) { chunk in
        let store = JobStore(chunk.transaction.connection)
        let oldest = chunk.transaction.now - keptFor
        while chunk.hasTime {
            let count = try store.trim(before: oldest, limit: step)
            chunk.done += Int64(count)
            if count == 0 { return .done(["trimmed": .integer(chunk.done)]) }
        }
        return .more
    }
}
