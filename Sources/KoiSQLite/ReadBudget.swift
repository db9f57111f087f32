internal import Glibc

/// How much a read may cost before it is abandoned with an error that `isInterrupted`.
package struct ReadBudget: Sendable, Equatable {
    /// Instructions of SQLite's virtual machine, counted in thousands; some 10 to 50 ns each.
    package var steps: Int?
    /// Elapsed time since the first thousand instructions, looked at every thousand.
    package var time: Duration?

    package init(steps: Int? = nil, time: Duration? = nil) {
        self.steps = steps
        self.time = time
    }

    package static let unlimited = ReadBudget()
}

/// What is left of a budget, counted down by SQLite's progress handler.
final class ReadMeter {
    /// How many instructions pass between two looks at the budget.
    static let interval: Int32 = 1000

    private var looksLeft = Int.max
    private var time: Duration?
    /// Known from the first look on: most reads end before it, and are spared the clock.
    private var deadline: UInt64?

    func start(_ budget: ReadBudget) {
        looksLeft = budget.steps.map { $0 / Int(Self.interval) } ?? .max
        time = budget.time
        deadline = nil
    }

    func stop() {
        looksLeft = .max
        time = nil
        deadline = nil
    }

    /// One look: whether the read has to end.
    func isSpent() -> Bool {
        looksLeft -= 1
        guard looksLeft >= 0 else { return true }
        guard let time else { return false }
        guard let deadline else {
            deadline = MonotonicClock.now(plus: time)
            return time <= .zero
        }
        return MonotonicClock.now > deadline
    }
}

/// Nanoseconds of a clock that never goes back.
enum MonotonicClock {
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(truncatingIfNeeded: time.tv_sec) &* 1_000_000_000
            &+ UInt64(truncatingIfNeeded: time.tv_nsec)
    }

    static func now(plus duration: Duration) -> UInt64 {
        let (sum, overflow) = now.addingReportingOverflow(duration.nanoseconds)
        return overflow ? .max : sum
    }
}

extension Duration {
    /// Whole nanoseconds, held within 0 and the largest number.
    var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : whole &+ UInt64(attoseconds / 1_000_000_000)
    }
}
