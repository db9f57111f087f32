import Testing

@testable import Koi

/// What went wrong in the service desks of others, as their users told.
struct `The clocks of a ticket do not` {
    private typealias Office = ClockOffice

    @Test func `have the next answer due before the first`() throws {
        let terms = try Office.terms([.firstResponse: 240, .nextResponse: 60])
        var ticket = try PlayedTicket(Office.at(23, "10:00"), terms)
        try ticket.ask(at: Office.at(23, "10:05"))
        #expect(try ticket.nextDue == Office.at(23, "14:00"))
    }

    @Test func `keep a deadline of a policy that does not hold any more`() throws {
        var ticket = try PlayedTicket(Office.at(23, "10:00"), Office.terms([.nextResponse: 60, .resolution: 240]))
        try ticket.answer(at: Office.at(23, "10:30"))
        try ticket.ask(at: Office.at(23, "11:00"))
        try ticket.hold(Office.terms([.resolution: 480], policy: 2), at: Office.at(23, "11:30"))
        #expect(ticket.clock(.nextResponse)?.status == .cancelled)
        #expect(try ticket.nextDue == Office.at(23, "18:00"))
        try ticket.hold(nil, at: Office.at(23, "11:40"))
        #expect(ticket.book.open.isEmpty)
        #expect(try ticket.tick(at: Office.at(25, "12:00")).isEmpty)
        // One that holds again counts from the message that still waits.
        try ticket.hold(Office.terms([.nextResponse: 60], policy: 3), at: Office.at(23, "12:30"))
        #expect(try ticket.due(.nextResponse) == Office.at(23, "12:00"))
    }

    @Test func `escalate what was answered`() throws {
        let terms = try Office.terms([.firstResponse: 60, .nextResponse: 60], warning: 10)
        var ticket = try PlayedTicket(Office.at(23, "10:00"), terms)
        try ticket.answer(at: Office.at(23, "10:30"))
        #expect(try ticket.tick(at: Office.at(23, "12:00")).isEmpty)
        try ticket.ask(at: Office.at(23, "12:00"))
        try ticket.answer(at: Office.at(23, "12:10"))
        #expect(try ticket.tick(at: Office.at(30, "12:00")).isEmpty)
    }

    @Test func `go on for what was merged into another or closed`() throws {
        let terms = try Office.terms([.firstResponse: 60, .resolution: 240, .keepInformed: 120, .supervision: 30])
        for end in [TicketRest.removed, .closed] {
            var ticket = try PlayedTicket(Office.at(23, "10:00"), terms)
            try ticket.tick(at: Office.at(23, "11:00"))
            try ticket.escalate(.firstResponse, to: 7, at: Office.at(23, "11:00"))
            try ticket.turn(to: end, at: Office.at(23, "11:10"))
            #expect(ticket.book.open.isEmpty)
            #expect(ticket.nextDue == nil)
            #expect(try ticket.tick(at: Office.at(30, "12:00")).isEmpty)
            // What comes back goes on where it stood.
            try ticket.turn(to: .none, at: Office.at(23, "15:00"))
            #expect(try ticket.due(.resolution) == Office.at(23, "17:50"))
            #expect(ticket.clock(.supervision, of: 7)?.hasEnded == true)
        }
    }

    @Test func `count two days for six where a day is no holiday any more`() throws {
        let (plain, holiday) = try (
            Office.terms([.resolution: 480]), Office.terms([.resolution: 480], holidays: [24, 25])
        )
        var ticket = try PlayedTicket(Office.at(23, "17:00"), holiday)
        #expect(try ticket.due(.resolution) == Office.at(26, "17:00"))
        try ticket.hold(plain, at: Office.at(23, "17:30"))
        #expect(ticket.log.last?.verb == .retargeted)
        #expect(try ticket.due(.resolution) == Office.at(24, "17:00"))
        // Nothing is said where nothing differs.
        let count = ticket.log.count
        try ticket.hold(plain, at: Office.at(23, "17:40"))
        #expect(ticket.log.count == count)
    }

    @Test func `remind anybody at midnight`() throws {
        let terms = try Office.terms([.firstResponse: 120], warning: 90)
        // Friday 17:45: due on Monday at 11:45, and a quarter of an hour after the warning the weekend begins.
        let ticket = try PlayedTicket(Office.at(27, "17:45"), terms)
        #expect(try ticket.due(.firstResponse) == Office.at(30, "11:45"))
        #expect(try ticket.clock(.firstResponse)?.warning(90, terms.time) == Office.at(30, "10:15"))
    }

    @Test func `tick while they say that they stand still`() throws {
        let terms = try Office.terms([.firstResponse: 60, .resolution: 120], warning: 10)
        var ticket = try PlayedTicket(Office.at(23, "10:00"), terms)
        try ticket.turn(to: .waitingCustomer, at: Office.at(23, "10:30"))
        #expect(try ticket.tick(at: Office.at(30, "12:00")).isEmpty)
        #expect(ticket.nextDue == nil)
        let clock = try #require(ticket.clock(.firstResponse))
        #expect(try clock.left(at: Office.at(30, "12:00"), terms.time) == 1_800_000)
        // One that was over before it stood still stays so.
        var late = try PlayedTicket(Office.at(23, "10:00"), terms)
        try late.turn(to: .waitingCustomer, at: Office.at(23, "11:30"))
        #expect(try late.nextDue == Office.at(23, "11:00"))
    }

    @Test func `count days by another clock than the calendar's`() throws {
        let terms = ServiceTerms(
            policy: 1,
            calendar: 4,
            time: try Office.hours(zone: "Asia/Shanghai"),
            targets: [.resolution: 480],
            warning: nil,
            pauses: []
        )
        // Sunday 22:00 UTC is Monday 6:00 there.
        let ticket = try PlayedTicket(Office.at(22, "22:00"), terms)
        #expect(try ticket.due(.resolution) == Office.at(23, "10:00"))
    }

    @Test func `forget what was late once it is back`() throws {
        let terms = try Office.terms([.resolution: 60, .supervision: 60])
        var ticket = try PlayedTicket(Office.at(23, "10:00"), terms)
        #expect(try ticket.tick(at: Office.at(23, "11:00")).count == 1)
        try ticket.escalate(.resolution, to: 7, at: Office.at(23, "11:00"))
        try ticket.turn(to: .resolved, at: Office.at(23, "11:30"))
        #expect(ticket.clock(.supervision, of: 7)?.status == .met)
        try ticket.turn(to: .none, at: Office.at(24, "11:30"))
        #expect(try ticket.tick(at: Office.at(24, "11:30")).map(\.verb) == [.breached])
        try ticket.escalate(.resolution, to: 7, at: Office.at(24, "11:30"))
        #expect(ticket.clock(.supervision, of: 7)?.status == .running)
    }
}
