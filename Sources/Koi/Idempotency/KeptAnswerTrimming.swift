/// Forgets the answers to requests that named themselves once nobody sends those again, every hour.
enum KeptAnswerTrimming {
    static let keptFor: Int64 = 24 * 3_600_000
    /// One may be long.
    private static let step: Int64 = 10

    static let kind = JobKind.trimming("trimAnswers", .every(3_600_000), step: step) { transaction, limit in
        let times = transaction.now - keptFor...transaction.now + keptFor
        return try KeptAnswerStore(transaction.connection).trim(outside: times, limit: limit)
    }
}
