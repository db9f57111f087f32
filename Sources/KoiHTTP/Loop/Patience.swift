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
        /// An event stream is open, and its source has nothing to say.
        case streaming
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
        /// Send a comment, so that nobody takes the stream for dead.
        case beat
    }

    /// How many milliseconds a new connection has for its first byte before it counts as idle.
    private static let greeting = 1000

    /// A piece of the time of reading a body or writing, and how many bytes had come or were taken when it began.
    private struct Window: Sendable, Equatable {
        var start: Int
        var taken: Int
    }

    private(set) var phase = Phase.fresh
    private var start: Int
    private var progress: Int
    private var bytes = 0
    private var window: Window?

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
        window = nil
    }

    /// Since when nothing is under way, so that the connection can be closed at no loss; nil while something is.
    ///
    /// Whoever has only just connected is about to ask.
    func restingSince(_ now: Int) -> Int? {
        switch phase {
        case .idle, .lingering: start
        case .fresh: now - start >= Patience.greeting ? start : nil
        default: nil
        }
    }

    /// Notes that something moved within the phase.
    mutating func advance(by count: Int, now: Int) {
        progress = now
        bytes = bytes.addingReportingOverflow(count).partialValue
    }

    /// - Parameter unsent: of what was sent, the bytes that the client has not taken yet; asked for while writing only.
    mutating func verdict(now: Int, limits: Limits, unsent: () -> Int = { 0 }) -> Verdict {
        switch phase {
        case .fresh:
            now - start >= limits.headTime ? .close : .wait
        case .idle:
            now - start >= limits.idleTime ? .close : .wait
        case .head:
            now - start >= limits.headTime ? .refuse : .wait
        case .body:
            now - progress >= limits.bodyIdleTime || isSendingTooLittle(now: now, limits: limits)
                ? .refuse : .wait
        case .application:
            .wait
        case .writing:
            isTakingTooLittle(now: now, limits: limits, unsent: unsent()) ? .close : .wait
        case .streaming:
            now - progress >= limits.heartbeat ? .beat : .wait
        case .halfClosed:
            now - progress >= limits.halfClosedTime ? .close : .wait
        case .lingering:
            now - start >= limits.lingerTime ? .close : .wait
        }
    }

    /// The system takes megabytes at once and then nothing for long: what it still holds tells how fast the client is.
    private mutating func isTakingTooLittle(now: Int, limits: Limits, unsent: Int) -> Bool {
        let taken = bytes.subtractingReportingOverflow(unsent).partialValue
        let window = window ?? Window(start: start, taken: taken)
        self.window = window
        let elapsed = now - window.start
        guard elapsed >= limits.writeStall else { return false }
        let gained = taken.subtractingReportingOverflow(window.taken).partialValue
        self.window = Window(start: now, taken: taken)
        return gained / max(1, elapsed / 1000) < limits.writeRate
    }

    /// Told for one stretch of time after the other: much at once would else buy a long silence.
    private mutating func isSendingTooLittle(now: Int, limits: Limits) -> Bool {
        let window = window ?? Window(start: start, taken: 0)
        self.window = window
        let elapsed = now - window.start
        guard elapsed >= limits.bodyRateGrace else { return false }
        self.window = Window(start: now, taken: bytes)
        return (bytes - window.taken) / max(1, elapsed / 1000) < limits.bodyRate
    }
}
