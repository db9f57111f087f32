/// Deletes what people were told long ago, every night.
enum NotificationTrimming {
    /// Read ones, since they were read.
    static let readKeptFor: Int64 = 90 * 86_400_000
    static let unreadKeptFor: Int64 = 365 * 86_400_000

    static let kind = JobKind.trimming("trimNotifications", .daily(minute: 190)) { transaction, limit in
        try NotificationStore(transaction.connection).trim(
            readBefore: transaction.now - readKeptFor,
            unreadBefore: transaction.now - unreadKeptFor,
            limit: limit
        )
    }
}
