/// How long a connection has been waited for: a value that is told the time, so that tests need not
/// wait.
///
/// Times are milliseconds of a clock that never goes back.
struct Patience: Sendable, Equatable {
    enum Phase: Sendable {
        /// Accepted, and no byte has come.
        case fresh
        /// Between two requests.
        case idle
        case head
        case body
        /// The application has the request.
        case application
        /// The client takes the answer.
        case writing
        /// A stream's source is waited for although the client has closed its side.
        case halfClosed
        /// All is sent, and the client is still sending.
        case lingering
    }

    enum Verdict: Sendable, Equatable {
        case wait
        /// Answer 408 and close.
        case refuse
        case close
    }

    private(set) var phase = Phase.fresh
    private var start: Int
    private var progress: Int
    private var bytes = 0

    init(now: Int) {
        start = now
        progress = now
    }

    /// Notes the phase; the time it has lasted begins anew only when it changes.
    mutating func enter(_ next: Phase, now: Int) {
        guard phase != next else { return }
        phase = next
        start = now
        progress = now
        bytes = 0
    }

    /// Notes that something moved within the phase.
    mutating func advance(by count: Int, now: Int) {
        progress = now
        bytes = bytes.addingReportingOverflow(count).partialValue
    }

    func verdict(now: Int, limits: Limits) -> Verdict {
        switch phase {
        case .fresh:
            now - start >= limits.headTime ? .close : .wait
        case .idle:
            now - start >= limits.idleTime ? .close : .wait
        case .head:
            now - start >= limits.headTime ? .refuse : .wait
        case .body:
            now - progress >= limits.bodyIdleTime || isTooSlow(now: now, limits: limits)
                ? .refuse : .wait
        case .application:
            .wait
        case .writing:
            now - progress >= limits.writeStall ? .close : .wait
        case .halfClosed:
            now - start >= limits.halfClosedTime ? .close : .wait
        case .lingering:
            now - start >= limits.lingerTime ? .close : .wait
        }
    }

    private func isTooSlow(now: Int, limits: Limits) -> Bool {
        let elapsed = now - start
        guard elapsed >= limits.bodyRateGrace else { return false }
        return bytes / max(1, elapsed / 1000) < limits.bodyRate
    }
}
