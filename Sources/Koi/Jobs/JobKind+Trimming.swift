import KoiJSON

extension JobKind {
    /// Rows between two looks at the clock.
    private static let trimmingStep: Int64 = 100

    /// A job that deletes what has been kept long enough, again and again until nothing of it is left.
    ///
    /// - Parameters:
    ///   - step: the most rows that may be deleted at once.
    ///   - delete: deletes as many at most, and returns how many it was.
    static func trimming(
        _ name: String,
        _ recurrence: JobRecurrence,
        step: Int64 = trimmingStep,
        _ delete: @escaping @Sendable (Transaction, Int64) throws -> Int
    ) -> JobKind {
        JobKind(name, recurrence: recurrence) { chunk in
            while chunk.hasTime {
                let count = try delete(chunk.transaction, step)
                chunk.done += Int64(count)
                if count == 0 { return .done(["trimmed": .integer(chunk.done)]) }
            }
            return .more
        }
    }
}
