import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The conduct of a ticket` {
    @Test func `knows an apology as a step of its own`() throws {
        let desk = try ConductDesk()
        let ticket = try desk.complaint()
        let path = "tickets/\(ticket)/apology"
        #expect(try desk.put(path, [:]).refused == ["faultAdmitted required"])

        let said = try desk.put(path, ["faultAdmitted": true, "text": "非常抱歉。"], key: desk.agent.key)

        #expect(said["apologisedAt"] == "2026-11-22T09:00:00.000Z", "\(said.text)")
        #expect(said["apologisedBy"] == .integer(desk.agent.id))
        #expect(said["faultAdmitted"] == true)
        #expect(try desk.messages(ticket).map { $0["text"] } == ["非常抱歉。"])
        // What was said in person is noted and not sent.
        #expect(try desk.put(path, ["faultAdmitted": false])["faultAdmitted"] == false)
        #expect(try desk.messages(ticket).count == 1)
    }

    @Test func `is told as a whole, with what is missing for closing`() throws {
        let desk = try ConductDesk()
        let ticket = try desk.complaint(["expectation": "不漏水", "remedySought": "换新"])
        try desk.put("tickets/\(ticket)/apology", ["faultAdmitted": true, "text": "非常抱歉。"])
        _ = try desk.desk.make(
            "/v1/ticket-assists",
            ["ticket": .integer(ticket), "assignee": .integer(desk.colleague.id), "what": "检查"]
        )
        _ = try desk.desk.make(
            "/v1/ticket-remedies",
            ["ticket": .integer(ticket), "kind": "refund", "amount": 100]
        )

        let conduct = try desk.koi.request(.get, "/v1/tickets/\(ticket)/conduct")

        #expect(conduct.status == .ok, "\(conduct.text)")
        #expect(conduct["owner"] == .integer(desk.agent.id))
        #expect(conduct["handovers"] == 0)
        #expect(conduct["apology"]["faultAdmitted"] == true)
        #expect(conduct["explanation"] == .null)
        #expect(conduct["result"] == .null)
        #expect((conduct["assists"].arrayValue ?? []).map { $0["what"] } == ["检查"])
        #expect((conduct["remedies"].arrayValue ?? []).map { $0["state"] } == ["approved"])
        let missing = (conduct["missing"].arrayValue ?? []).map { $0["field"] }
        #expect(missing == ["resultToldAt", "accepted", "category", "cause", "assists", "remedies"])
        let done = (conduct["checklist"].arrayValue ?? []).filter { $0["done"] == true }.map { $0["code"] }
        #expect(done == ["heard", "answered", "responsible", "apologised"])
        // Those who do not see the ticket see nothing of it.
        let hidden = try desk.koi.keyOfUser(role: Role.salesID)
        #expect(try desk.koi.request(.get, "/v1/tickets/\(ticket)/conduct", key: hidden).status == .notFound)
    }

    @Test func `puts off nothing without an explanation and a day, and takes it up again then`() throws {
        let desk = try ConductDesk()
        let ticket = try desk.complaint()
        // A way of the company's own that asks for nothing.
        let waiting = try desk.desk.make("/v1/ticket-statuses", ["name": "缺货", "category": "deferred"])
        _ = try desk.desk.make("/v1/ticket-transitions", ["to": .integer(waiting)])
        let bare = try desk.desk.move(ticket, to: waiting)
        #expect(bare.refused == ["message explanation_needed", "deferredUntil date_needed"])
        let patched = try desk.desk.change(ticket, ["status": .integer(waiting), "deferredUntil": "2026-12-01"])
        #expect(patched.refused == ["message explanation_needed"])

        let moved = try desk.desk.move(ticket, to: waiting, ["message": "缺货。", "deferredUntil": "2026-11-25"])
        #expect(moved["explainedAt"] == "2026-11-22T09:00:00.000Z", "\(moved.text)")

        let worker = try desk.koi.worker(DeferralEnd.kind)
        // The last moment of the day before, by the company's clocks.
        desk.koi.clock.advance(by: .seconds(2 * 86_400 + 7 * 3_600 - 1))
        try worker.runDue()
        #expect(try desk.desk.show(ticket)["state"] == "deferred")
        desk.koi.clock.advance(by: .seconds(3_601))
        try worker.runDue()
        let after = try desk.desk.show(ticket)
        #expect(after["state"] == "open")
        #expect(after["deferredUntil"] == .null)
        #expect(after["reopened"] == 0)
        #expect(try desk.told(desk.agent).last == "ticketResumed")
        // What was explained once explains nothing later.
        #expect(
            try desk.desk.move(ticket, to: waiting, ["deferredUntil": "2026-12-25"]).refused == [
                "message explanation_needed"
            ]
        )
    }

    @Test func `tells whoever leads where a ticket is passed around`() throws {
        let desk = try ConductDesk()
        let ticket = try desk.complaint()
        let path = "tickets/\(ticket)/owner"
        try desk.put(path, ["owner": .integer(desk.colleague.id), "reason": "休假"])
        #expect(try desk.told(desk.lead) == [])
        try desk.put(path, ["owner": .integer(desk.agent.id), "reason": "回来了"])
        try desk.put(path, ["owner": .integer(desk.colleague.id), "reason": "又休假"])
        #expect(try desk.told(desk.lead) == ["ticketPassedAround"])
        #expect(try desk.desk.show(ticket)["handovers"] == 3)
    }
}
