import CLinux
import Glibc

/// The times a loop needs.
///
/// The coarse clocks are read without a system call and are a few milliseconds fine.
struct Clock: Sendable {
    /// Milliseconds that never go back.
    var monotonic: @Sendable () -> Int
    /// Seconds since 1970.
    var wall: @Sendable () -> Int
    /// Nanoseconds that never go back, for how long something took: read without a system call, too, but each time takes
    /// some 20 of them.
    var exact: @Sendable () -> UInt64 = Instant.now

    static let system = Clock(
        monotonic: {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
            return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
        },
        wall: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME_COARSE, &time)
            return time.tv_sec
        }
    )
}
