import KoiJSON

/// Deletes what was delivered or given up long ago, every night.
enum OutboxTrimming {
    static let keptFor: Int64 = 30 * 86_400_000
    /// Rows between two looks at the clock.
    private static let step: Int64 = 100

    static let kind = JobKind("trimOutbox", recurrence: .daily(minute: 200)) { chunk in
        let store = OutboxStore(chunk.transaction.connection)
        while chunk.hasTime {
            let count = try store.trim(before: chunk.transaction.now - keptFor, limit: step)
            chunk.done += Int64(count)
            if count == 0 { return .done(["trimmed": .integer(chunk.done)]) }
        }
        return .more
    }
}
