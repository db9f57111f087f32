import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The satisfaction with a ticket` {
    private let desk: TicketDesk
    private let worker: JobWorker

    init() throws {
        desk = try TicketDesk()
        worker = try desk.koi.worker(SatisfactionJob.kind)
        try #require(
            try desk.koi.request(.patch, "/v1/settings", ["publicURL": "https://koi.example.com"]).status == .ok
        )
    }

    private func send(_ path: String, _ form: String) throws -> TestAnswer {
        let answer = try desk.koi.response(
            .post,
            path,
            .bytes(Array(form.utf8)),
            key: "",
            fields: [("Content-Type", "application/x-www-form-urlencoded")]
        )
        return TestAnswer(answer)
    }

    /// Runs what is due by then.
    private func wait(_ hours: Int) throws {
        desk.koi.clock.advance(by: .seconds(hours * 3_600))
        try worker.runDue()
    }

    private func tasks() throws -> [JSONValue] { try desk.koi.request(.get, "/v1/tasks").items }

    /// The path in the newest message to the customer; nil where there is none.
    private func asked(_ ticket: Int64) throws -> String? {
        let messages = try desk.koi.request(.get, "/v1/tickets/\(ticket)/messages").items
        guard let text = messages.last?["text"]?.stringValue,
            let start = text.firstRange(of: "https://koi.example.com/t/")
        else { return nil }
        return "/t/" + text[start.upperBound...]
    }

    private func closed(owner: JSONValue = 1) throws -> Int64 {
        let ticket = try desk.closed()
        try desk.change(ticket, ["owner": owner])
        return ticket
    }

    @Test func `is asked for by itself once the ticket is closed, and once only`() throws {
        let ticket = try closed()
        try wait(2)
        let path = try #require(try asked(ticket))
        #expect(try desk.koi.request(.get, path, key: "").text.contains("name=\"score\""))
        let count = try desk.koi.request(.get, "/v1/tickets/\(ticket)/messages").items.count
        try wait(2)
        #expect(try desk.koi.request(.get, "/v1/tickets/\(ticket)/messages").items.count == count)
        #expect(try desk.show(ticket)["state"] == "closed")

        #expect(try send(path, "result=rated&score=5&comment=%E8%B0%A2%E8%B0%A2").status == .seeOther)
        let rated = try desk.show(ticket)
        #expect(rated["satisfaction"] == 5)
        #expect(rated["satisfactionComment"] == "谢谢")
        #expect(rated["satisfactionAt"] != .null)
        #expect(try tasks().isEmpty)
        #expect(try !desk.koi.request(.get, path, key: "").text.contains("name=\"score\""))
        // What was said once stands.
        _ = try send(path, "result=rated&score=1")
        #expect(try desk.show(ticket)["satisfaction"] == 5)
    }

    @Test func `where it is bad has the owner ask why`() throws {
        let ticket = try closed()
        try wait(2)
        #expect(try send(#require(try asked(ticket)), "result=rated&score=2").status == .seeOther)
        let task = try #require(try tasks().first)
        #expect(task["owner"] == 1)
        #expect(task["cause"] == "satisfaction")
        #expect(task["contact"] == .integer(desk.contact))
        #expect(try task["name"]?.stringValue?.contains(#require(desk.show(ticket)["number"].stringValue)) == true)
    }

    @Test func `that is not told within a week has the owner ask`() throws {
        let ticket = try closed()
        try wait(2)
        try wait(24 * 6)
        #expect(try tasks().isEmpty)
        try wait(24 * 2)
        #expect(try tasks().count == 1)
        #expect(try desk.show(ticket)["satisfactionFollowedAt"] != .null)
        try wait(24 * 2)
        #expect(try tasks().count == 1)
    }

    @Test func `is not asked for, and followed by no task, where the company does not want it`() throws {
        try desk.koi.request(.patch, "/v1/settings", ["ticketFollowUps": false])
        let ticket = try closed()
        try wait(2)
        #expect(try send(#require(try asked(ticket)), "result=rated&score=1").status == .seeOther)
        #expect(try tasks().isEmpty)
        try desk.koi.request(.patch, "/v1/settings", ["ticketSatisfaction": false])
        let other = try closed()
        try wait(2)
        #expect(try asked(other) == nil)
    }

    @Test(arguments: ["0", "6", "", "x", "99999999999999999999", "+5"])
    func `is a score from 1 to 5`(score: String) throws {
        let ticket = try closed()
        try wait(2)
        let path = try #require(try asked(ticket))
        #expect(try send(path, "result=rated&score=\(score)").status == .unprocessableContent)
        #expect(try desk.show(ticket)["satisfaction"] == .null)
    }
}
