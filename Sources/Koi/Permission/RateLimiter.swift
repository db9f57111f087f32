import KoiHTTP
import KoiLock

/// Counts how often each did something within a minute, in memory, and refuses what is too often.
package final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    private struct Window {
        var start: Int64
        var count: Int
    }

    private typealias Windows = [Key: Window]

    /// Where a key stands after it was counted.
    struct Standing {
        /// Whether it was too often; then it was not counted.
        let isTooOften: Bool
        let remaining: Int
        /// Milliseconds until the minute is over.
        let wait: Int64
    }

    /// In milliseconds.
    private static var length: Int64 { 60_000 }
    /// The most keys that a part remembers; beyond it those whose minute is over are forgotten, and where those are few, all.
    private static var maximumRemembered: Int { 10_000 }

    package let limit: Int
    /// Apart by the hash of their keys, so that the loops seldom wait for each other.
    private let parts: [Part]

    private final class Part: Sendable {
        let windows = Lock<Windows>([:])
    }

    /// - Parameters:
    ///   - limit: how often a minute.
    ///   - parts: into how many parts the keys are split, for what is counted with every request.
    package init(_ limit: Int, parts: Int = 1) {
        self.limit = limit
        self.parts = (0..<max(1, parts)).map { _ in Part() }
    }

    /// Counts `times` more for a key.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Throws: `Problem` 429 that says when to try again, where it was too often; then nothing is counted.
    package func count(_ key: Key, times: Int = 1, at now: Int64) throws {
        let standing = take(key, times: times, at: now)
        if standing.isTooOften { throw Problem.tooMany(retryAfter: (standing.wait + 999) / 1_000) }
    }

    /// Like `count`, and says where the key stands.
    func take(_ key: Key, times: Int = 1, at now: Int64) -> Standing {
        part(of: key).windows.withLock { windows in
            var window = windows[key] ?? Window(start: now, count: 0)
            // The clock may have been set back.
            if window.start + Self.length <= now || window.start > now { window = Window(start: now, count: 0) }
            let wait = window.start + Self.length - now
            let (count, overflow) = window.count.addingReportingOverflow(times)
            guard !overflow, count <= limit else {
                return Standing(isTooOften: true, remaining: limit - window.count, wait: wait)
            }
            window.count = count
            if windows.count >= Self.maximumRemembered { Self.trim(&windows, now) }
            windows[key] = window
            return Standing(isTooOften: false, remaining: limit - count, wait: wait)
        }
    }

    /// Where a key stands before it is counted once more.
    func standing(of key: Key, at now: Int64) -> Standing {
        let window = part(of: key).windows.withLock { $0[key] }
        guard let window, window.start + Self.length > now, window.start <= now else {
            return Standing(isTooOften: false, remaining: limit, wait: Self.length)
        }
        let remaining = max(limit - window.count, 0)
        return Standing(isTooOften: remaining == 0, remaining: remaining, wait: window.start + Self.length - now)
    }

    /// How many keys are remembered.
    var remembered: Int { parts.reduce(0) { $0 + $1.windows.withLock { $0.count } } }

    private func part(of key: Key) -> Part {
        guard parts.count > 1 else { return parts[0] }
        return parts[Int(UInt(bitPattern: key.hashValue) % UInt(parts.count))]
    }

    /// Half at least goes, so that looking through them costs little for each key that comes.
    private static func trim(_ windows: inout Windows, _ now: Int64) {
        windows = windows.filter { $0.value.start + length > now }
        if windows.count > maximumRemembered / 2 { windows = [:] }
    }
}

extension Problem {
    /// - Parameters:
    ///   - retryAfter: in seconds.
    ///   - why: a sentence, to which Chinese needs no full stop.
    package static func tooMany(
        retryAfter seconds: Int64,
        _ why: Text = Text("This was asked too often.", "请求过于频繁，")
    ) -> Problem {
        Problem(
            .tooManyRequests,
            "too_many_requests",
            Text(
                "\(why.en) Try again in \(seconds) seconds.",
                "\(why.zh)请在 \(seconds) 秒后重试。"
            ),
            fields: [("Retry-After", String(seconds))]
        )
    }

    /// In seconds, of what may be tried again.
    var retryAfter: Int64? { fields.first { $0.0 == "Retry-After" }.flatMap { Digits.integer($0.1) } }
}
