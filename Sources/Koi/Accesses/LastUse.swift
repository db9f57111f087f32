import Synchronization

/// When a remembered key or session was last noted as used, so that it is noted once a minute and not with each request.
package final class LastUse: Sendable {
    private static let interval: Int64 = 60_000

    private let noted = Atomic<Int64>(0)

    /// Whether a use at this time, in milliseconds since 1970, is worth a note.
    ///
    /// Of several at once it is one that is.
    func isNews(at now: Int64) -> Bool {
        let last = noted.load(ordering: .relaxed)
        // A clock that was set back must not silence it for as long.
        guard now < last || now - last >= LastUse.interval else { return false }
        return noted.compareExchange(expected: last, desired: now, ordering: .relaxed).exchanged
    }
}
