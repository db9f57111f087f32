import KoiJSON

/// Forgets the answers to requests that named themselves once nobody sends those again, every hour.
enum KeptAnswerTrimming {
    static let keptFor: Int64 = 24 * 3_600_000
    /// Answers between two looks at the clock; one may be long.
    private static let step: Int64 = 10

    static let kind = JobKind("trimAnswers", recurrence: .every(3_600_000)) { chunk in
        let store = KeptAnswerStore(chunk.transaction.connection)
        while chunk.hasTime {
            let count = try store.trim(before: chunk.transaction.now - keptFor, limit: step)
            chunk.done += Int64(count)
            if count == 0 { return .done(["trimmed": .integer(chunk.done)]) }
        }
        return .more
    }
}
