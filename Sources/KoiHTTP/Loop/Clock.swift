import CLinux
import Glibc

/// The two times a loop needs.
///
/// The coarse clocks are read without a system call and are a few milliseconds fine.
struct Clock: Sendable {
    /// Milliseconds that never go back.
    var monotonic: @Sendable () -> Int
    /// Seconds since 1970.
    var wall: @Sendable () -> Int

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
