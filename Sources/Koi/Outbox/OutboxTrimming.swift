/// Deletes what was delivered or given up long ago, every night.
enum OutboxTrimming {
    static let keptFor: Int64 = 30 * 86_400_000

    static let kind = JobKind.trimming("trimOutbox", .daily(minute: 200)) { transaction, limit in
        try OutboxStore(transaction.connection).trim(before: transaction.now - keptFor, limit: limit)
    }
}
