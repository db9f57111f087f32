/// What a policy promises, as the clocks of a ticket count it.
struct ServiceTerms: Sendable {
    /// What a clock does while the work on its ticket rests.
    enum Stance {
        case running
        case paused
        case met
        case cancelled
    }

    let policy: Int64
    /// Nil for the company's.
    let calendar: Int64?
    let time: WorkingTime
    /// Minutes of working time; what has none is not promised.
    let targets: [TicketClockKind: Int64]
    /// Minutes of working time before a target.
    let warning: Int64?
    let pauses: Set<TicketRest>

    func stance(of kind: TicketClockKind, at rest: TicketRest) -> Stance {
        switch rest {
        case .none: .running
        case .waitingCustomer: pauses.contains(rest) ? .paused : .running
        // News are promised just for the time in which there is nothing else to be had.
        case .waitingThirdParty, .deferred: pauses.contains(rest) && kind != .keepInformed ? .paused : .running
        case .resolved: kind == .resolution ? .met : .paused
        case .closed: kind == .resolution ? .met : .cancelled
        case .removed: .cancelled
        }
    }
}
