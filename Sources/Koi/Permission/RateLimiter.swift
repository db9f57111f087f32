import KoiHTTP
import Synchronization

/// Counts how often each actor did something within a minute, in memory, and refuses what is too often.
package final class RateLimiter: Sendable {
    private struct Window {
        var start: Int64
        var count: Int
    }

    private static let length: Int64 = 60_000
    /// The most actors that are remembered; beyond it those whose minute is over are forgotten.
    private static let maximumRemembered = 10_000

    private let limit: Int
    private let windows = Mutex<[Int64: Window]>([:])

    /// - Parameter limit: how often a minute.
    package init(_ limit: Int) {
        self.limit = limit
    }

    /// Counts `times` more for an actor.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Throws: `Problem` 429 that says when to try again, where it was too often; then nothing is counted.
    package func count(_ actor: Int64, times: Int = 1, at now: Int64) throws {
        let wait: Int64? = windows.withLock { windows in
            if windows.count >= RateLimiter.maximumRemembered {
                windows = windows.filter { $0.value.start + RateLimiter.length > now }
            }
            var window = windows[actor] ?? Window(start: now, count: 0)
            if window.start + RateLimiter.length <= now || window.start > now { window = Window(start: now, count: 0) }
            guard window.count + times <= limit else { return window.start + RateLimiter.length - now }
            window.count += times
            windows[actor] = window
            return nil
        }
        if let wait { throw Problem.tooMany(retryAfter: (wait + 999) / 1_000) }
    }
}

extension Problem {
    /// - Parameter retryAfter: in seconds.
    package static func tooMany(retryAfter seconds: Int64) -> Problem {
        Problem(
            .tooManyRequests,
            "too_many_requests",
            Text(
                "This was asked too often. Try again in \(seconds) seconds.",
                "请求过于频繁，请在 \(seconds) 秒后重试。"
            ),
            fields: [("Retry-After", String(seconds))]
        )
    }
}
