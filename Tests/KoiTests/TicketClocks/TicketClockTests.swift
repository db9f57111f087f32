import Foundation
import Testing

@testable import Koi

/// The clocks of a ticket against figures and faults of others.
struct `The clocks of a ticket` {
    private typealias Office = ClockOffice

    // MARK: Figures of others

    /// What Frappe Helpdesk is tested with.
    @Test(
        arguments: [
            (23, "12:00", "high", [], 23, "13:00", 23, "16:00"), (23, "08:00", "high", [], 23, "11:00", 23, "14:00"),
            (23, "20:00", "urgent", [], 24, "10:30", 24, "12:00"), (21, "15:00", "low", [], 25, "18:00", 33, "18:00"),
            (27, "19:00", "high", [], 30, "11:00", 30, "14:00"),
            (26, "15:00", "urgent", [26, 27], 30, "10:30", 30, "12:00"),
            (23, "10:00", "medium", [], 23, "18:00", 25, "18:00"),
        ] as [(Int64, String, String, [Int64], Int64, String, Int64, String)]
    )
    func `are due when others are`(
        day: Int64,
        clock: String,
        priority: String,
        holidays: [Int64],
        responseDay: Int64,
        response: String,
        resolutionDay: Int64,
        resolution: String
    ) throws {
        let ticket = try PlayedTicket(Office.at(day, clock), Office.terms(of: priority, holidays: holidays))
        #expect(try ticket.due(.firstResponse) == Office.at(responseDay, response))
        #expect(try ticket.due(.resolution) == Office.at(resolutionDay, resolution))
        #expect(try ticket.nextDue == Office.at(responseDay, response))
    }

    @Test(arguments: [("16:10:00", 26, "18:00"), ("16:10:01", 27, "10:00:01")] as [(String, Int64, String)])
    func `are due later by what they stood still`(end: String, day: Int64, due: String) throws {
        var ticket = try PlayedTicket(Office.at(26, "15:00"), Office.terms(of: "urgent"))
        try ticket.turn(to: .waitingCustomer, at: Office.at(26, "15:10"))
        #expect(ticket.due(.resolution) == nil)
        try ticket.turn(to: .none, at: Office.at(26, end))
        #expect(try ticket.due(.resolution) == Office.at(day, due))
    }

    @Test func `count no pause`() throws {
        var ticket = try PlayedTicket(Office.at(23, "12:00"), Office.terms(of: "high"))
        try ticket.answer(at: Office.at(23, "12:30"))
        try ticket.turn(to: .waitingCustomer, at: Office.at(23, "12:30"))
        try ticket.turn(to: .none, at: Office.at(23, "13:00"))
        try ticket.turn(to: .resolved, at: Office.at(23, "13:30"))
        #expect(try ticket.due(.resolution) == Office.at(23, "16:30"))
        #expect(ticket.worked(.resolution) == 3_600)
        #expect(ticket.worked(.firstResponse) == 1_800)
        #expect(ticket.clock(.resolution)?.isLate == false)
    }

    @Test func `count no pause over a holiday`() throws {
        let terms = try Office.terms([.resolution: 240], holidays: [27])
        var ticket = try PlayedTicket(Office.at(26, "17:30"), terms)
        try ticket.turn(to: .waitingCustomer, at: Office.at(26, "17:50"))
        try ticket.turn(to: .none, at: Office.at(30, "12:30"))
        try ticket.turn(to: .resolved, at: Office.at(30, "13:00"))
        // 12,600 seconds of work, of which 9,600 were on hold.
        let hold = try terms.time.work(from: Office.at(26, "17:50"), to: Office.at(30, "12:30"))
        #expect(hold == 9_600_000)
        #expect(ticket.worked(.resolution) == 3_000)
    }

    @Test func `count nothing between resolved and closed`() throws {
        var ticket = try PlayedTicket(Office.at(23, "12:00"), Office.terms(of: "high"))
        try ticket.turn(to: .resolved, at: Office.at(23, "12:30"))
        let before = ticket.clock(.resolution)
        try ticket.turn(to: .closed, at: Office.at(24, "12:30"))
        #expect(ticket.worked(.resolution) == 1_800)
        #expect(ticket.clock(.resolution)?.endedAt == before?.endedAt)
        #expect(ticket.due(.resolution) == before?.saidDue)
    }

