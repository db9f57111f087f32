import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A pool takes back` {
    private let lake: Lake
    private let anna: Office.Person

    init() throws {
        lake = try Lake()
        anna = try lake.office.person("Anna")
    }

    private func customer(_ name: String, _ own: JSONObject = [:]) throws -> Int64 {
        let usual: JSONObject = ["name": .string(name), "owner": .integer(anna.id), "tier": "general"]
        let made = try lake.koi.request(.post, "/v1/customers", .object(usual.merging(own)))
        return try #require(made["id"].integerValue, "\(made.text)")
    }

    private func recycle() throws {
        try lake.koi.app.perform { _ = try $0.jobs.add(NewJob(RecyclingJob.kind.name, due: $0.now)) }
        try lake.koi.worker(JobKind(RecyclingJob.kind.name, chunk: RecyclingJob.chunk)).runDue()
    }

    private func preview(_ pool: Int64, _ query: String = "") throws -> [JSONValue] {
        let answer = try lake.koi.request(.get, "/v1/pools/\(pool)/recycling" + query)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer.items
    }

    private func inPool(_ pool: Int64) throws -> [Int64] { try lake.office.ids("pool=\(pool)") }

    private func warnings() throws -> [String] {
        try lake.koi.request(.get, "/v1/notifications", key: anna.key).items
            .filter { $0["kind"] == "recordExpiring" }.compactMap { $0["text"].stringValue }
    }

    @Test func `what nobody has contacted for so long, after its owner was told`() throws {
        let pool = try lake.pool([
            "rules": [["noContactDays": 30]], "warnDays": 7, "recycles": true,
        ])
        let (quiet, cared) = (try customer("Quiet"), try customer("Cared"))
        lake.advance(days: 22)
        try recycle()
        #expect(try warnings() == [])
        lake.advance(days: 1)
        try lake.koi.request(.post, "/v1/activities", ["kind": "call", "customer": .integer(cared)])
        for _ in 1...2 { try recycle() }
        #expect(try warnings() == ["The customer Quiet goes to the pool 公海 on 2026-12-22, unless you look after it."])
        let shown = try preview(pool)
        #expect(shown.map { $0["record"] } == [.integer(quiet)])
        #expect(shown.first?["takenAt"] == "2026-12-22T09:00:00.000Z")
        #expect(shown.first?["rule"] == "noContactDays=30")

        lake.advance(days: 6)
        try recycle()
        #expect(try inPool(pool) == [])
        lake.advance(days: 1)
        try recycle()
        #expect(try inPool(pool) == [quiet])
        #expect(try lake.koi.request(.get, "/v1/customers/\(quiet)")["owner"] == .null)
        let owners = try lake.koi.request(.get, "/v1/customers/\(quiet)/owners").items
        #expect(owners.last?["reason"] == "noContactDays=30")
        #expect(try lake.kinds(pool, "log") == ["recycled", "warned"])
        #expect(try preview(pool) == [])
    }

    @Test func `no lead that is closed already`() throws {
        let pool = try lake.pool([
            "resource": "leads", "rules": [["noContactDays": 30]], "warnDays": 0, "recycles": true,
        ])
        let leads = try ["new", "contacted", "unqualified"].map { status in
            try lake.koi.make(
                "leads",
                ["name": .string("Lead \(status)"), "status": .string(status), "owner": .integer(anna.id)]
            )
        }
        let won = try lake.koi.make("leads", ["name": "Won", "owner": .integer(anna.id)])
        #expect(try lake.koi.request(.put, "/v1/leads/\(won)/conversion").status == .ok)
        lake.advance(days: 31)
        #expect(try preview(pool).map { $0["record"] } == leads.prefix(2).map(JSONValue.integer))
        try recycle()
        let taken = try lake.koi.request(.get, "/v1/leads?pool=\(pool)&sort=id").items.map { $0["id"] }
        #expect(taken == leads.prefix(2).map(JSONValue.integer))
    }

    @Test func `nothing whose owner was not told in time, though it was due long ago`() throws {
        let quiet = try customer("Quiet")
        lake.advance(days: 400)
        let pool = try lake.pool(["rules": [["noContactDays": 30]], "warnDays": 7, "recycles": true])
        #expect(try preview(pool).first?["takenAt"] == "2028-01-03T09:00:00.000Z")
        try recycle()
        #expect(try inPool(pool) == [])
        lake.advance(days: 6)
        try recycle()
        #expect(try inPool(pool) == [])
        lake.advance(days: 1)
        try recycle()
        #expect(try inPool(pool) == [quiet])
    }

    @Test func `nothing from a new owner or after a contact, who get the whole time`() throws {
        let bo = try lake.office.person("Bo")
        let pool = try lake.pool(["rules": [["noContactDays": 30]], "warnDays": 7, "recycles": true])
        let (given, called) = (try customer("Given"), try customer("Called"))
        lake.advance(days: 25)
        try recycle()
        #expect(try warnings().count == 2)
        _ = try lake.office.assign(given, to: bo)
        try lake.koi.request(.post, "/v1/activities", ["kind": "call", "customer": .integer(called)])
        lake.advance(days: 10)
        try recycle()
        #expect(try inPool(pool) == [])
        lake.advance(days: 20)
        try recycle()
        // Both are due by now, and both owners have to be told first.
        #expect(try inPool(pool) == [])
        lake.advance(days: 7)
        try recycle()
        #expect(try inPool(pool) == [given, called])
    }

    @Test func `by the rule of the tier, and not what is exempt, outside of its filter or another pool's`() throws {
        let rules: JSONValue = [["noContactDays": 30], ["tier": "vip", "noContactDays": 90]]
        let north = try lake.pool(["filter": ["region": "North"], "rules": rules, "warnDays": 0, "recycles": true])
        let rest = try lake.pool(["rules": rules, "warnDays": 0, "exemptTags": ["keep"], "recycles": true])
        let idle = try lake.pool(["rules": [["noContactDays": 1]], "warnDays": 0])
        let northern = try customer("N", ["region": "North", "tags": ["keep"]])
        let general = try customer("G")
        let vip = try customer("V", ["tier": "vip"])
        let kept = try customer("K", ["tags": ["other", "keep"]])
        lake.advance(days: 31)
        try recycle()
        #expect(try inPool(north) == [northern])
        #expect(try inPool(rest) == [general])
        lake.advance(days: 60)
        try recycle()
        #expect(try inPool(rest) == [general, vip])
        #expect(try inPool(idle) == [])
        #expect(try lake.koi.request(.get, "/v1/customers/\(kept)")["owner"] == .integer(anna.id))
    }

    @Test func `in the preview just what the job takes`() throws {
        let rules: JSONValue = [["noContactDays": 20], ["tier": "vip", "noContactDays": 40]]
        let pool = try lake.pool(["rules": rules, "warnDays": 0, "recycles": true])
        for index in 0..<60 {
            let id = try customer("C\(index)", ["tier": index % 3 == 0 ? "vip" : "low"])
            if index % 4 == 0 {
                try lake.koi.request(.post, "/v1/activities", ["kind": "call", "customer": .integer(id)])
            }
            lake.advance(days: 1)
        }
        let expected = try preview(pool, "?days=0&limit=500").compactMap { $0["record"].integerValue }
        #expect(expected.count > 20)
        try recycle()
        #expect(try inPool(pool) == expected)
        #expect(try preview(pool, "?days=0") == [])
    }

    @Test func `by rules that say something, and a filter that works`() throws {
        func refused(_ own: JSONObject) throws -> [String] {
            let usual: JSONObject = ["name": "P"]
            return try lake.koi.request(.post, "/v1/pools", .object(usual.merging(own))).refused
        }
        #expect(try refused(["rules": [["tier": "vip"]]]) == ["rules[0] empty_rule"])
        #expect(try refused(["recycles": true]) == ["rules required"])
        #expect(try refused(["filter": ["colour": "red"]]) == ["filter.colour bad_parameter"])
        #expect(try refused(["rules": [["noContactDays": 0]]]) == ["rules[0].noContactDays out_of_range"])
    }

    @Test func `leads, too, which are claimed like customers`() throws {
        let pool = try lake.pool([
            "resource": "leads", "rules": [["noContactDays": 5]], "warnDays": 0, "recycles": true,
        ])
        let ids = try (0..<2).map { index in
            let made = try lake.koi.request(
                .post,
                "/v1/leads",
                ["name": .string("Lead \(index)"), "mobile": "139 0013 900\(index)", "owner": .integer(anna.id)]
            )
            return try #require(made["id"].integerValue, "\(made.text)")
        }
        lake.advance(days: 4)
        try lake.koi.request(.post, "/v1/activities", ["kind": "call", "lead": .integer(ids[1])])
        lake.advance(days: 1)
        try recycle()
        let found = try lake.koi.request(.get, "/v1/leads?pool=\(pool)").items.map { $0["id"] }
        #expect(found == [.integer(ids[0])])
        let bo = try lake.office.person("Bo")
        let seen = try lake.koi.request(.get, "/v1/pools/\(pool)/records/\(ids[0])", key: bo.key)
        #expect(seen["name"] == "Lead 0")
        #expect(!seen.text.contains("139"))
        let won = try lake.koi.request(.put, "/v1/leads/\(ids[0])/claim", key: bo.key)
        #expect(won["owner"] == .integer(bo.id), "\(won.text)")
        let other = try lake.pool()
        let refused = try lake.koi.request(
            .put,
            "/v1/leads/\(ids[0])/pool",
            ["pool": .integer(other), "reason": "x"],
            key: bo.key
        )
        #expect(refused.refused == ["pool not_found"])
    }
}
