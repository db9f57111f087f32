import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// What becomes of leads that nobody follows up.
struct `A lead that nobody follows up` {
    private let office: AssignmentOffice
    private let worker: JobWorker
    private let lazy: Int64
    private let keen: Int64

    init() throws {
        office = try AssignmentOffice()
        lazy = try office.user("Lazy")
        keen = try office.user("Keen")
        worker = try office.koi.worker(FollowUpJob.kind)
    }

    private func run(afterDays days: Int = 0) throws {
        office.koi.clock.advance(by: .seconds(days * 86_400))
        try worker.runDue()
    }

    private func preview(_ rule: Int64) throws -> [String] {
        let answer = try office.koi.request(.get, "/v1/assignment-rules/\(rule)/follow-up")
        #expect(answer.status == .ok, "\(answer.text)")
        return answer.items.map { "\($0["record"].text) \($0["step"].stringValue ?? "")" }
    }

    @Test func `goes to another, after a warning`() throws {
        let rule = try office.rule([lazy, keen], ["followUpDays": 10, "followUpWarning": 2])
        let lead = try office.lead()
        #expect(lead["owner"] == .integer(lazy))
        try run(afterDays: 7)
        #expect(try preview(rule) == [])
        office.koi.clock.advance(by: .seconds(86_400))
        #expect(try preview(rule) == ["1 warn"])
        try run()
        #expect(try office.told(lazy).first == "followUpDue")
        #expect(try preview(rule) == ["1 warned"])
        try run(afterDays: 1)
        #expect(try office.shown(lead)["owner"] == .integer(lazy))
        office.koi.clock.advance(by: .seconds(86_400))
        #expect(try preview(rule) == ["1 take"])
        try run()
        #expect(try office.shown(lead)["owner"] == .integer(keen))
        #expect(try office.told(lazy).first == "followUpTaken")
        #expect(try office.told(keen).first == "recordGiven")
        let entry = try #require(try office.assignments(lead).first)
        #expect(entry["cause"] == "unfollowed")
        #expect(entry["previous"] == .integer(lazy))
        #expect(
            entry["decision"]?["rules"]?.arrayValue?.first?["candidates"]?.arrayValue?.map { $0["result"] } == [
                "chosen", "excluded",
            ]
        )
        // Who has it now has all the time again.
        try run(afterDays: 7)
        #expect(try office.shown(lead)["owner"] == .integer(keen))
    }

    @Test func `goes back to nobody where the rule says so`() throws {
        try office.rule([lazy], ["followUpDays": 5, "followUpWarning": 0, "unfollowed": "return"])
        let lead = try office.lead()
        try run(afterDays: 4)
        #expect(try office.shown(lead)["owner"] == .integer(lazy))
        try run(afterDays: 1)
        #expect(try office.shown(lead)["owner"] == .null)
        #expect(try office.assignments(lead).map { $0["cause"] } == ["unfollowed", "created"])
        #expect(try office.told(lazy).first == "followUpTaken")
    }

    @Test func `goes into the pool that the rule names`() throws {
        let pool = try office.koi.make(
            "pools",
            ["name": "Leads", "resource": "leads", "users": [["user": .integer(keen)]]]
        )
        let customers = try office.koi.make("pools", ["name": "Customers", "resource": "customers"])
        let returning: JSONObject = ["followUpDays": 5, "followUpWarning": 0, "unfollowed": "return"]
        let rule = try office.rule([lazy], returning.merging(["pool": .integer(pool)]))
        let refused = try office.koi.request(.patch, "/v1/assignment-rules/\(rule)", ["pool": .integer(customers)])
        #expect(refused["errors"].arrayValue?.map { $0["field"] } == ["pool"], "\(refused.text)")
        let lead = try office.lead()
        try run(afterDays: 5)
        #expect(try office.shown(lead)["owner"] == .null)
        #expect(try office.shown(lead)["pool"] == .integer(pool))
        let log = try office.koi.request(.get, "/v1/pools/\(pool)/log?limit=1").items
        #expect(log.first?["kind"] == "recycled")
        #expect(log.first?["user"] == .integer(lazy))
    }

    @Test func `stays with its owner where that one answers, or it is exempt or closed`() throws {
        try office.rule(
            [lazy],
            [
                "followUpDays": 5, "followUpWarning": 1, "unfollowed": "return", "exempt": ["tags": "keep"],
            ]
        )
        let kept = try office.lead(["tags": ["keep"]])
        let closed = try office.lead()
        try office.koi.request(.patch, "/v1/leads/\(closed["id"].integerValue ?? 0)", ["status": "unqualified"])
        let answered = try office.lead()
        let gone = try office.lead()
        try run(afterDays: 4)
        try office.koi.request(.patch, "/v1/leads/\(answered["id"].integerValue ?? 0)", ["status": "contacted"])
        try run(afterDays: 3)
        #expect(
            try [kept, closed, answered, gone].map { try office.shown($0)["owner"] } == [
                .integer(lazy), .integer(lazy), .integer(lazy), .null,
            ]
        )
        // The warning from before the answer does not count any more: there is another before it is taken.
        try run(afterDays: 2)
        #expect(try office.shown(answered)["owner"] == .integer(lazy))
        try run(afterDays: 1)
        #expect(try office.shown(answered)["owner"] == .null)
    }

    @Test func `stays with its owner for as long as that one goes on logging what was done`() throws {
        try office.rule([lazy], ["followUpDays": 5, "followUpWarning": 0, "unfollowed": "return"])
        let lead = try office.lead()
        for _ in 1...3 {
            try run(afterDays: 4)
            #expect(try office.shown(lead)["owner"] == .integer(lazy))
            try office.koi.request(.post, "/v1/activities", ["kind": "call", "lead": lead["id"]])
        }
        try run(afterDays: 4)
        #expect(try office.shown(lead)["owner"] == .integer(lazy))
        try run(afterDays: 1)
        #expect(try office.shown(lead)["owner"] == .null)
    }

    @Test func `stays with its owner as long as nobody else is there, and is tried again`() throws {
        try office.rule([lazy, keen], ["followUpDays": 5, "followUpWarning": 0])
        let lead = try office.lead()
        try office.absent(keen)
        try run(afterDays: 5)
        #expect(try office.shown(lead)["owner"] == .integer(lazy))
        #expect(try office.assignments(lead).count == 2)
        try office.koi.request(.delete, "/v1/absences/1")
        try run(afterDays: 1)
        #expect(try office.shown(lead)["owner"] == .integer(keen))
    }

    @Test func `is warned of in full, also where Koi was off`() throws {
        try office.rule([lazy, keen], ["followUpDays": 5, "followUpWarning": 2])
        let lead = try office.lead()
        try run(afterDays: 100)
        #expect(try office.told(lazy).first == "followUpDue")
        try run(afterDays: 1)
        #expect(try office.shown(lead)["owner"] == .integer(lazy))
        try run(afterDays: 1)
        #expect(try office.shown(lead)["owner"] == .integer(keen))
    }
}
