import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The status of a ticket` {
    @Test func `says where it can go, and what is missing for that`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket()

        let ways = try desk.koi.request(.get, "/v1/tickets/\(ticket)/status")

        #expect(ways["status"] == .integer(TicketDesk.new))
        #expect(ways["state"] == "new")
        let moves = ways["moves"].arrayValue ?? []
        #expect(moves.map { $0["status"] } == [2, 3, 4, 5, 6])
        let deferred = try #require(moves.first { $0["state"] == "deferred" })
        #expect(deferred["open"] == false)
        #expect(deferred["requires"] == ["reply", "date"])
        #expect((deferred["missing"].arrayValue ?? []).map { $0["field"] } == ["message", "deferredUntil"])
        #expect(moves.first?["open"] == true)
    }

    @Test func `goes only where a transition leads, by either way`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket(["category": 1])

        for answer in [
            try desk.move(ticket, to: TicketDesk.closed),
            try desk.change(ticket, ["status": .integer(TicketDesk.closed)]),
        ] {
            #expect(answer.status == .conflict)
            #expect(answer.code == "ticket_not_ready")
            #expect(answer.refused.first == "status no_transition")
        }
        #expect(try desk.ask(["status": .integer(TicketDesk.closed), "category": 1]).code == "ticket_not_ready")
        #expect(try desk.change(ticket, ["status": .integer(TicketDesk.open)])["state"] == "open")
    }

    @Test func `is deferred with a date and an explanation to the customer, and with no less`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket()

        let bare = try desk.move(ticket, to: TicketDesk.deferred)
        #expect(bare.refused == ["message required_for_move", "deferredUntil required_for_move"])
        let past = try desk.move(
            ticket,
            to: TicketDesk.deferred,
            ["message": "配件下月到货。", "deferredUntil": "2026-11-22"]
        )
        #expect(past.refused == ["deferredUntil required_for_move"])
        #expect(try desk.koi.request(.get, "/v1/tickets/\(ticket)/messages").items.isEmpty)
        #expect(try desk.change(ticket, ["deferredUntil": "2026-12-24"]).refused == ["deferredUntil not_deferred"])

        let moved = try desk.move(
            ticket,
            to: TicketDesk.deferred,
            ["message": "配件下月到货。", "deferredUntil": "2026-12-24"]
        )
        #expect(moved["state"] == "deferred")
        #expect(moved["deferredUntil"] == "2026-12-24")
        let said = try desk.koi.request(.get, "/v1/tickets/\(ticket)/messages").items
        #expect(said.map { $0["text"] } == ["配件下月到货。"])
        #expect(try desk.move(ticket, to: TicketDesk.open)["deferredUntil"] == .null)
    }

    @Test func `that is closed says what it was about, and a complaint why`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket(["kind": "complaint"])
        try desk.move(ticket, to: TicketDesk.resolved)

        let refused = try desk.move(ticket, to: TicketDesk.closed).refused
        #expect(refused.contains("category required_to_close"))
        #expect(refused.contains("cause required_to_close"))
    }

    @Test func `that is resolved and closed says since when`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket(["category": 1])
        let resolved = try desk.move(ticket, to: TicketDesk.resolved, ["message": "已更换密封圈。"])
        #expect(resolved["resolvedAt"] == "2026-11-22T09:00:00.000Z")
        #expect(resolved["closedAt"] == .null)
        desk.koi.clock.advance(by: .seconds(3_600))
        try desk.accept(ticket)

        let closed = try desk.move(ticket, to: TicketDesk.closed)

        #expect(closed["resolvedAt"] == "2026-11-22T09:00:00.000Z")
        #expect(closed["closedAt"] == "2026-11-22T10:00:00.000Z")
    }

    @Test func `opens again with a reason, and counts it`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.closed()
        #expect(try desk.move(ticket, to: TicketDesk.open).refused == ["reason required_for_move"])

        let opened = try desk.move(ticket, to: TicketDesk.open, ["reason": "又漏了"])

        #expect(opened["state"] == "open")
        #expect(opened["reopened"] == 1)
        #expect(opened["closedAt"] == .null)
        #expect(opened["resolvedAt"] == .null)
        #expect(try desk.koi.events(of: "tickets").last?.payload["reason"] == "又漏了")
    }

    @Test func `opens again for so many days and no longer`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.closed()
        try desk.koi.request(.patch, "/v1/settings", ["ticketReopenDays": 2])
        desk.koi.clock.advance(by: .seconds(2 * 86_400))
        let ways = try desk.koi.request(.get, "/v1/tickets/\(ticket)/status")
        let move = try #require(ways["moves"].arrayValue?.first, "\(ways.text)")
        #expect((move["missing"].arrayValue ?? []).map { $0["field"] } == ["reason"], "\(ways.text)")
        desk.koi.clock.advance(by: .seconds(1))

        let late = try desk.move(ticket, to: TicketDesk.open, ["reason": "又漏了"])

        #expect(late.refused == ["status reopen_window_over"])
    }

    @Test func `that the customer refused goes on`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket(["category": 1])
        try desk.move(ticket, to: TicketDesk.resolved)

        let rejected = try desk.move(ticket, to: TicketDesk.rejected, ["reason": "客户不满意"])

        #expect(rejected["state"] == "rejected")
        #expect(rejected["resolvedAt"] == .null)
        #expect(try desk.move(ticket, to: TicketDesk.open)["reopened"] == 1)
    }

    @Test func `is moved by those whose move it is`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket()
        let closing = try desk.make("/v1/ticket-transitions", ["from": 1, "to": 7, "roles": [["role": 2]]])
        #expect(closing > 30)
        try desk.change(ticket, ["category": 1])
        let service = try desk.koi.app.perform { transaction in
            let user = try RecordService(User.resource, transaction)
                .add(["name": "Wang", "role": .integer(Role.serviceID)])
            let key = try APIKey.create(name: "role", user: user.id, in: transaction)
            return (user.id, key)
        }
        try desk.change(ticket, ["owner": .integer(service.0)])

        let refused = try desk.move(ticket, to: TicketDesk.closed, key: service.1)

        #expect(refused.status == .conflict, "\(refused.text)")
        #expect(refused.refused.first == "status not_your_move")
    }

    @Test func `of the company's own works along transitions of its own`() throws {
        let desk = try TicketDesk()
        let workshop = try desk.make(
            "/v1/ticket-statuses",
            ["name": "In the workshop", "category": "waiting_third_party"]
        )
        _ = try desk.make("/v1/ticket-transitions", ["to": .integer(workshop), "requires": ["reason"]])
        let ticket = try desk.ticket()

        #expect(try desk.move(ticket, to: workshop).refused == ["reason required_for_move"])
        #expect(try desk.move(ticket, to: workshop, ["reason": "送修"])["state"] == "waiting_third_party")
        #expect(try desk.koi.request(.delete, "/v1/ticket-statuses/\(workshop)").code == "status_in_use")
        let strange = try desk.koi.request(.post, "/v1/ticket-transitions", ["to": 2, "requires": ["luck"]])
        #expect(strange.refused == ["requires[0] not_a_choice"])
    }

    @Test func `has one main status in each category`() throws {
        let desk = try TicketDesk()
        let fresh = try desk.make("/v1/ticket-statuses", ["name": "Unread", "category": "new", "main": true])

        #expect(try desk.ask()["status"] == .integer(fresh))
        #expect(try desk.koi.request(.get, "/v1/ticket-statuses/1")["main"] == false)
        #expect(try desk.koi.request(.get, "/v1/ticket-statuses/2")["main"] == true)
    }

    @Test func `is changed by nobody who has an older version before them`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket()
        let answer = try desk.koi.request(
            .put,
            "/v1/tickets/\(ticket)/status",
            ["status": 2],
            fields: [("If-Match", "\"9-x\"")]
        )
        #expect(answer.status == .preconditionFailed)
    }
}
