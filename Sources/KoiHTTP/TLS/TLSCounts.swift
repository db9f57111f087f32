import Synchronization

/// How handshakes ended since the start.
package final class TLSCounts: Sendable {
    package let full = TLSCounter()
    package let resumed = TLSCounter()
    package let failed = TLSCounter()
}

/// A number that all loops count up.
package final class TLSCounter: Sendable {
    private let number = Atomic(0)

    package var value: Int { number.load(ordering: .relaxed) }

    func count() { number.add(1, ordering: .relaxed) }
}
