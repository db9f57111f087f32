import KoiLock

@testable import Koi

/// A clock that stands still until a test moves it.
final class HeldClock: Sendable {
    private let time: Lock<Int64>

    /// - Parameter start: RFC 3339.
    init(_ start: String = "2026-11-22T09:00:00.000Z") {
        time = Lock(Timestamp.read(start) ?? 0)
    }

    var now: Int64 { time.withLock { $0 } }

    func advance(by duration: Duration) {
        let milliseconds =
            duration.components.seconds * 1_000
            + duration.components.attoseconds / 1_000_000_000_000_000
        time.withLock { $0 += milliseconds }
    }

    var clock: Clock { Clock { self.now } }
}

/// Random bytes that are the same in each run.
final class HeldRandomness: Sendable {
    private let state: Lock<UInt64>

    init(seed: UInt64 = 1) {
        state = Lock(seed)
    }

    var randomness: Randomness {
        Randomness { count in
            self.state.withLock { state in (0..<count).map { _ in Self.next(&state) } }
        }
    }

    /// SplitMix64.
    private static func next(_ state: inout UInt64) -> UInt8 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return UInt8(truncatingIfNeeded: mixed ^ (mixed >> 31))
    }
}