    @Test func `count what lies between resolved and reopened as a pause`() throws {
        var ticket = try PlayedTicket(Office.at(23, "12:00"), Office.terms([.resolution: 240]))
        try ticket.turn(to: .waitingCustomer, at: Office.at(23, "12:30"))
        try ticket.turn(to: .resolved, at: Office.at(23, "13:00"))
        try ticket.turn(to: .none, at: Office.at(24, "11:00"))
        // From when it was on hold, not from when it was resolved.
        #expect(try ticket.clock(.resolution)?.pauses == [Office.at(23, "12:30")..<Office.at(24, "11:00")])
        #expect(try ticket.due(.resolution) == Office.at(24, "14:30"))
        try ticket.turn(to: .resolved, at: Office.at(24, "15:00"))
        #expect(ticket.clock(.resolution)?.isLate == true)
        #expect(ticket.clock(.resolution)?.left == -1_800_000)
    }

    // MARK: Each clock

    @Test func `run to the first answer once, and to each next from the oldest message without one`() throws {
        let terms = try Office.terms([.firstResponse: 60, .nextResponse: 120])
        var ticket = try PlayedTicket(Office.at(23, "10:00"), terms)
        try ticket.ask(at: Office.at(23, "10:10"))
        #expect(ticket.clock(.nextResponse) == nil)
        try ticket.answer(at: Office.at(23, "10:30"))
        #expect(ticket.clock(.firstResponse)?.status == .met)
        #expect(ticket.nextDue == nil)
        try ticket.ask(at: Office.at(23, "11:00"))
        try ticket.ask(at: Office.at(23, "12:00"))
        try ticket.ask(at: Office.at(23, "12:30"))
        #expect(try ticket.due(.nextResponse) == Office.at(23, "13:00"))
        try ticket.answer(at: Office.at(23, "12:45"))
        #expect(ticket.clock(.nextResponse)?.status == .met)
        #expect(ticket.clock(.nextResponse)?.left == 900_000)
        try ticket.ask(at: Office.at(23, "17:00"))
        #expect(try ticket.due(.nextResponse) == Office.at(24, "11:00"))
        #expect(ticket.book.rounds.count == 3)
        #expect(ticket.clock(.firstResponse)?.endedAt == (try Office.at(23, "10:30")))
    }

    @Test func `run from the oldest message also where it comes to be known last`() throws {
        var ticket = try PlayedTicket(Office.at(23, "10:00"), Office.terms([.nextResponse: 120]))
        try ticket.answer(at: Office.at(23, "10:30"))
        try ticket.ask(at: Office.at(23, "12:00"))
        try ticket.ask(at: Office.at(23, "11:00"))
        #expect(try ticket.due(.nextResponse) == Office.at(23, "13:00"))
        // An answer that was given before the message does not answer it; one before a later message answers the first.
        try ticket.answer(at: Office.at(23, "10:50"))
        #expect(ticket.clock(.nextResponse)?.status == .running)
        try ticket.answer(at: Office.at(23, "11:30"))
        #expect(ticket.book.rounds.map(\.status) == [.met, .running])
        #expect(try ticket.due(.nextResponse) == Office.at(23, "14:00"))
    }

    @Test func `have news due again after each of ours, also while a third party is waited for`() throws {
        let terms = try Office.terms([.keepInformed: 480], pauses: [.waitingCustomer, .waitingThirdParty, .deferred])
        var ticket = try PlayedTicket(Office.at(23, "10:00"), terms)
        #expect(try ticket.due(.keepInformed) == Office.at(23, "18:00"))
        try ticket.answer(at: Office.at(23, "12:00"))
        #expect(try ticket.due(.keepInformed) == Office.at(24, "12:00"))
        try ticket.turn(to: .waitingThirdParty, at: Office.at(23, "13:00"))
        try ticket.turn(to: .deferred, at: Office.at(23, "14:00"))
        try ticket.ask(at: Office.at(23, "15:00"))
        #expect(try ticket.due(.keepInformed) == Office.at(24, "12:00"))
        try ticket.answer(at: Office.at(24, "11:00"))
        #expect(try ticket.due(.keepInformed) == Office.at(25, "11:00"))
        try ticket.turn(to: .waitingCustomer, at: Office.at(24, "11:00"))
        #expect(ticket.due(.keepInformed) == nil)
    }

