import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A resolved ticket` {
    private let desk: TicketDesk
    private let ticket: Int64

    init() throws {
        desk = try TicketDesk()
        ticket = try desk.ticket(["category": 1])
        try desk.move(ticket, to: TicketDesk.resolved, ["message": "已更换密封圈。"])
    }

    /// The state at a time, once the job has run.
    private func state(at time: String) throws -> JSONValue {
        let worker = try desk.koi.worker(TicketClosing.kind)
        let wanted = try #require(Timestamp.read(time))
        desk.koi.clock.advance(by: .milliseconds(wanted - desk.koi.clock.now))
        try worker.runDue()
        return try desk.show(ticket)["state"]
    }

    @Test func `is closed at the company's midnight after so many days without a word`() throws {
        try desk.koi.request(.patch, "/v1/settings", ["ticketCloseDays": 10])
        // 17:00 of the 22nd in Shanghai: ten whole days end with the 2nd.
        #expect(try state(at: "2026-12-02T15:59:59Z") == "resolved")
        #expect(try state(at: "2026-12-02T17:00:00Z") == "closed")
        #expect(try desk.koi.events(of: "tickets").last?.payload["reason"] == "客户 10 天未回复。")
    }

    @Test func `stays where the company closes nothing by itself`() throws {
        #expect(try state(at: "2027-12-02T17:00:00Z") == "resolved")
    }

    @Test func `stays where something is missing to close it`() throws {
        try desk.koi.request(.patch, "/v1/settings", ["ticketCloseDays": 10])
        try desk.change(ticket, ["category": nil])
        #expect(try state(at: "2026-12-12T17:00:00Z") == "resolved")
    }

    @Test func `waits anew where the customer was written to`() throws {
        try desk.koi.request(.patch, "/v1/settings", ["ticketCloseDays": 10])
        desk.koi.clock.advance(by: .seconds(5 * 86_400))
        try desk.say(ticket, "reply", "一切正常吗？")
        #expect(try state(at: "2026-12-04T17:00:00Z") == "resolved")
        #expect(try state(at: "2026-12-07T17:00:00Z") == "closed")
    }
}
