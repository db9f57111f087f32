import KoiLock

/// The requests that named themselves and are carried out outside of the writer at this moment.
///
/// In memory only: one that a crash cut off may be asked for again.
final class RequestsUnderWay: Sendable {
    private let marks = Lock<Set<[UInt8]>>([])

    var isEmpty: Bool { marks.withLock { $0.isEmpty } }

    /// - Throws: `Problem` 409 while one of this mark is under way.
    func begin(_ request: IdempotentRequest) throws {
        guard marks.withLock({ $0.insert(request.mark).inserted }) else { throw Problem.idempotencyKeyInUse }
    }

    func end(_ request: IdempotentRequest) {
        marks.withLock { _ = $0.remove(request.mark) }
    }
}
