import Dispatch
import Glibc
import KoiHTTP
import KoiLock
package import Logging

/// Where the lines of the log go: to a descriptor, in batches, from a queue of its own.
///
/// Nobody who logs ever waits. What the descriptor does not take soon enough is kept up to a bound and then dropped and
/// counted; a line says how much, as soon as lines go out again.
package final class LogSink: Sendable {
    private struct State {
        var lines: [UInt8] = []
        var requests: [RequestReport] = []
        var isScheduled = false
        /// Dropped since the last line that said so, and in all.
        var untold = 0
        var dropped = 0
        var written = 0

        /// True for whoever has to see to it that the queue comes.
        mutating func schedule() -> Bool {
            defer { isScheduled = true }
            return !isScheduled
        }

        mutating func drop(_ count: Int) {
            untold += count
            dropped += count
        }
    }

    /// Bytes of lines, and requests, that may wait.
    static let maximumBytes = 1 << 20
    static let maximumRequests = 16_384
    /// Requests are gathered this long, so that a busy loop does not wake a thread each time it has something to say.
    private static let delay = DispatchTimeInterval.milliseconds(50)

    package let line: LogLine
    private let descriptor: Int32
    private let clock: Clock
    private let routes = Lock<[String]>([])
    private let state = Lock(State())
    private let queue = DispatchQueue(label: "koi.log", qos: .utility)

    /// - Parameter descriptor: open as long as the sink is used; it may block.
    package init(_ format: LogFormat, descriptor: Int32, clock: Clock = .system) {
        line = LogLine(format)
        self.descriptor = descriptor
        self.clock = clock
    }

    /// What stands for the routes of requests, by their numbers.
    func name(_ routes: [String]) {
        self.routes.withLock { $0 = routes }
    }

    /// Has a line written soon.
    package func log(_ text: String, _ level: Logger.Level, _ metadata: [(String, String)] = []) {
        let bytes = line.message(text, level, metadata, at: clock.now())
        let mustSchedule = state.withLock { state in
            guard state.lines.count + bytes.count <= LogSink.maximumBytes else {
                state.drop(1)
                return false
            }
            state.lines += bytes
            state.written += 1
            return state.schedule()
        }
        if mustSchedule { queue.async { self.drain() } }
    }

    /// Has a line written for each request soon, and empties the list.
    func log(_ requests: inout [RequestReport]) {
        let mustSchedule = state.withLock { state in
            let room = max(0, LogSink.maximumRequests - state.requests.count)
            if requests.count <= room {
                state.requests.append(contentsOf: requests)
            } else {
                state.requests.append(contentsOf: requests.prefix(room))
                state.drop(requests.count - room)
            }
            return state.schedule()
        }
        requests.removeAll(keepingCapacity: true)
        if mustSchedule { queue.asyncAfter(deadline: .now() + LogSink.delay) { self.drain() } }
    }

    /// Waits until what was logged is with the descriptor, but not for long: it may be stuck.
    package func flush(within seconds: Int = 2) {
        let isDone = DispatchSemaphore(value: 0)
        queue.async {
            self.drain()
            isDone.signal()
        }
        _ = isDone.wait(timeout: .now() + .seconds(seconds))
    }

    /// Lines that were written or will be, and lines that were dropped.
    var counts: (written: Int, dropped: Int) { state.withLock { ($0.written, $0.dropped) } }

    // MARK: On the queue

    private func drain() {
        let (lines, requests, untold) = state.withLock { state in
            defer { state.untold = 0 }
            var taken = State()
            swap(&taken.lines, &state.lines)
            swap(&taken.requests, &state.requests)
            state.isScheduled = false
            state.written += taken.requests.count
            return (taken.lines, taken.requests, state.untold)
        }
        var batch = made(of: requests)
        batch += lines
        if untold > 0 {
            batch += line.message("log lines were dropped", .warning, [("lines", String(untold))], at: clock.now())
        }
        write(batch)
    }

    private func made(of requests: [RequestReport]) -> [UInt8] {
        guard !requests.isEmpty else { return [] }
        let routes = routes.withLock { $0 }
        let now = clock.now()
        let instant = Instant.now()
        var batch: [UInt8] = []
        batch.reserveCapacity(requests.count * 400)
        for report in requests {
            let age = instant > report.ended ? (instant - report.ended) / 1_000_000 : 0
            batch += line.request(report, route: RouteName.of(report, in: routes), at: now - Int64(clamping: age))
        }
        return batch
    }

    private func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&watched, 1, 1_000)
            } else if errno != EINTR {
                // Nobody reads the log any more, or its disk is full.
                let lost = rest.count { $0 == UInt8(ascii: "\n") }
                return state.withLock { $0.drop(lost) }
            }
        }
    }
}
