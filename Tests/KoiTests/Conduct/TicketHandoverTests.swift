import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A ticket that is handed over` {
    @Test func `needs a reason, is counted, and the customer is told who is responsible now`() throws {
        let desk = try ConductDesk()
        let ticket = try desk.complaint(["language": "zh"])
        let before = try desk.desk.show(ticket)

        let silent = try desk.put("tickets/\(ticket)/owner", ["owner": .integer(desk.colleague.id)])
        #expect(silent.refused == ["owner silent_handover"])
        #expect(
            try desk.desk.change(ticket, ["owner": .integer(desk.colleague.id)]).refused == ["owner silent_handover"]
        )
        #expect(try desk.desk.show(ticket)["version"] == before["version"])

        let given = try desk.put(
            "tickets/\(ticket)/owner",
            ["owner": .integer(desk.colleague.id), "reason": "王芳休产假"]
        )

        #expect(given.status == .ok, "\(given.text)")
        #expect(given["handovers"] == 1)
        let said = try desk.messages(ticket)
        #expect(said.map { $0["kind"] } == ["reply"])
        #expect(said.first?["text"].stringValue?.contains("陈刚") == true)
        // What Koi writes by itself is no answer.
        let after = try desk.desk.show(ticket)
        #expect(after["firstResponseAt"] == .null)
        #expect(after["lastReplyAt"] == .null)
        #expect(after["state"] == "new")
        let history = try desk.koi.request(.get, "/v1/tickets/\(ticket)/owners").items
        #expect(history.last?["reason"] == "王芳休产假")
    }

    @Test func `first has an owner, which is no change of hands`() throws {
        let desk = try ConductDesk()
        let ticket = try desk.complaint(["owner": .null])
        let given = try desk.desk.change(ticket, ["owner": .integer(desk.agent.id)])
        #expect(given["owner"] == .integer(desk.agent.id))
        #expect(given["handovers"] == 0)
        #expect(try desk.messages(ticket).isEmpty)
    }

    @Test func `to who has it already is not handed over`() throws {
        let desk = try ConductDesk()
        let ticket = try desk.complaint()
        let same = try desk.put("tickets/\(ticket)/owner", ["owner": .integer(desk.agent.id)])
        #expect(same["handovers"] == 0)
        #expect(try desk.messages(ticket).isEmpty)
    }

    @Test func `with all others of somebody who leaves goes with the reason of that`() throws {
        let desk = try ConductDesk()
        let ticket = try desk.complaint()
        let body: JSONValue = ["successors": [["user": .integer(desk.colleague.id)]], "reason": "离职"]
        #expect(try desk.koi.request(.post, "/v1/users/\(desk.agent.id)/handover", body).status == .accepted)
        try desk.koi.worker(HandoverJob.kind).runDue()
        let after = try desk.desk.show(ticket)
        #expect(after["owner"] == .integer(desk.colleague.id))
        #expect(after["handovers"] == 1)
    }

    @Test func `that has ended tells nobody`() throws {
        let desk = try ConductDesk()
        let ticket = try desk.desk.closed()
        let count = try desk.messages(ticket).count
        let given = try desk.put("tickets/\(ticket)/owner", ["owner": .integer(desk.agent.id), "reason": "x"])
        #expect(given.status == .ok, "\(given.text)")
        #expect(try desk.messages(ticket).count == count)
    }
}
