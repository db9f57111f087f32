import Foundation
import Testing

@testable import Koi

/// A ticket to which things happen, and whose clocks are made of their log anew after each.
struct PlayedTicket {
    private(set) var log: [TicketClockEvent] = []
    private(set) var past: TicketPast
    private(set) var terms: ServiceTerms?
    private var asked: [Int64] = []

    init(_ received: Int64, _ terms: ServiceTerms?, rest: TicketRest = .none) {
        past = TicketPast(received: received, turns: [TicketTurn(at: received, rest: rest)])
        self.terms = terms
        hold(terms, at: received)
    }

    var book: TicketClockBook { TicketClockBook(log) }

    private mutating func follow(_ happening: (inout TicketClockBook, ServiceTerms?, TicketPast) -> Void) {
        var book = book
        happening(&book, terms, past)
        log += book.news
    }

    mutating func turn(to rest: TicketRest, at moment: Int64) {
        past.turns.append(TicketTurn(at: moment, rest: rest))
        follow { book, terms, past in
            book.turn(to: rest, at: moment, terms)
            book.hold(terms, past, at: moment)
        }
    }

    mutating func ask(at moment: Int64) {
        asked.append(moment)
        past.unanswered = asked.filter { $0 > past.lastReply ?? .min }.min()
        follow { $0.ask(at: moment, $2, $1) }
    }

    mutating func answer(at moment: Int64) {
        past.firstReply = past.firstReply ?? moment
        past.lastReply = max(past.lastReply ?? moment, moment)
        past.unanswered = asked.filter { $0 > past.lastReply ?? .min }.min()
        follow { $0.answer(at: moment, $2, $1) }
    }

    mutating func hold(_ terms: ServiceTerms?, at moment: Int64) {
        self.terms = terms
        follow { $0.hold($1, $2, at: moment) }
    }

    @discardableResult
    mutating func tick(at moment: Int64) -> [TicketClockEvent] {
        guard let terms else { return [] }
        var told: [TicketClockEvent] = []
        follow { book, _, _ in told = book.tick(at: moment, terms) }
        return told
    }

    mutating func escalate(_ kind: TicketClockKind, to superior: Int64, at moment: Int64) {
        guard let terms else { return }
        follow { book, _, _ in book.escalate(kind, to: superior, at: moment, terms) }
    }

    // MARK: Figures

    func clock(_ kind: TicketClockKind, of user: Int64? = nil) -> TicketClock? { book.clock(kind, of: user) }

    /// When a clock is due, as it is and as the log says.
    func due(_ kind: TicketClockKind) -> Int64? {
        guard let clock = clock(kind), let terms else { return nil }
        if !clock.hasEnded { #expect(clock.due(terms.time) == clock.saidDue) }
        return clock.saidDue
    }

    /// Seconds of working time until it ended, without the pauses.
    func worked(_ kind: TicketClockKind) -> Int64? {
        guard let clock = clock(kind), let left = clock.left else { return nil }
        return (clock.target * TicketClock.minute - left) / 1_000
    }

    var nextDue: Int64? { book.nextDue }
}

/// Monday to Friday from 10 to 18, in the week that begins on 2026-11-23.
enum ClockOffice {
    static func time(_ text: String) throws -> Int64 { try #require(Timestamp.read(text), "\(text)") }

    /// A day of November, or one behind it.
    static func at(_ day: Int64, _ clock: String) throws -> Int64 {
        let midnight = try time("2026-11-01T00:00:00Z") + (day - 1) * 86_400_000
        let parts = clock.split(separator: ":").compactMap { Int64($0) }
        return midnight + zip(parts, [3_600_000, 60_000, 1_000]).map(*).reduce(0, +)
    }

    static func hours(holidays: [Int64] = [], zone: String = "UTC") throws -> WorkingTime {
        let window = try #require(WorkingWindow(from: 600, to: 1_080))
        let first = try time("2026-11-01T00:00:00Z") / 86_400_000
        return WorkingTime(
            zone: try #require(TimeZone(identifier: zone)),
            week: Array(repeating: [window], count: 5),
            exceptions: Dictionary(uniqueKeysWithValues: holidays.map { (first + $0 - 1, []) })
        )
    }

    static func terms(
        _ targets: [TicketClockKind: Int64],
        policy: Int64 = 1,
        calendar: Int64? = nil,
        warning: Int64? = nil,
        pauses: Set<TicketRest> = [.waitingCustomer],
        holidays: [Int64] = []
    ) throws -> ServiceTerms {
        ServiceTerms(
            policy: policy,
            calendar: calendar,
            time: try hours(holidays: holidays),
            targets: targets,
            warning: warning,
            pauses: pauses
        )
    }

    /// What Frappe Helpdesk promises at first: hours of work to the first answer and to the end.
    static func terms(of priority: String, holidays: [Int64] = []) throws -> ServiceTerms {
        let (response, resolution): (Int64, Int64) =
            switch priority {
            case "low": (1_440, 4_320)
            case "medium": (480, 1_440)
            case "high": (60, 240)
            default: (30, 120)
            }
        return try terms([.firstResponse: response, .resolution: resolution], holidays: holidays)
    }
}
