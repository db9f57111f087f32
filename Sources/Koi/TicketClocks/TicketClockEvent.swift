/// One entry of the log of a ticket's clocks, from which each of their figures can be derived again.
package struct TicketClockEvent: Sendable, Equatable {
    package enum Verb: String, Sendable, CaseIterable {
        /// Of a clock that runs: it ran from earlier on.
        case started
        case paused
        /// Of a clock that was met or cancelled: it runs again, and what lay between is a pause.
        case resumed
        case retargeted
        case met
        case cancelled
        case warned
        case breached
        case escalated
    }

    let clock: TicketClockKind
    /// The superior whose clock it is, or to whom a promise was escalated.
    let user: Int64?
    let verb: Verb
    /// From when it holds, which may lie before the time at which it was noted.
    let at: Int64
    /// Minutes of working time.
    let target: Int64?
    /// Nil while the clock stands still, and for never.
    var due: Int64?
    /// Nil where none holds any more.
    let policy: Int64?
    let calendar: Int64?
    /// Of what was met or cancelled: milliseconds of working time that were left, or negative.
    var left: Int64?
    /// The number of the event that caused it; nil for time.
    let cause: Int64?

    /// Whose clock it tells of.
    var key: TicketClock.Key { .init(kind: clock, user: clock == .supervision ? user : nil) }
}
