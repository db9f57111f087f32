import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A message of a ticket` {
    @Test func `to the customer is the first answer, and takes it up`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket()
        desk.koi.clock.advance(by: .seconds(600))

        let said = try desk.say(ticket, "reply", "我们马上处理。")

        #expect(said.status == .created, "\(said.text)")
        #expect(said["author"] == 1)
        #expect(said["from"] == .null)
        let after = try desk.show(ticket)
        #expect(after["state"] == "open")
        #expect(after["firstResponseAt"] == "2026-11-22T09:10:00.000Z")
        desk.koi.clock.advance(by: .seconds(600))
        try desk.say(ticket, "reply", "已派工。")
        let later = try desk.show(ticket)
        #expect(later["firstResponseAt"] == "2026-11-22T09:10:00.000Z")
        #expect(later["lastReplyAt"] == "2026-11-22T09:20:00.000Z")
    }

    @Test func `among ourselves changes nothing, and is told all the same`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket()
        let before = try desk.show(ticket)

        #expect(try desk.say(ticket, "note", "客户很着急").status == .created)

        #expect(try desk.show(ticket)["version"] == before["version"])
        #expect(try desk.koi.events(of: "tickets").map(\.type) == ["ticket.created", "ticket.noted"])
        let text = try desk.koi.request(.get, "/v1/events?limit=10").text
        #expect(!text.contains("客户很着急"))
    }

    @Test(arguments: [("waiting_customer", 3), ("resolved", 6)])
    func `from the customer opens it again`(state: String, status: Int64) throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket()
        #expect(try desk.move(ticket, to: status)["state"] == .string(state))

        try desk.say(ticket, "incoming", "还在漏", ["fromName": "李明"])

        let after = try desk.show(ticket)
        #expect(after["state"] == "open")
        #expect(after["lastIncomingAt"] == "2026-11-22T09:00:00.000Z")
        #expect(after["reopened"] == (state == "resolved" ? 1 : 0))
    }

    @Test func `from the customer opens a closed ticket, and later another one that follows it`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.closed()
        #expect(try desk.say(ticket, "incoming", "还在漏")["ticket"] == .integer(ticket))
        #expect(try desk.show(ticket)["state"] == "open")
        try desk.move(ticket, to: TicketDesk.resolved, ["message": "再次更换。"])
        try desk.accept(ticket)
        try desk.move(ticket, to: TicketDesk.closed)
        desk.koi.clock.advance(by: .seconds(30 * 86_400 + 1))

        let said = try desk.say(ticket, "incoming", "又漏了", ["channel": "phone"])

        let next = try #require(said["ticket"].integerValue)
        #expect(next != ticket)
        #expect(said.fields["Location"] == "/v1/tickets/\(next)/messages")
        let continuation = try desk.show(next)
        #expect(continuation["follows"] == .integer(ticket))
        #expect(continuation["state"] == "new")
        #expect(continuation["subject"] == "水泵漏水")
        #expect(continuation["contact"] == .integer(desk.contact))
        #expect(continuation["channel"] == "phone")
        #expect(continuation["lastIncomingAt"] == "2026-12-22T09:00:01.000Z")
        #expect(try desk.show(ticket)["state"] == "closed")
    }

    @Test func `is listed in its order, page by page`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket()
        for text in ["一", "二", "三"] { try desk.say(ticket, "note", text) }

        let first = try desk.koi.request(.get, "/v1/tickets/\(ticket)/messages?limit=2")
        #expect(first.items.map { $0["text"] } == ["一", "二"])
        let cursor = try #require(first["next"].stringValue)
        let rest = try desk.koi.request(.get, "/v1/tickets/\(ticket)/messages?limit=2&cursor=\(cursor)")
        #expect(rest.items.map { $0["text"] } == ["三"])
        #expect(rest["next"] == .null)
    }

    @Test func `has a text, a time that has come, and a sender only where it comes in`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket()
        #expect(try desk.say(ticket, "reply", " \n ").refused == ["text required"])
        #expect(try desk.say(ticket, "reply", "x", ["at": "2026-11-23T00:00:00Z"]).refused == ["at in_future"])
        #expect(try desk.say(ticket, "note", "x", ["fromName": "李明"]).refused == ["fromName not_incoming"])
        #expect(try desk.say(ticket, "shout", "x").refused == ["kind not_a_choice"])
        let long = String(repeating: "长", count: TicketMessages.longestText + 1)
        #expect(try desk.say(ticket, "note", long).refused == ["text too_long"])
    }

    @Test func `is written by those who may change the ticket, and read by those who may read it`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket()
        let viewer = try desk.koi.keyOfUser(role: Role.viewerID)
        let seller = try desk.koi.keyOfUser(role: Role.salesID)
        let path = "/v1/tickets/\(ticket)/messages"
        let body: JSONValue = ["kind": "note", "text": "x"]

        #expect(try desk.koi.request(.post, path, body, key: viewer).status == .forbidden)
        #expect(try desk.koi.request(.get, path, key: viewer).status == .ok)
        #expect(try desk.koi.request(.post, path, body, key: seller).status == .notFound)
        #expect(try desk.koi.request(.get, path, key: seller).status == .notFound)
    }

    @Test func `that was said before counts from then on`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket(["receivedAt": "2026-11-22T06:00:00Z"])
        try desk.say(ticket, "reply", "电话已回复", ["at": "2026-11-22T07:00:00Z", "channel": "phone"])
        #expect(try desk.show(ticket)["firstResponseAt"] == "2026-11-22T07:00:00.000Z")
        try desk.say(ticket, "reply", "更早的", ["at": "2026-11-22T06:30:00Z"])
        #expect(try desk.show(ticket)["lastReplyAt"] == "2026-11-22T07:00:00.000Z")
    }
}
