import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `The report of first contacts that nobody followed up` {
    private let office: AssignmentOffice
    private var koi: TestApp { office.koi }

    init() throws {
        office = try AssignmentOffice()
    }

    private func report(_ query: String = "", key: String? = nil) throws -> TestAnswer {
        let answer = try koi.request(.get, "/v1/reports/unfollowed" + query, key: key)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer
    }

    private func names(_ query: String = "", key: String? = nil) throws -> [JSONValue] {
        (try report(query, key: key)["rows"].arrayValue ?? []).map { $0["name"] }
    }

    private func wait(hours: Int64) { koi.clock.advance(by: .seconds(hours * 3_600)) }

    private func activity(_ fields: JSONObject) throws -> Int64 {
        let kind = JSONObject.Member(name: "kind", value: "call")
        return try koi.make("activities", .object(JSONObject([kind] + fields.members)))
    }

    @Test func `names leads that nobody answered, the oldest first`() throws {
        let anna = try office.user("Anna")
        try office.lead(["name": "First", "owner": .integer(anna)])
        wait(hours: 1)
        try office.lead(["name": "Second"])
        try office.lead(["name": "Answered"])
        try office.lead(["name": "None"])
        _ = try activity(["lead": 3])
        try koi.request(.patch, "/v1/leads/4", ["status": "unqualified"])
        #expect(try report()["total"] == 0)
        wait(hours: 23)
        #expect(try names() == ["First"])
        wait(hours: 1)

        let answer = try report()

        #expect(answer["rows"].arrayValue?.map { $0["name"] } == ["First", "Second"])
        #expect(answer["total"] == 2)
        #expect(answer["leads"] == 2)
        #expect(answer["customers"] == 0)
        #expect(answer["oldestSeconds"] == 90_000)
        #expect(
            answer["rows"].arrayValue?.first == [
                "resource": "leads", "id": 1, "name": "First", "owner": .integer(anna), "ownerName": "Anna",
                "since": "2026-11-22T09:00:00.000Z", "seconds": 90_000, "due": nil,
            ]
        )
        #expect(try report("?limit=1")["total"] == 2)
        #expect(try names("?limit=1") == ["First"])
        #expect(try names("?owner=\(anna)") == ["First"])
        #expect(try names("?hours=25") == ["First"])
        let table = try koi.request(
            .get,
            "/v1/reports/unfollowed",
            fields: [("Accept", "text/csv"), ("Accept-Language", "zh")]
        )
        #expect(table.text.contains("线索,1,First,Anna,2026-11-22T09:00:00.000Z,90000,\r\n"), "\(table.text)")
        #expect(table.text.contains("线索,2,Second,无负责人,"), "\(table.text)")
    }

    @Test func `names customers from whom something came and to whom nothing went`() throws {
        for name in ["Silent", "Called", "Calls", "Planned", "Buys"] {
            _ = try koi.make("customers", ["name": .string(name)])
        }
        _ = try activity(["customer": 2, "direction": "in"])
        wait(hours: 1)
        _ = try activity(["customer": 2, "direction": "out"])
        _ = try activity(["customer": 3, "direction": "out", "happenedAt": "2026-11-21T09:00:00Z"])
        let asked = try activity(["customer": 3, "direction": "in"])
        for customer in [4, 5] as [Int64] { _ = try activity(["customer": .integer(customer), "direction": "in"]) }
        let task = try koi.make("tasks", ["name": "Call back", "customer": 4, "due": "2026-11-24T09:00:00Z"])
        let deal = try koi.make("deals", ["name": "Pumps", "customer": 5])
        wait(hours: 24)
        #expect(try names() == ["Calls"])
        #expect(try report()["customers"] == 1)

        // What goes to it, is taken back, moved or planned no more is heeded at once.
        let answer = try activity(["customer": 3])
        #expect(try names() == [])
        try koi.request(.delete, "/v1/activities/\(answer)")
        #expect(try names() == ["Calls"])
        try koi.request(.patch, "/v1/activities/\(asked)", ["customer": 1])
        #expect(try names() == ["Silent"])
        try koi.request(.delete, "/v1/activities/\(asked)")
        try koi.request(.delete, "/v1/deals/\(deal)")
        #expect(try names() == ["Buys"])
        wait(hours: 48)
        #expect(try names().count == 2)
        try koi.request(.patch, "/v1/tasks/\(task)", ["due": "2026-12-24T09:00:00Z"])
        #expect(try names() == ["Buys"])
    }

    @Test func `knows of customers what a recount does, whatever was done`() throws {
        for number in 1...5 { _ = try koi.make("customers", ["name": .string("客户 \(number)")]) }
        var state: UInt64 = 3
        func roll(_ sides: Int64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64(state >> 33) % sides
        }
        for _ in 0..<120 {
            let (customer, path) = (JSONValue.integer(roll(5) + 1), "/v1/activities/\(roll(30) + 1)")
            let direction: JSONValue = roll(12) == 0 ? "out" : "in"
            let happened = Timestamp.text(koi.clock.now - roll(30) * 86_400_000)
            switch roll(9) {
            case 0...3:
                let body: JSONValue = [
                    "kind": "call", "customer": customer, "direction": direction, "happenedAt": .string(happened),
                ]
                try koi.request(.post, "/v1/activities", body)
            case 4: try koi.request(.patch, path, ["customer": customer])
            case 5: try koi.request(.patch, path, ["direction": direction, "happenedAt": .string(happened)])
            case 6: try koi.request(.delete, path)
            case 7: try koi.request(.put, path + "/restoration")
            default: if roll(10) == 0 { try koi.merge(roll(5) + 1, into: roll(5) + 1) }
            }
        }
        let found = try koi.recount("unfollowed_customers")
        #expect(found.kept == found.made)
        #expect(!found.made.isEmpty)
    }

    @Test func `leaves out what is not due yet`() throws {
        let anna = try office.user("Anna")
        try office.rule([anna], ["responseMinutes": .integer(60 * 40)])
        try office.lead()
        wait(hours: 48)
        #expect(try report()["total"] == 0)
        wait(hours: 24 * 7)
        #expect(try report()["total"] == 1)
    }

    @Test func `is of what one sees`() throws {
        let people = Office(koi)
        let (anna, ben) = (try people.person("Anna"), try people.person("Ben"))
        try office.lead(["name": "Hers", "owner": .integer(anna.id)])
        try office.lead(["name": "His", "owner": .integer(ben.id)])
        _ = try people.customer("Its", of: ben)
        _ = try activity(["customer": 1, "direction": "in"])
        wait(hours: 24)
        #expect(try names(key: anna.key) == ["Hers"])
        #expect(try report(key: anna.key)["total"] == 1)
        #expect(try report(key: ben.key)["total"] == 2)
        let table = [("Accept", "text/csv")]
        #expect(try koi.request(.get, "/v1/reports/unfollowed", key: anna.key, fields: table).status == .forbidden)
        let rights: JSONValue = ["leads": ["read": "all"]]
        let half = try koi.person(rights, held: ["leads": ["status": ["read": "hidden"]]])
        #expect(try koi.request(.get, "/v1/reports/unfollowed", key: half.key).status == .forbidden)
    }

    @Test(arguments: ["?hours=-1", "?hours=x", "?limit=0", "?from=2026-11-01", "?owner=nobody"])
    func `refuses what cannot be`(query: String) throws {
        let answer = try koi.request(.get, "/v1/reports/unfollowed" + query)
        #expect(answer.status == .badRequest, "\(answer.text)")
    }

    @Test func `is told once a day to those whose contacts they are, and to administrators of those of nobody`() throws
    {
        let (anna, ben) = (try office.user("Anna"), try office.user("Ben"))
        for _ in 0..<3 { try office.lead(["owner": .integer(anna)]) }
        try office.lead()
        let office = Office(koi)
        _ = try office.customer("客户", of: .init(id: anna, key: ""))
        _ = try activity(["customer": 1, "direction": "in"])
        // Of what has a time to answer others tell.
        try self.office.rule([ben], ["responseMinutes": 60])
        try self.office.lead()
        let worker = try koi.worker(UnfollowedJob.kind)
        wait(hours: 48)
        try worker.runDue()
        #expect(try counts() == [1: 1, anna: 4])
        // It is said again, and not doubled.
        wait(hours: 24)
        try worker.runDue()
        #expect(try counts() == [1: 1, anna: 4])
        let told = try koi.app.perform { transaction in
            try transaction.connection.rows("SELECT count(*) FROM notifications WHERE kind = 'contactsUnfollowed'") {
                $0.int(0)
            }
        }
        #expect(told == [2])
    }

    /// Of how many contacts each was told.
    private func counts() throws -> [Int64: Int64] {
        let rows = try koi.app.perform { transaction in
            try transaction.connection.rows(
                "SELECT \"user\", json_extract(parameters, '$.count') FROM notifications WHERE kind = 'contactsUnfollowed'"
            ) { ($0.int(0), $0.int(1)) }
        }
        return Dictionary(rows, uniquingKeysWith: { _, last in last })
    }
}
