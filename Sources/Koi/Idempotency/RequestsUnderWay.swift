import KoiLock

/// The requests that named themselves and are carried out at this moment.
///
/// Those of the writer wait for each other in its queue, and the second finds the answer to the first; work outside of it goes
/// on beside the writer, so neither begins while the other is under way. In memory only: one that a crash cut off may be asked
/// for again.
final class RequestsUnderWay: Sendable {
    private struct Marks {
        var tasks: Set<[UInt8]> = []
        /// How many of a mark wait for the writer or are at work in it.
        var writes: [[UInt8]: Int] = [:]
    }

    private let marks = Lock(Marks())

    var isEmpty: Bool { marks.withLock { $0.tasks.isEmpty && $0.writes.isEmpty } }

    /// - Throws: `Problem` 409 while one of this mark is under way.
    func begin(_ request: IdempotentRequest) throws {
        let isFirst = marks.withLock { $0.writes[request.mark] == nil && $0.tasks.insert(request.mark).inserted }
        guard isFirst else { throw Problem.idempotencyKeyInUse }
    }

    func end(_ request: IdempotentRequest) {
        marks.withLock { _ = $0.tasks.remove(request.mark) }
    }

    /// - Throws: `Problem` 409 while work outside of the writer has this mark.
    func beginWrite(_ request: IdempotentRequest) throws {
        let isAlone = marks.withLock { marks in
            guard !marks.tasks.contains(request.mark) else { return false }
            marks.writes[request.mark, default: 0] += 1
            return true
        }
        guard isAlone else { throw Problem.idempotencyKeyInUse }
    }

    func endWrite(_ request: IdempotentRequest) {
        marks.withLock { marks in
            let left = (marks.writes[request.mark] ?? 0) - 1
            marks.writes[request.mark] = left > 0 ? left : nil
        }
    }
}
