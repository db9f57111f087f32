/// The clocks of one ticket: a value that is made of their log, is told what happens, and says what the log has to hold next.
///
/// It knows no database and no clock on the wall.
struct TicketClockBook: Sendable {
    /// In their order, those that have ended included.
    private(set) var rounds: [TicketClock] = []
    /// What is to be written behind the log.
    private(set) var news: [TicketClockEvent] = []
    /// The number of the event that causes what follows; nil for time.
    var cause: Int64?

    init(_ log: [TicketClockEvent]) {
        for event in log { take(event) }
    }

    /// The last round of a clock.
    func clock(_ kind: TicketClockKind, of user: Int64? = nil) -> TicketClock? {
        rounds.last { $0.key == TicketClock.Key(kind: kind, user: user) }
    }

    /// Those that have not ended.
    var open: [TicketClock] { rounds.filter { !$0.hasEnded } }

    /// When the first promise is due that is not kept: also while it is late, and not while it stands still.
    var nextDue: Int64? { open.filter { $0.kind != .supervision }.compactMap(\.saidDue).min() }

    private mutating func take(_ event: TicketClockEvent) {
        let place = rounds.lastIndex { $0.key == event.key }
        switch (event.verb, place) {
        case (.started, let place?) where !rounds[place].hasEnded: rounds[place].take(event)
        case (.started, _): rounds.append(TicketClock(event))
        case (_, let place?): rounds[place].take(event)
        // Nothing is said of a clock that was never started.
        case (_, nil): break
        }
    }

    // MARK: Writing

    /// Notes what happens to a clock, with the figures that hold from then on.
    mutating func note(_ verb: TicketClockEvent.Verb, _ key: TicketClock.Key, at: Int64, _ terms: ServiceTerms?) {
        let clock = clock(key.kind, of: key.user)
        let keeps = verb != .started && verb != .retargeted
        var event = TicketClockEvent(
            clock: key.kind,
            user: key.user,
            verb: verb,
            at: at,
            target: keeps ? clock?.target : terms?.targets[key.kind],
            due: nil,
            policy: keeps && terms != nil ? clock?.policy : terms?.policy,
            calendar: keeps && terms != nil ? clock?.calendar : terms?.calendar,
            left: nil,
            cause: cause
        )
        // To be told of it changes nothing.
        let isTold = verb == .warned || verb == .breached
        if let terms, !isTold { figure(&event, terms.time) } else { event.due = clock?.saidDue }
        take(event)
        news.append(event)
    }

    /// Says when a clock is due after an event, and what was left of its time.
    private func figure(_ event: inout TicketClockEvent, _ time: WorkingTime) {
        var after = self
        after.take(event)
        guard let clock = after.clock(event.clock, of: event.key.user) else { return }
        event.due = clock.due(time)
        if event.verb == .met || event.verb == .cancelled {
            event.left = clock.left(at: max(event.at, clock.start), time)
        }
    }

    /// Notes that a superior was told of a promise that was broken.
    mutating func noteEscalation(of kind: TicketClockKind, to user: Int64, at: Int64) {
        let clock = clock(kind)
        let event = TicketClockEvent(
            clock: kind,
            user: user,
            verb: .escalated,
            at: at,
            target: clock?.target,
            due: clock?.saidDue,
            policy: clock?.policy,
            calendar: clock?.calendar,
            left: nil,
            cause: cause
        )
        take(event)
        news.append(event)
    }
}
