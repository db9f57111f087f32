/// What happens to a ticket, and what its clocks do then.
///
/// All of it is told in the order in which it becomes known; what happened earlier than what is known already counts from when it
/// happened, as far as that does not undo an answer.
extension TicketClockBook {
    /// Follows what the ticket promises from here on: with the ticket when it is made, and with other terms later.
    ///
    /// - Parameter terms: nil where no policy holds.
    mutating func hold(_ terms: ServiceTerms?, _ past: TicketPast, at now: Int64) {
        for kind in TicketClockKind.promises { hold(kind, terms, past, at: now) }
        for clock in open where clock.kind == .supervision {
            guard let terms else { continue }
            retarget(clock, terms, at: now)
        }
        settle(at: now, terms)
    }

    private mutating func hold(_ kind: TicketClockKind, _ terms: ServiceTerms?, _ past: TicketPast, at now: Int64) {
        let clock = clock(kind)
        guard let terms, terms.targets[kind] != nil else {
            if let clock, !clock.hasEnded { note(.cancelled, clock.key, at: now, nil) }
            return
        }
        if let clock, !clock.hasEnded {
            retarget(clock, terms, at: now)
            stand(clock.key, at: past.rest, from: now, terms)
            return
        }
        if let clock { stand(clock.key, at: past.rest, from: now, terms) }
        guard let origin = past.origin(of: kind), isMissing(kind, from: origin), !past.rest.isEnd else { return }
        begin(kind, from: origin, past.turns, terms)
    }

    /// Whether `hold` begins a clock in the past, for which it has to know how the work rested since.
    func looksBack(_ terms: ServiceTerms, _ past: TicketPast, at now: Int64) -> Bool {
        TicketClockKind.promises.contains { kind in
            guard terms.targets[kind] != nil, let origin = past.origin(of: kind), origin < now else { return false }
            return isMissing(kind, from: origin)
        }
    }

    /// Whether a clock is to be begun: there was none, no policy held for a while, or it ended before what is waited for.
    private func isMissing(_ kind: TicketClockKind, from origin: Int64) -> Bool {
        guard let clock = clock(kind) else { return true }
        guard let end = clock.endedAt else { return false }
        return clock.isCancelled && clock.policy == nil || end < origin
    }

    /// Gives a clock that has not ended the target, the calendar and the hours that hold.
    private mutating func retarget(_ clock: TicketClock, _ terms: ServiceTerms, at now: Int64) {
        guard let target = terms.targets[clock.kind] else { return note(.cancelled, clock.key, at: now, nil) }
        let isSame = (clock.target, clock.policy, clock.calendar) == (target, terms.policy, terms.calendar)
        guard !isSame || clock.saidDue != clock.due(terms.time) else { return }
        note(.retargeted, clock.key, at: now, terms)
    }

    /// Begins a clock, be it in the past, with all that the ticket's work rested since.
    private mutating func begin(
        _ kind: TicketClockKind,
        from start: Int64,
        _ turns: [TicketTurn],
        _ terms: ServiceTerms
    ) {
        guard terms.targets[kind] != nil else { return }
        let key = TicketClock.Key(kind: kind, user: nil)
        note(.started, key, at: start, terms)
        let atStart = turns.last { $0.at <= start } ?? turns.first
        if let atStart { stand(key, at: atStart.rest, from: start, terms) }
        for turn in turns where turn.at > start { stand(key, at: turn.rest, from: turn.at, terms) }
    }

    // MARK: States

    /// The ticket's work begins to rest, or goes on.
    mutating func turn(to rest: TicketRest, at now: Int64, _ terms: ServiceTerms?) {
        guard let terms else { return }
        var turned: Set<TicketClock.Key> = []
        for round in rounds.reversed() where turned.insert(round.key).inserted {
            stand(round.key, at: rest, from: now, terms)
        }
        settle(at: now, terms)
    }

