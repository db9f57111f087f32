import Foundation
import Testing

@testable import Koi

/// The clocks that the log tells against a look at each minute by itself.
struct `Any ticket's clocks` {
    private static let minute: Int64 = 60_000
    private static let span = 5 * 1_440
    private static let zones = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu"]
    private static let starts = [
        "2026-03-27T00:00:00Z", "2026-10-24T00:00:00Z", "2026-11-23T00:00:00Z", "2024-02-27T00:00:00Z",
    ]

    private struct Dice {
        private var state: UInt64

        init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 }

        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: state >> 33) % sides
        }

        mutating func pick<T>(_ all: [T]) -> T { all[roll(all.count)] }
    }

    private enum Happening {
        case ask
        case answer
        case turn(TicketRest)
        /// Other targets by another calendar.
        case terms
    }

    /// What is promised, and in which minutes there is work.
    private struct Promise {
        let terms: ServiceTerms
        let working: [Bool]
    }

    // MARK: Minute by minute

    /// A round of a clock, with the minutes in which it did not stand still.
    private struct Round {
        let kind: TicketClockKind
        let start: Int
        var active: [Int] = []
        var end: Int?
        /// That under which it ended, or else goes on.
        var promise: Promise

        private var target: Int { Int(promise.terms.targets[kind] ?? 0) }
        private var worked: [Int] { active.filter { promise.working[$0] } }

        var left: Int { target - worked.count }
        /// The end of the minute in which all of the target is worked.
        var due: Int? { worked.count >= target ? worked[target - 1] + 1 : nil }
    }

    /// What the promises mean, said once more: one look at each minute, with no log and no working time.
    private struct Look {
        var rounds: [Round] = []
        var promise: Promise
        var rest = TicketRest.none
        var isAnswered = false

        init(_ promise: Promise) {
            self.promise = promise
            for kind in [TicketClockKind.firstResponse, .resolution, .keepInformed] {
                rounds.append(Round(kind: kind, start: 0, promise: promise))
            }
        }

        private var isDone: Bool { [.resolved, .closed, .removed].contains(rest) }

        private func standsStill(_ kind: TicketClockKind) -> Bool {
            if isDone { return true }
            if kind == .keepInformed, rest != .waitingCustomer { return false }
            return promise.terms.pauses.contains(rest)
        }

        mutating func take(_ happening: Happening, _ other: Promise, at minute: Int) {
            switch happening {
            case .ask:
                let waits = rounds.contains { $0.kind == .nextResponse && $0.end == nil }
                if isAnswered, !waits { begin(.nextResponse, minute) }
            case .answer:
                isAnswered = true
                for kind in [TicketClockKind.firstResponse, .nextResponse, .keepInformed] { end(kind, minute) }
                begin(.keepInformed, minute)
            case .turn(let rest):
                self.rest = rest
                guard let place = rounds.firstIndex(where: { $0.kind == .resolution }) else { return }
                if !isDone {
                    rounds[place].end = nil
                    rounds[place].promise = promise
                } else if rounds[place].end == nil {
                    rounds[place].end = minute
                }
            case .terms:
                promise = other
                for place in rounds.indices where rounds[place].end == nil { rounds[place].promise = other }
            }
        }

        private mutating func begin(_ kind: TicketClockKind, _ minute: Int) {
            rounds.append(Round(kind: kind, start: minute, promise: promise))
        }

        private mutating func end(_ kind: TicketClockKind, _ minute: Int) {
            guard let place = rounds.lastIndex(where: { $0.kind == kind && $0.end == nil }) else { return }
            rounds[place].end = minute
        }

        mutating func pass(_ minute: Int) {
            for place in rounds.indices where rounds[place].end == nil && !standsStill(rounds[place].kind) {
                rounds[place].active.append(minute)
            }
        }
    }

    // MARK: Chance

    private func windows(_ dice: inout Dice) -> [WorkingWindow] {
        (0..<dice.roll(4)).compactMap { _ in
            let from = Int64(dice.roll(1_440))
            return WorkingWindow(from: from, to: min(1_440, from + 1 + Int64(dice.roll(500))))
        }
    }

    private func promise(
        _ dice: inout Dice,
        from start: Int64,
        policy: Int64,
        _ pauses: Set<TicketRest>
    ) throws -> Promise {
        let zone = try #require(TimeZone(identifier: dice.pick(Self.zones)))
        let week = (0..<7).map { _ in windows(&dice) }
        let first = start.flooredQuotient(86_400_000)
        let holidays = (0..<dice.roll(3)).map { _ in first + Int64(dice.roll(5)) }
        let exceptions = Dictionary(holidays.map { ($0, [WorkingWindow]()) }, uniquingKeysWith: { one, _ in one })
        let working = (0..<Self.span).map { minute in
            let time = start + Int64(minute) * Self.minute
            let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time) / 1_000))
            let local = time + Int64(offset) * 1_000
            let day = local.flooredQuotient(86_400_000)
            let clock = (local - day * 86_400_000) / Self.minute
            // 1970-01-01 was a Thursday.
            let weekday = Int((day + 3) % 7)
            return (exceptions[day] ?? week[weekday]).contains { $0.from <= clock && clock < $0.to }
        }
        let kinds = [TicketClockKind.firstResponse, .nextResponse, .resolution, .keepInformed]
        let terms = ServiceTerms(
            policy: policy,
            calendar: policy,
            time: WorkingTime(zone: zone, week: week, exceptions: exceptions),
            targets: Dictionary(uniqueKeysWithValues: kinds.map { ($0, Int64(1 + dice.roll(900))) }),
            warning: nil,
            pauses: pauses
        )
        return Promise(terms: terms, working: working)
    }

    private func happenings(_ dice: inout Dice) -> [Int: Happening] {
        var found: [Int: Happening] = [:]
        for _ in 0..<(2 + dice.roll(16)) {
            let minute = 1 + dice.roll(Self.span - 1)
            found[minute] =
                switch dice.roll(8) {
                case 0, 1: .ask
                case 2, 3: .answer
                case 4: .turn(.none)
                default:
                    .turn(
                        dice.pick([
                            .none, .waitingCustomer, .waitingThirdParty, .deferred, .resolved, .closed, .removed,
                        ])
                    )
                }
        }
        if dice.roll(2) == 0 { found[1 + dice.roll(Self.span - 1)] = .terms }
        return found
    }

    // MARK: The law

    @Test(arguments: 0..<60)
    func `are what each minute by itself tells`(seed: Int) throws {
        var dice = Dice(seed: UInt64(seed) + 11)
        let start = try #require(Timestamp.read(dice.pick(Self.starts)))
        let pauses = Set(TicketRest.pausing.filter { _ in dice.roll(2) == 0 })
        let (one, other) = try (
            promise(&dice, from: start, policy: 1, pauses), promise(&dice, from: start, policy: 2, pauses)
        )
        let happenings = happenings(&dice)
        var look = Look(one)
        var ticket = PlayedTicket(start, one.terms)
        for minute in 0..<Self.span {
            if let happening = happenings[minute], isPossible(happening, look) {
                let moment = start + Int64(minute) * Self.minute
                look.take(happening, other, at: minute)
                switch happening {
                case .ask: ticket.ask(at: moment)
                case .answer: ticket.answer(at: moment)
                case .turn(let rest): ticket.turn(to: rest, at: moment)
                case .terms: ticket.hold(other.terms, at: moment)
                }
            }
            look.pass(minute)
        }
        for kind in [TicketClockKind.firstResponse, .nextResponse, .resolution, .keepInformed] {
            try compare(
                ticket.book.rounds.filter { $0.kind == kind },
                look.rounds.filter { $0.kind == kind },
                from: start,
                look.promise,
                "\(kind) of \(seed)"
            )
        }
    }

    /// What is closed takes no message: it is opened again first.
    private func isPossible(_ happening: Happening, _ look: Look) -> Bool {
        guard look.rest.isEnd else { return true }
        if case .turn = happening { return true }
        return false
    }

    private func compare(
        _ clocks: [TicketClock],
        _ rounds: [Round],
        from start: Int64,
        _ last: Promise,
        _ comment: Comment
    ) throws {
        try #require(clocks.count == rounds.count, comment)
        let now = start + Int64(Self.span) * Self.minute
        for (clock, round) in zip(clocks, rounds) {
            #expect(clock.start == start + Int64(round.start) * Self.minute, comment)
            let due = round.due.map { start + Int64($0) * Self.minute }
            if let end = round.end {
                #expect(clock.hasEnded, comment)
                #expect(clock.endedAt == start + Int64(end) * Self.minute, comment)
                #expect(clock.left == Int64(round.left) * Self.minute, comment)
                #expect(clock.isCancelled || clock.isLate == ((due ?? .max) < clock.endedAt ?? 0), comment)
                if due != nil { #expect(clock.saidDue == due, comment) }
            } else if clock.status == .cancelled {
                // It goes on once the ticket is opened again, by what is promised then.
                guard clock.policy == last.terms.policy else { continue }
                #expect(clock.left == Int64(round.left) * Self.minute, comment)
            } else {
                #expect(clock.left(at: now, last.terms.time) == Int64(round.left) * Self.minute, comment)
                let told = clock.due(last.terms.time)
                if let due { #expect(told == due, comment) } else { #expect(told ?? .max > now, comment) }
            }
        }
    }
}
