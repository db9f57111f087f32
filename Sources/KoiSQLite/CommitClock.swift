import Synchronization

/// Tells readers whether anything was committed since they last looked: it ticks when a commit begins, and again when it is
/// over, so that it is odd meanwhile.
final class CommitClock: Sendable {
    private let ticks = Atomic<UInt64>(0)

    var now: UInt64 { ticks.load(ordering: .acquiring) }

    func during<T>(_ commit: () throws -> T) rethrows -> T {
        ticks.add(1, ordering: .acquiringAndReleasing)
        defer { ticks.add(1, ordering: .acquiringAndReleasing) }
        return try commit()
    }
}