    /// Has a clock do what it does while the work rests so.
    private mutating func stand(_ key: TicketClock.Key, at rest: TicketRest, from now: Int64, _ terms: ServiceTerms) {
        guard let clock = clock(key.kind, of: key.user) else { return }
        let stance = terms.stance(of: key.kind, at: rest)
        switch (clock.status, stance) {
        case (.running, .paused): note(.paused, key, at: now, terms)
        case (.paused, .running): note(.resumed, key, at: now, terms)
        case (.running, .met), (.paused, .met): note(.met, key, at: now, terms)
        case (.running, .cancelled), (.paused, .cancelled): note(.cancelled, key, at: now, terms)
        // What is answered stays so; what was resolved may come back, and all that lay still with it. One on a superior is
        // begun again by the next promise that is broken.
        case (.met, .running), (.met, .paused):
            if key.kind == .resolution { resume(key, stance, now, terms) }
        case (.cancelled, .running), (.cancelled, .paused):
            if key.kind != .supervision, clock.policy != nil { resume(key, stance, now, terms) }
        case (.running, .running), (.paused, .paused), (.met, .met), (.met, .cancelled), (.cancelled, .cancelled),
            (.cancelled, .met):
            break
        }
    }

    private mutating func resume(
        _ key: TicketClock.Key,
        _ stance: ServiceTerms.Stance,
        _ now: Int64,
        _ terms: ServiceTerms
    ) {
        note(.resumed, key, at: now, terms)
        if stance == .paused { note(.paused, key, at: now, terms) }
    }

    // MARK: Messages

    /// A message of the customer came in.
    ///
    /// - Parameter past: with this message.
    mutating func ask(at moment: Int64, _ past: TicketPast, _ terms: ServiceTerms?) {
        // Before the first answer, that answer is what is waited for.
        guard let terms, let first = past.firstReply, first <= moment else { return }
        guard let clock = clock(.nextResponse) else { return begin(.nextResponse, from: moment, past.turns, terms) }
        if let end = clock.endedAt {
            // An answer given since then answers it, too; so does the end of the ticket for what was asked before.
            if end < moment || clock.isCancelled { begin(.nextResponse, from: moment, past.turns, terms) }
        } else if moment < clock.start {
            note(.started, clock.key, at: moment, terms)
        }
    }

    /// A message went out to the customer, which answers all that came in before it.
    ///
    /// - Parameter past: with this answer.
    mutating func answer(at moment: Int64, _ past: TicketPast, _ terms: ServiceTerms?) {
        for kind in [TicketClockKind.firstResponse, .nextResponse, .keepInformed] {
            guard let clock = clock(kind), clock.status != .met, clock.policy != nil,
                clock.start <= moment || kind == .firstResponse
            else { continue }
            note(.met, clock.key, at: max(moment, clock.start), terms)
            guard let terms, kind == .keepInformed else { continue }
            begin(kind, from: moment, past.turns, terms)
        }
        if let terms, let unanswered = past.unanswered, clock(.nextResponse)?.hasEnded ?? true {
            begin(.nextResponse, from: unanswered, past.turns, terms)
        }
        settle(at: moment, terms)
    }

    // MARK: Time

    /// Warns of what is due soon, and notes what was not kept.
    ///
    /// - Returns: what has to be told, in its order.
    mutating func tick(at now: Int64, _ terms: ServiceTerms) -> [TicketClockEvent] {
        let before = news.count
        for clock in open where clock.status == .running && clock.breachedAt == nil {
            if let due = clock.saidDue, due <= now {
                note(.breached, clock.key, at: now, terms)
            } else if clock.warnedAt == nil, let time = clock.warning(terms.warning, terms.time), time <= now {
                note(.warned, clock.key, at: now, terms)
            }
        }
        return Array(news[before...])
    }

    /// Notes that a superior was told of a broken promise, and begins a clock on that one where the policy sets a time.
    mutating func escalate(_ kind: TicketClockKind, to superior: Int64, at now: Int64, _ terms: ServiceTerms) {
        noteEscalation(of: kind, to: superior, at: now)
        guard terms.targets[.supervision] != nil, clock(.supervision, of: superior)?.hasEnded ?? true else { return }
        note(.started, .init(kind: .supervision, user: superior), at: now, terms)
    }

    /// The promise that superiors are told of: the oldest that was broken and is still to be kept.
    var broken: TicketClock? { open.first { $0.kind != .supervision && $0.breachedAt != nil } }

    /// Ends the clocks on superiors once nothing that was broken is left.
    private mutating func settle(at now: Int64, _ terms: ServiceTerms?) {
        guard broken == nil else { return }
        let isKept = rounds.contains { $0.kind != .supervision && $0.status == .met && $0.endedAt == now }
        for clock in open where clock.kind == .supervision {
            note(isKept ? .met : .cancelled, clock.key, at: max(now, clock.start), terms)
        }
    }
}
