import KoiJSON

/// Deletes what people were told long ago, every night.
enum NotificationTrimming {
    /// Read ones, since they were read.
    static let readKeptFor: Int64 = 90 * 86_400_000
    static let unreadKeptFor: Int64 = 365 * 86_400_000
    /// Rows between two looks at the clock.
    private static let step: Int64 = 100

    static let kind = JobKind("trimNotifications", recurrence: .daily(minute: 190)) { chunk in
        let store = NotificationStore(chunk.transaction.connection)
        let now = chunk.transaction.now
        while chunk.hasTime {
            let count = try store.trim(readBefore: now - readKeptFor, unreadBefore: now - unreadKeptFor, limit: step)
            chunk.done += Int64(count)
            if count == 0 { return .done(["trimmed": .integer(chunk.done)]) }
        }
        return .more
    }
}
