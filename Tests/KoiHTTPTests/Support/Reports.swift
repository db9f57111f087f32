import Dispatch
import KoiLock

@testable import KoiHTTP

/// What an application was told of how requests ended, in order.
final class Reports: Sendable {
    struct Missing: Error {}

    private let waiting = Lock<[RequestReport]>([])
    private let arrived = DispatchSemaphore(value: 0)

    var note: @Sendable (RequestReport) -> Void {
        { report in
            self.waiting.withLock { $0.append(report) }
            self.arrived.signal()
        }
    }

    /// The next one, once it is there.
    func next() throws -> RequestReport {
        guard arrived.wait(timeout: .now() + .seconds(10)) == .success else { throw Missing() }
        return waiting.withLock { $0.removeFirst() }
    }

    /// How many there are that nobody took.
    var count: Int { waiting.withLock { $0.count } }
}
