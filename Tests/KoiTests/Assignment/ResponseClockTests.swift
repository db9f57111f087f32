import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// Until when a lead is to be answered, and who is told.
struct `The time to answer` {
    private let office: AssignmentOffice
    private let worker: JobWorker
    private let boss: Int64
    private let seller: Int64

    init() throws {
        office = try AssignmentOffice()
        boss = try office.user("Boss")
        let team = try office.koi.make("teams", ["name": "Sales", "lead": .integer(boss)])
        seller = try office.user("Seller", team: team)
        worker = try office.koi.worker(ResponseWatch.kind)
    }

    private func run(after seconds: Int = 0) throws {
        office.koi.clock.advance(by: .seconds(seconds))
        try worker.runDue()
    }

    @Test func `is counted in working time, and told before and when it is over`() throws {
        try office.rule([seller], ["responseMinutes": 120, "responseWarning": 30])
        // Sunday 17:00 in Shanghai: due on Monday at 11:00, warned of at 10:30.
        let lead = try office.lead()
        #expect(lead["responseDueAt"] == "2026-11-23T03:00:00.000Z")
        #expect(try office.told(seller) == ["recordGiven"])
        try run(after: 17 * 3_600)
        #expect(try office.told(seller) == ["recordGiven"])
        try run(after: 1_800)
        #expect(try office.told(seller) == ["answerDue", "recordGiven"])
        #expect(try office.told(boss) == [])
        try run(after: 1_800)
        #expect(try office.told(seller) == ["answerOverdue", "answerDue", "recordGiven"])
        #expect(try office.told(boss) == ["answerOverdue"])
        try run(after: 86_400)
        #expect(try office.told(boss) == ["answerOverdue"])
        let unanswered = "/v1/leads?firstResponseAt.null=true&responseDueAt.lt=2026-11-24T00:00:00Z"
        #expect(try office.koi.request(.get, unanswered).items.count == 1)
    }

    @Test func `is over once the lead is answered`() throws {
        try office.rule([seller], ["responseMinutes": 120, "responseWarning": 30])
        let lead = try office.lead()
        try office.koi.request(.patch, "/v1/leads/\(lead["id"].integerValue ?? 0)", ["status": "contacted"])
        try run(after: 86_400)
        #expect(try office.told(seller) == ["recordGiven"])
        #expect(try office.koi.request(.get, "/v1/leads?firstResponseAt.null=true").items.count == 0)
    }

    @Test func `goes on while nobody has the lead, and when it changes hands`() throws {
        try office.absent(seller)
        try office.rule([seller], ["responseMinutes": 60])
        let lead = try office.lead()
        #expect(lead["owner"] == .null)
        #expect(lead["responseDueAt"] == "2026-11-23T02:00:00.000Z")
        let other = try office.user("Other")
        try office.koi.request(.patch, "/v1/leads/\(lead["id"].integerValue ?? 0)", ["owner": .integer(other)])
        #expect(try office.shown(lead)["responseDueAt"] == "2026-11-23T02:00:00.000Z")
        try run(after: 17 * 3_600)
        #expect(try office.told(other).first == "answerOverdue")
        #expect(try office.told(seller) == [])
    }

    @Test func `runs for nothing that was answered or closed before`() throws {
        try office.rule([seller], ["responseMinutes": 60])
        let talked = try office.lead(["status": "contacted", "receivedAt": "2026-11-22T08:00:00Z"])
        #expect(talked["firstResponseAt"] == "2026-11-22T08:00:00.000Z")
        #expect(talked["responseDueAt"] == .null)
        let closed = try office.lead(["status": "unqualified"])
        let refused = try office.koi.request(.put, "/v1/leads/\(closed["id"].text)/assignment")
        #expect(refused.code == "closed")
        #expect(try office.shown(closed)["responseDueAt"] == .null)
    }

    @Test func `runs on for a lead that comes out of the bin`() throws {
        try office.rule([seller], ["responseMinutes": 60])
        let lead = try office.lead()
        let path = "/v1/leads/\(lead["id"].text)"
        try office.koi.request(.delete, path)
        try run(after: 86_400)
        #expect(try office.told(seller) == ["recordGiven"])
        try office.koi.request(.put, path + "/restoration")
        try run()
        #expect(try office.told(seller).first == "answerOverdue")
    }

    @Test func `has no end where there is no work`() throws {
        let calendar = try office.koi.make(
            "calendars",
            ["name": "Once", "hours": [["day": "monday", "from": "09:00", "to": "10:00"]], "timeZone": "UTC"]
        )
        // An hour a week: 525,600 minutes take longer than ten years.
        try office.rule([seller], ["responseMinutes": 525_600, "calendar": .integer(calendar)])
        let lead = try office.lead()
        #expect(lead["owner"] == .integer(seller))
        #expect(lead["responseDueAt"] == .null)
    }
}
