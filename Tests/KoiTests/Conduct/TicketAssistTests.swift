import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A colleague who is asked for help` {
    private let desk: ConductDesk
    private let ticket: Int64

    init() throws {
        desk = try ConductDesk()
        ticket = try desk.complaint(["category": 1, "cause": "core_feature"])
    }

    private func ask(_ fields: JSONObject = [:]) throws -> TestAnswer {
        var body: JSONObject = [
            "ticket": .integer(ticket), "what": "请检查密封圈", "assignee": .integer(desk.colleague.id),
        ]
        for member in fields.members { body[member.name] = member.value }
        return try desk.koi.request(.post, "/v1/ticket-assists", .object(body), key: desk.agent.key)
    }

    @Test func `sees the ticket for that, answers, and the ticket stays with its owner`() throws {
        #expect(try desk.koi.request(.get, "/v1/tickets/\(ticket)", key: desk.colleague.key).status == .notFound)
        let asked = try ask()
        let id = try #require(asked["id"].integerValue, "\(asked.text)")
        #expect(asked["owner"] == .integer(desk.agent.id))
        #expect(asked["lent"] == true)
        #expect(try desk.koi.request(.get, "/v1/tickets/\(ticket)", key: desk.colleague.key).status == .ok)
        let note: JSONValue = ["subject": "x"]
        let changed = try desk.koi.request(.patch, "/v1/tickets/\(ticket)", note, key: desk.colleague.key)
        #expect(changed.status == .forbidden)
        #expect(try desk.told(desk.colleague) == ["assistAsked"])

        let bare = try desk.put("ticket-assists/\(id)/completion", [:], key: desk.colleague.key)
        #expect(bare.refused == ["answer required"])
        let done = try desk.put("ticket-assists/\(id)/completion", ["answer": "硬度不足"], key: desk.colleague.key)

        #expect(done.status == .ok, "\(done.text)")
        #expect(done["doneAt"] == "2026-11-22T09:00:00.000Z")
        #expect(try desk.told(desk.agent).last == "assistDone")
        #expect(try desk.desk.show(ticket)["owner"] == .integer(desk.agent.id))
        #expect(try desk.desk.show(ticket)["handovers"] == 0)
        let again = try desk.put("ticket-assists/\(id)/completion", ["answer": "别的"], key: desk.colleague.key)
        #expect(again["answer"] == "硬度不足")
    }

    @Test func `sees it for a while after that, and no longer`() throws {
        let id = try #require(try ask()["id"].integerValue)
        try desk.put("ticket-assists/\(id)/completion", ["answer": "硬度不足"], key: desk.colleague.key)
        desk.koi.clock.advance(by: .seconds(30 * 86_400 - 1))
        #expect(try desk.koi.request(.get, "/v1/tickets/\(ticket)", key: desk.colleague.key).status == .ok)
        desk.koi.clock.advance(by: .seconds(1))
        #expect(try desk.koi.request(.get, "/v1/tickets/\(ticket)", key: desk.colleague.key).status == .notFound)
        #expect(try desk.koi.request(.get, "/v1/ticket-assists/\(id)", key: desk.colleague.key).status == .notFound)
    }

    @Test func `keeps the ticket from being closed until it is done or taken back`() throws {
        let first = try #require(try ask()["id"].integerValue)
        let second = try #require(try ask()["id"].integerValue)
        try desk.desk.move(ticket, to: TicketDesk.resolved, ["message": "已更换。"])
        try desk.desk.accept(ticket)
        #expect(try desk.desk.move(ticket, to: TicketDesk.closed).refused == ["assists assists_open"])
        try desk.put("ticket-assists/\(first)/completion", ["answer": "硬度不足"])
        #expect(try desk.desk.move(ticket, to: TicketDesk.closed).refused == ["assists assists_open"])
        #expect(try desk.koi.request(.delete, "/v1/ticket-assists/\(second)").status == .noContent)
        #expect(try desk.desk.move(ticket, to: TicketDesk.closed)["state"] == "closed")
        #expect(try ask().refused == ["ticket ticket_ended"])
    }

    @Test func `is one who can help`() throws {
        let gone = try desk.desk.make("/v1/users", ["name": "Gone", "active": false])
        #expect(try ask(["assignee": .integer(gone)]).refused == ["assignee inactive_user"])
        #expect(try ask(["doneAt": "2026-11-22T08:00:00Z"]).refused == ["answer required"])
    }

    @Test func `is asked by those who work on the ticket`() throws {
        let viewer = try desk.koi.keyOfUser(role: Role.viewerID)
        let body: JSONValue = ["ticket": .integer(ticket), "what": "x", "assignee": 1]
        #expect(try desk.koi.request(.post, "/v1/ticket-assists", body, key: viewer).status == .forbidden)
        let stranger = try desk.koi.request(.post, "/v1/ticket-assists", body, key: desk.colleague.key)
        #expect(stranger.status == .unprocessableContent)
    }

    @Test func `helps the new owner when the ticket is handed over`() throws {
        let id = try #require(try ask()["id"].integerValue)
        try desk.put("tickets/\(ticket)/owner", ["owner": .integer(desk.lead.id), "reason": "升级"])
        #expect(try desk.koi.request(.get, "/v1/ticket-assists/\(id)")["owner"] == .integer(desk.lead.id))
    }
}
