import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// What is promised for tickets, through the front door.
struct `What is promised for a ticket` {
    private let office: ClockDesk

    init() throws {
        office = try ClockDesk()
    }

    // MARK: Policies

    @Test func `is what the first fitting policy says`() throws {
        let all = try office.policy(["position": 9, "firstResponse": 240])
        let vip = try office.policy([
            "position": 2, "firstResponse": 30, "filter": ["tier": "vip", "kind": "complaint"],
        ])
        try office.policy(["position": 1, "firstResponse": 1, "active": false])
        try office.policy(["position": 3, "firstResponse": 2, "filter": ["severity": "critical"]])
        let complaint = try office.ticket(["kind": "complaint"])
        #expect(try office.due(complaint) == ClockDesk.time("10:30"))
        #expect(try office.clocks(complaint)["policy"] == .integer(vip))
        let inquiry = try office.ticket()
        #expect(try office.due(inquiry) == ClockDesk.time("14:00"))
        #expect(try office.clocks(inquiry)["policy"] == .integer(all))
        try office.desk.change(inquiry, ["severity": "critical"])
        #expect(try office.due(inquiry) == ClockDesk.time("10:02"))
        #expect(
            try office.clock(.firstResponse, of: inquiry)["log"].arrayValue?.map { $0["event"] } == [
                "started", "retargeted",
            ]
        )
    }

    @Test func `is nothing where no policy fits`() throws {
        let ticket = try office.ticket()
        try office.desk.say(ticket, "incoming", "?")
        #expect(try office.due(ticket) == .null)
        #expect(try office.clocks(ticket)["clocks"] == [])
        #expect(try office.clocks(ticket)["policy"] == .null)
        #expect(try office.koi.job(named: TicketWatch.name) == nil)
    }

    @Test(
        arguments: [
            (["firstResponse": 0], "firstResponse"), (["firstResponse": 525_601], "firstResponse"),
            (["supervision": 60], "firstResponse"), (["firstResponse": 1, "pauses": ["resolved"]], "pauses[0]"),
            (["firstResponse": 1, "filter": ["colour": "red"]], "filter.colour"),
            (["firstResponse": 1, "filter": ["owner": "me"]], "filter.owner"),
            (["firstResponse": 1, "filter": ["sort": "id"]], "filter.sort"),
            (["firstResponse": 1, "calendar": 99], "calendar"),
        ] as [(JSONObject, String)]
    )
    func `is refused where it could not be kept`(fields: JSONObject, field: String) throws {
        var body = fields
        body["name"] = "Policy"
        let refused = try office.koi.request(.post, "/v1/service-policies", .object(body))
        #expect(refused.status == .unprocessableContent, "\(refused.text)")
        #expect(refused["errors"].arrayValue?.first?["field"] == .string(field), "\(refused.text)")
    }

    @Test func `holds a calendar that is in use`() throws {
        try office.policy(["firstResponse": 60])
        let refused = try office.koi.request(.delete, "/v1/calendars/\(office.calendar)")
        #expect(refused.code == "calendar_in_use")
    }

    // MARK: Messages and states

    @Test func `is kept by answers and by the end`() throws {
        try office.policy(["firstResponse": 60, "nextResponse": 120, "resolution": 480])
        let ticket = try office.ticket()
        #expect(try office.due(ticket) == ClockDesk.time("11:00"))
        try office.run(after: 30)
        try office.desk.say(ticket, "note", "Look at this.")
        #expect(try office.due(ticket) == ClockDesk.time("11:00"))
        try office.desk.say(ticket, "reply", "We look into it.")
        #expect(try office.due(ticket) == ClockDesk.time("18:00"))
        let first = try office.clock(.firstResponse, of: ticket)
        #expect(first["status"] == "met")
        #expect(first["leftMinutes"] == 30)
        #expect(first["workedMinutes"] == 30)
        #expect(first["late"] == false)
        try office.run(after: 30)
        try office.desk.say(ticket, "incoming", "And?")
        try office.run(after: 30)
        try office.desk.say(ticket, "incoming", "Hello?")
        #expect(try office.due(ticket) == ClockDesk.time("13:00"))
        try office.desk.say(ticket, "reply", "Solved.")
        try office.desk.move(ticket, to: TicketDesk.resolved)
        #expect(try office.due(ticket) == .null)
        #expect(try office.clock(.resolution, of: ticket)["workedMinutes"] == 90)
        // The customer writes again after an hour, which counts for nothing.
        try office.run(after: 60)
        try office.desk.say(ticket, "incoming", "It leaks again.")
        #expect(try office.clock(.resolution, of: ticket)["dueAt"] == ClockDesk.time("11:00", day: 24))
        #expect(
            try office.clock(.resolution, of: ticket)["pauses"] == [
                ["from": ClockDesk.time("11:30"), "to": ClockDesk.time("12:30")]
            ]
        )
        #expect(try office.due(ticket) == ClockDesk.time("14:30"))
        #expect(try office.clocks(ticket)["clocks"].arrayValue?.count == 4)
    }

    @Test(arguments: ["email", "page", "wechat", "api"])
    func `is armed by what the customer writes, by whichever way, and by no note`(channel: String) throws {
        try office.policy(["nextResponse": 60])
        let ticket = try office.ticket()
        try office.desk.say(ticket, "reply", "Hello.")
        try office.run(after: 1)
        try office.desk.say(ticket, "note", "Angry.", ["channel": .string(channel)])
        #expect(try office.due(ticket) == .null)
        let said = try office.desk.say(ticket, "incoming", "Well?", ["channel": .string(channel)])
        #expect(said.status == .created, "\(said.text)")
        #expect(try office.due(ticket) == ClockDesk.time("11:01"))
    }

    @Test func `stands still while the customer is waited for`() throws {
        try office.policy(["resolution": 240, "keepInformed": 480])
        let ticket = try office.ticket()
        try office.run(after: 30)
        try office.desk.say(ticket, "reply", "Which pump?")
        try office.desk.move(ticket, to: TicketDesk.waitingCustomer)
        #expect(try office.due(ticket) == .null)
        #expect(try office.clock(.resolution, of: ticket)["status"] == "paused")
        try office.run(after: 60)
        try office.desk.say(ticket, "incoming", "The green one.")
        #expect(try office.desk.show(ticket)["state"] == "open")
        #expect(try office.due(ticket) == ClockDesk.time("15:00"))
        #expect(try office.clock(.keepInformed, of: ticket)["dueAt"] == ClockDesk.time("11:30", day: 24))
    }

    @Test func `ends with the ticket, and comes back with it`() throws {
        try office.policy(["firstResponse": 60, "resolution": 240])
        let ticket = try office.ticket()
        try office.run(after: 30)
        try office.koi.request(.delete, "/v1/tickets/\(ticket)")
        try office.run(after: 600)
        #expect(try office.told(office.agent) == [])
        try office.koi.request(.put, "/v1/tickets/\(ticket)/restoration")
        // Monday 20:30; half an hour of each was worked.
        #expect(try office.due(ticket) == ClockDesk.time("10:30", day: 24))
        #expect(try office.clock(.resolution, of: ticket)["dueAt"] == ClockDesk.time("13:30", day: 24))
    }

    // MARK: Changes of what is promised

    @Test func `follows policy, calendar and tier`() throws {
        let policy = try office.policy(["position": 5, "firstResponse": 240])
        let ticket = try office.ticket()
        let path = "/v1/service-policies/\(policy)"
        try office.koi.request(.patch, path, ["firstResponse": 120])
        try office.run()
        #expect(try office.due(ticket) == ClockDesk.time("12:00"))
        try office.koi.request(
            .patch,
            "/v1/calendars/\(office.calendar)",
            ["holidays": [["from": "2026-11-23", "name": "Founding day"]]]
        )
        try office.run()
        #expect(try office.due(ticket) == ClockDesk.time("12:00", day: 24))
        #expect(
            try office.clock(.firstResponse, of: ticket)["holidays"].arrayValue?.map { $0["name"] } == [
                "Founding day"
            ]
        )
        try office.policy(["position": 1, "firstResponse": 60, "filter": ["tier": "low"]])
        #expect(try office.due(ticket) == ClockDesk.time("12:00", day: 24))
        try office.koi.request(.patch, "/v1/customers/\(office.desk.customer)", ["tier": "low"])
        try office.run()
        #expect(try office.desk.show(ticket)["tier"] == "low")
        #expect(try office.due(ticket) == ClockDesk.time("11:00", day: 24))
        let low = try office.clocks(ticket)["policy"].integerValue ?? 0
        for id in [low, policy] { try office.koi.request(.delete, "/v1/service-policies/\(id)") }
        try office.run()
        #expect(try office.due(ticket) == .null)
        #expect(try office.clock(.firstResponse, of: ticket)["status"] == "cancelled")
    }

    @Test func `counts from the receipt where it is promised later`() throws {
        let ticket = try office.ticket()
        try office.run(after: 60)
        try office.desk.move(ticket, to: TicketDesk.waitingCustomer)
        try office.run(after: 120)
        try office.desk.move(ticket, to: TicketDesk.open)
        try office.run(after: 60)
        try office.policy(["resolution": 240])
        // From 10:00, with a pause from 11:00 to 13:00.
        #expect(try office.due(ticket) == ClockDesk.time("16:00"))
        let closed = try office.desk.closed()
        #expect(try office.due(closed) == .null)
    }

    // MARK: Warnings and escalation

    @Test func `is warned of, told when it was not kept, and passed up step by step`() throws {
        try office.policy(["firstResponse": 60, "supervision": 30, "warning": 15])
        let ticket = try office.ticket()
        try office.run(after: 44)
        #expect(try office.told(office.agent) == [])
        try office.run(after: 1)
        #expect(try office.told(office.agent) == ["ticketWarned"])
        try office.run(after: 15)
        #expect(try office.told(office.agent) == ["ticketWarned", "ticketBreached"])
        #expect(try office.told(office.lead) == ["ticketEscalated"])
        #expect(try office.told(office.head) == [])
        // It stays first in the list of what is due.
        #expect(try office.due(ticket) == ClockDesk.time("11:00"))
        try office.run(after: 15)
        #expect(try office.told(office.lead) == ["ticketEscalated", "ticketWarned"])
        try office.run(after: 15)
        #expect(try office.told(office.head) == ["ticketEscalated"])
        try office.run(after: 10)
        try office.desk.say(ticket, "reply", "Here we are.")
        try office.run(after: 600)
        #expect(try office.told(office.head) == ["ticketEscalated"])
        let clocks = try office.clocks(ticket)["clocks"].arrayValue ?? []
        #expect(clocks.map { $0["status"] } == ["met", "met", "met"])
        #expect(clocks.map { $0["late"] } == [true, true, false])
        #expect(clocks.map { $0["leftMinutes"] } == [-40, -10, 20])
        #expect(clocks.map { $0["user"] } == [.null, .integer(office.lead), .integer(office.head)])
        #expect(
            clocks.first?["escalations"].arrayValue?.map { $0["user"] } == [
                .integer(office.lead), .integer(office.head),
            ]
        )
        #expect(try office.koi.job(named: TicketWatch.name) == nil)
    }

    @Test func `goes to whoever steps in where nobody has the ticket`() throws {
        let steward = try office.koi.make("users", ["name": "Steward", "role": .integer(Role.managerID)])
        try office.koi.request(.patch, "/v1/settings", ["steward": .integer(steward)])
        try office.policy(["firstResponse": 60])
        _ = try office.ticket(["owner": nil])
        try office.run(after: 60)
        #expect(try office.told(steward) == ["ticketEscalated"])
    }

    @Test func `is told once to each, however often the job runs`() throws {
        try office.policy(["firstResponse": 60, "resolution": 60])
        for _ in 0..<5 { _ = try office.ticket() }
        try office.run(after: 60)
        let told = try office.told(office.agent).count
        #expect(told == 5)
        try office.run(after: 1_440)
        #expect(try office.told(office.agent).count == told)
    }

    @Test func `is told of all that is due at once, a little at a time`() throws {
        try office.policy(["firstResponse": 60, "supervision": 30])
        for _ in 0..<20 { _ = try office.ticket() }
        office.koi.clock.advance(by: .seconds(3_600))
        // Each chunk may hold the writer for no longer than one ticket takes.
        try office.koi.worker(TicketWatch.kind, holdTime: .zero).runDue()
        #expect(try office.told(office.agent) == Array(repeating: "ticketBreached", count: 20))
        #expect(try office.told(office.lead) == Array(repeating: "ticketEscalated", count: 20))
    }

    // MARK: Seeing it

    @Test func `is seen by those alone who see the ticket`() throws {
        try office.policy(["firstResponse": 60])
        let ticket = try office.ticket()
        let key = try office.koi.keyOfUser(role: Role.salesID)
        #expect(try office.koi.request(.get, "/v1/tickets/\(ticket)/clocks", key: key).status == .notFound)
        #expect(try office.koi.request(.get, "/v1/tickets/\(ticket)/clocks?x=1").status == .badRequest)
        #expect(try office.koi.request(.get, "/v1/tickets/99/clocks").status == .notFound)
    }

    @Test func `orders the list of what is open`() throws {
        try office.policy(["position": 1, "firstResponse": 30, "filter": ["severity": "critical"]])
        try office.policy(["position": 2, "firstResponse": 60])
        let plain = try office.ticket()
        let critical = try office.ticket(["severity": "critical"])
        let closed = try office.ticket(["category": 1])
        try office.desk.move(closed, to: TicketDesk.resolved, ["message": "Done."])
        try office.desk.accept(closed)
        try office.desk.move(closed, to: TicketDesk.closed)
        let list = "/v1/tickets?owner=\(office.agent)&state.not=closed&sort=nextDueAt"
        #expect(try office.koi.request(.get, list).items.map { $0["id"] } == [.integer(critical), .integer(plain)])
    }

    @Test func `is in the feed as soon as it changes`() throws {
        try office.policy(["firstResponse": 60])
        let ticket = try office.ticket()
        let events = try office.koi.request(.get, "/v1/events?resource=tickets&record=\(ticket)").items
        #expect(events.map { $0["type"] } == ["ticket.created", "ticket.timed"])
        #expect(try office.desk.show(ticket)["version"] == 1)
        let log = try office.clock(.firstResponse, of: ticket)["log"].arrayValue
        #expect(log?.first?["cause"] == events.first?["sequence"])
    }
}
