/// Deletes jobs that ended long ago, every night.
enum JobTrimming {
    static let keptFor: Int64 = 30 * 86_400_000

    static let kind = JobKind.trimming("trimJobs", .daily(minute: 180)) { transaction, limit in
        try JobStore(transaction.connection).trim(before: transaction.now - keptFor, limit: limit)
    }
}
