/// One round of a clock, as its entries in the log tell it, and a working time count it.
///
/// Times are milliseconds since 1970.
package struct TicketClock: Sendable {
    struct Key: Sendable, Hashable {
        let kind: TicketClockKind
        /// The superior whose clock it is.
        let user: Int64?
    }

    package enum Status: String, Sendable, CaseIterable {
        case running
        case paused
        case met
        case cancelled
    }

    struct Escalation: Sendable {
        let user: Int64
        let at: Int64
    }

    static let minute: Int64 = 60_000

    let key: Key
    private(set) var start: Int64
    /// Minutes of working time.
    private(set) var target: Int64
    private(set) var policy: Int64?
    private(set) var calendar: Int64?
    /// Those that are over.
    private(set) var pauses: [Range<Int64>] = []
    private(set) var pausedSince: Int64?
    private(set) var endedAt: Int64?
    private(set) var isCancelled = false
    private(set) var warnedAt: Int64?
    private(set) var breachedAt: Int64?
    private(set) var escalations: [Escalation] = []
    /// As it was said last, and holds for what has ended.
    private(set) var saidDue: Int64?
    /// Milliseconds of working time that were left, of what has ended.
    private(set) var left: Int64?

    init(_ event: TicketClockEvent) {
        key = event.key
        start = event.at
        target = event.target ?? 0
        policy = event.policy
        calendar = event.calendar
        saidDue = event.due
    }

    var kind: TicketClockKind { key.kind }

    var status: Status {
        guard endedAt == nil else { return isCancelled ? .cancelled : .met }
        return pausedSince == nil ? .running : .paused
    }

    var hasEnded: Bool { endedAt != nil }

    // MARK: The log

    mutating func take(_ event: TicketClockEvent) {
        switch event.verb {
        case .started: start = min(start, event.at)
        case .paused: pausedSince = max(event.at, start)
        case .resumed: resume(event.at)
        case .retargeted: retarget(event)
        case .met: end(event, isCancelled: false)
        case .cancelled: end(event, isCancelled: true)
        case .warned: warnedAt = event.at
        case .breached: breachedAt = event.at
        case .escalated: if let user = event.user { escalations.append(Escalation(user: user, at: event.at)) }
        }
        if [.started, .paused, .resumed, .retargeted, .met, .cancelled].contains(event.verb) { saidDue = event.due }
    }

    private mutating func resume(_ at: Int64) {
        if let since = pausedSince ?? endedAt, since < at { pauses.append(since..<at) }
        // What was late when it ended is told of again once it is late again.
        if hasEnded { (warnedAt, breachedAt) = (nil, nil) }
        (pausedSince, endedAt, isCancelled, left) = (nil, nil, false, nil)
    }

    private mutating func retarget(_ event: TicketClockEvent) {
        target = event.target ?? target
        (policy, calendar) = (event.policy, event.calendar)
        if event.due.map({ $0 > event.at }) ?? true { (warnedAt, breachedAt) = (nil, nil) }
    }

    private mutating func end(_ event: TicketClockEvent, isCancelled: Bool) {
        // What is answered after all was not waited for meanwhile.
        if self.isCancelled, pausedSince == nil { pausedSince = endedAt }
        endedAt = max(event.at, start)
        self.isCancelled = isCancelled
        if isCancelled { policy = event.policy }
        left = event.left
    }

    // MARK: Figures

    /// All working time but the pauses; one that is not over has no end.
    private func counted(_ time: WorkingTime) -> WorkingTime {
        time.without(pauses + (pausedSince.map { [$0..<Int64.max] } ?? []))
    }

    /// When the target is reached: nil while the clock stands still before it, and for never: beyond the horizon of working time,
    /// or the year 9999.
    func due(_ time: WorkingTime) -> Int64? {
        moment(after: target, time)
    }

    /// When somebody is to be warned; nil for never.
    func warning(_ minutes: Int64?, _ time: WorkingTime) -> Int64? {
        guard let minutes, minutes < target else { return nil }
        return moment(after: target - minutes, time)
    }

    private func moment(after minutes: Int64, _ time: WorkingTime) -> Int64? {
        counted(time).moment(after: minutes * TicketClock.minute, from: start)
            .flatMap { Timestamp.range.contains($0) ? $0 : nil }
    }

    /// Milliseconds of working time up to a moment, without the pauses.
    func worked(until moment: Int64, _ time: WorkingTime) -> Int64 {
        moment > start ? counted(time).work(from: start, to: moment) : 0
    }

    /// Milliseconds of working time that are left at a moment; negative where it is late.
    func left(at moment: Int64, _ time: WorkingTime) -> Int64 {
        target * TicketClock.minute - worked(until: moment, time)
    }

    /// When there is something to be told next, by when it was said to be due; nil for never.
    func next(_ terms: ServiceTerms) -> Int64? {
        guard status == .running, breachedAt == nil, let due = saidDue else { return nil }
        guard warnedAt == nil, let warning = warning(terms.warning, terms.time) else { return due }
        return min(warning, due)
    }

    /// Whether what was promised came late, by when it was due.
    var isLate: Bool? {
        guard let endedAt, !isCancelled else { return nil }
        return saidDue.map { endedAt > $0 } ?? false
    }
}