    @Test func `go up step by step, and end together`() throws {
        let terms = try Office.terms([.firstResponse: 60, .supervision: 30], warning: 15)
        var ticket = try PlayedTicket(Office.at(23, "10:00"), terms)
        #expect(try ticket.clock(.firstResponse)?.next(terms) == Office.at(23, "10:45"))
        #expect(try ticket.tick(at: Office.at(23, "10:44")).isEmpty)
        #expect(try ticket.tick(at: Office.at(23, "10:45")).map(\.verb) == [.warned])
        #expect(try ticket.clock(.firstResponse)?.next(terms) == Office.at(23, "11:00"))
        #expect(try ticket.tick(at: Office.at(23, "11:00")).map(\.verb) == [.breached])
        try ticket.escalate(.firstResponse, to: 7, at: Office.at(23, "11:00"))
        try ticket.escalate(.firstResponse, to: 7, at: Office.at(23, "11:05"))
        #expect(ticket.book.open.count == 2)
        // No warning where the target is not longer than it; here there is one.
        #expect(try ticket.tick(at: Office.at(23, "11:20")).map(\.clock) == [.supervision])
        #expect(try ticket.tick(at: Office.at(23, "11:30")).map(\.verb) == [.breached])
        try ticket.escalate(.firstResponse, to: 8, at: Office.at(23, "11:30"))
        #expect(ticket.clock(.firstResponse)?.escalations.map(\.user) == [7, 7, 8])
        try ticket.answer(at: Office.at(23, "11:40"))
        #expect(ticket.book.open.isEmpty)
        #expect(ticket.clock(.supervision, of: 7)?.isLate == true)
        #expect(ticket.clock(.supervision, of: 8)?.isLate == false)
        #expect(try ticket.tick(at: Office.at(24, "12:00")).isEmpty)
    }

    @Test func `stand still where a policy has them, and never on a refusal`() throws {
        let states: [TicketRest] = [.waitingCustomer, .waitingThirdParty, .deferred]
        for pauses in [[], [.waitingThirdParty], Set(states)] as [Set<TicketRest>] {
            let terms = try Office.terms([.firstResponse: 60, .resolution: 240], pauses: pauses)
            for state in states {
                var ticket = try PlayedTicket(Office.at(23, "10:00"), terms)
                try ticket.turn(to: state, at: Office.at(23, "10:30"))
                let isPaused = pauses.contains(state)
                #expect(ticket.clock(.firstResponse)?.status == (isPaused ? .paused : .running))
                #expect(ticket.clock(.resolution)?.status == (isPaused ? .paused : .running))
            }
        }
        #expect(TicketRest(state: "rejected", isRemoved: false) == .none)
        #expect(TicketRest(state: "open", isRemoved: true) == .removed)
    }

    // MARK: Calendars and deadlines without an end

    @Test func `are never due where nobody ever works, and beyond the year 9999`() throws {
        let never = ServiceTerms(
            policy: 1,
            calendar: nil,
            time: WorkingTime(zone: .gmt, week: []),
            targets: [.firstResponse: 1, .resolution: 525_600],
            warning: 0,
            pauses: []
        )
        var ticket = try PlayedTicket(Office.at(23, "10:00"), never)
        #expect(ticket.nextDue == nil)
        #expect(ticket.clock(.firstResponse)?.next(never) == nil)
        #expect(ticket.tick(at: Timestamp.range.upperBound).isEmpty)
        try ticket.answer(at: Office.at(33, "10:00"))
        #expect(ticket.worked(.firstResponse) == 0)
        #expect(ticket.clock(.firstResponse)?.isLate == false)

        let terms = try Office.terms(of: "high")
        // A Friday; what is left of the last working day is an hour.
        let last = try PlayedTicket(Office.time("9999-12-31T17:00:00Z"), terms)
        #expect(try last.due(.firstResponse) == Office.time("9999-12-31T18:00:00Z"))
        #expect(last.due(.resolution) == nil)
        for end in [Timestamp.range.lowerBound, Timestamp.range.upperBound] {
            var ticket = PlayedTicket(end, terms)
            ticket.turn(to: .waitingCustomer, at: end)
            ticket.answer(at: end)
            ticket.turn(to: .resolved, at: end)
            #expect(ticket.book.open.isEmpty)
        }
    }
}
