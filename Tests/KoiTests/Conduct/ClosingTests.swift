import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `To close a ticket` {
    @Test
    func `needs the result told, its acceptance, a category and a cause, and is refused with all that is missing`()
        throws
    {
        let desk = try ConductDesk()
        let ticket = try desk.complaint()
        try desk.desk.move(ticket, to: TicketDesk.resolved)

        let early = try desk.desk.move(ticket, to: TicketDesk.closed)

        #expect(early.status == .conflict)
        #expect(early.code == "ticket_not_ready")
        #expect(
            early.refused == [
                "resultToldAt result_not_told", "accepted not_accepted", "category required_to_close",
                "cause required_to_close",
            ]
        )
        let listed = try desk.koi.request(.get, "/v1/tickets/\(ticket)/status")
        let move = listed["moves"].arrayValue?.first { $0["state"] == "closed" }
        #expect(
            (move?["missing"].arrayValue ?? []).map { $0["field"] } == [
                "resultToldAt", "accepted", "category", "cause",
            ]
        )

        #expect(try desk.tell(ticket)["resultToldAt"] == "2026-11-22T09:00:00.000Z")
        try desk.desk.change(ticket, ["category": 1, "cause": "core_feature"])
        #expect(try desk.desk.move(ticket, to: TicketDesk.closed).refused == ["accepted not_accepted"])
        let accepted = try desk.answer(ticket, true, ["by": "李明", "comment": "满意"])
        #expect(accepted["accepted"] == true)
        #expect(accepted["acceptedBy"] == "李明")
        #expect(accepted["acceptedAt"] == "2026-11-22T09:00:00.000Z")
        #expect(accepted["state"] == "resolved")
        #expect(try desk.desk.move(ticket, to: TicketDesk.closed)["state"] == "closed")
    }

    @Test(arguments: ["inquiry", "suggestion", "praise"])
    func `no cause is asked for where nothing went wrong`(kind: String) throws {
        let desk = try ConductDesk()
        let ticket = try desk.complaint(["kind": .string(kind), "category": 1])
        try desk.desk.move(ticket, to: TicketDesk.resolved, ["message": "谢谢。"])
        #expect(try desk.answer(ticket, true).status == .ok)
        #expect(try desk.desk.move(ticket, to: TicketDesk.closed)["state"] == "closed")
    }

    @Test func `without an answer takes as long as the company waits, and not a moment less`() throws {
        let desk = try ConductDesk()
        #expect(try desk.koi.request(.patch, "/v1/settings", ["ticketAcceptanceDays": 3]).status == .ok)
        let ticket = try desk.complaint(["category": 1, "cause": "core_feature"])
        try desk.desk.move(ticket, to: TicketDesk.resolved, ["message": "已更换密封圈。"])
        desk.koi.clock.advance(by: .seconds(3 * 86_400 - 1))
        let early = try desk.desk.move(ticket, to: TicketDesk.closed)
        #expect(early.refused == ["accepted not_accepted"])
        #expect(early.text.contains("2026-11-25"))
        desk.koi.clock.advance(by: .seconds(1))
        #expect(try desk.desk.move(ticket, to: TicketDesk.closed)["state"] == "closed")
    }

    @Test func `a result that the customer refused is none, however long it is ago`() throws {
        let desk = try ConductDesk()
        let ticket = try desk.complaint(["category": 1, "cause": "core_feature"])
        try desk.desk.move(ticket, to: TicketDesk.resolved, ["message": "已更换密封圈。"])
        let said = try desk.messages(ticket).count

        let refused = try desk.answer(ticket, false, ["comment": "还在漏"])

        #expect(refused["state"] == "rejected")
        #expect(refused["accepted"] == false)
        #expect(refused["acceptanceComment"] == "还在漏")
        #expect(refused["resultToldAt"] == .null)
        #expect(try desk.messages(ticket).count == said)
        #expect(try desk.desk.move(ticket, to: TicketDesk.resolved)["state"] == "resolved")
        desk.koi.clock.advance(by: .seconds(30 * 86_400))
        let late = try desk.desk.move(ticket, to: TicketDesk.closed)
        #expect(late.refused == ["resultToldAt result_not_told", "accepted result_refused"])
        // Another result is another question.
        #expect(try desk.tell(ticket, "已更换整机。")["accepted"] == .null)
        #expect(try desk.answer(ticket, true)["accepted"] == true)
        #expect(try desk.desk.move(ticket, to: TicketDesk.closed)["state"] == "closed")
    }

    @Test func `once more after it was opened again needs all of it once more`() throws {
        let desk = try ConductDesk()
        let ticket = try desk.desk.closed()
        try desk.desk.say(ticket, "incoming", "又漏了")
        let opened = try desk.desk.show(ticket)
        #expect(opened["resultToldAt"] == .null)
        #expect(opened["accepted"] == .null)
        #expect(opened["acceptedBy"] == .null)
        try desk.desk.move(ticket, to: TicketDesk.resolved)
        let early = try desk.desk.move(ticket, to: TicketDesk.closed)
        #expect(early.refused == ["resultToldAt result_not_told", "accepted not_accepted"])
    }

    @Test func `nothing is accepted that was not told, and nothing told of what is closed`() throws {
        let desk = try ConductDesk()
        let ticket = try desk.complaint()
        #expect(try desk.answer(ticket, true).code == "result_not_told")
        #expect(try desk.answer(ticket, true, ["at": "2026-11-23T00:00:00Z"]).refused == ["at in_future"])
        #expect(try desk.tell(ticket, " ").refused == ["text required"])
        let closed = try desk.desk.closed()
        #expect(try desk.tell(closed).code == "ticket_ended")
        #expect(try desk.answer(closed, false).code == "ticket_ended")
        #expect(try desk.desk.show(closed)["accepted"] == true)
    }

    @Test func `is for those who may change it, and told by those who may read it`() throws {
        let desk = try ConductDesk()
        let ticket = try desk.complaint()
        #expect(try desk.put("tickets/\(ticket)/result", ["text": "x"], key: desk.colleague.key).status == .notFound)
        #expect(try desk.put("tickets/\(ticket)/result", ["text": "x"], key: desk.agent.key).status == .ok)
        let viewer = try desk.koi.keyOfUser(role: Role.viewerID)
        #expect(try desk.put("tickets/\(ticket)/result", ["text": "x"], key: viewer).status == .forbidden)
    }
}
