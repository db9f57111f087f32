import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The report of activities` {
    private let office: Office
    private var koi: TestApp { office.koi }
    private let anna: Office.Person
    private let ben: Office.Person

    init() throws {
        office = try Office()
        try office.koi.request(.patch, "/v1/users/1", ["timeZone": "Asia/Shanghai"])
        (anna, ben) = (try office.person("Anna"), try office.person("Ben"))
        _ = try office.customer("重庆机械", of: anna)
    }

    private func rows(_ query: String = "", key: String? = nil) throws -> [JSONValue] {
        let answer = try koi.request(.get, "/v1/reports/activities" + query, key: key)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer["rows"].arrayValue ?? []
    }

    private func log(_ kind: String, _ owner: Office.Person?, _ happened: String, _ more: JSONObject = [:]) throws {
        var body: JSONObject = [
            "kind": .string(kind), "customer": 1, "happenedAt": .string(happened),
            "owner": owner.map { .integer($0.id) } ?? 1,
        ]
        for member in more.members { body[member.name] = member.value }
        let made = try koi.request(.post, "/v1/activities", .object(body))
        #expect(made.status == .created, "\(made.text)")
    }

    /// It is Sunday, the 22nd of November, 17:00 in Shanghai.
    private func fill() throws {
        try log("call", anna, "2026-11-22T08:00:00Z", ["minutes": 10, "outcome": "interested", "channel": "phone"])
        try log("call", anna, "2026-11-16T08:00:00Z", ["minutes": 5, "outcome": "not_reached", "channel": "phone"])
        try log("visit", anna, "2026-11-22T07:00:00Z", ["minutes": 60, "direction": "in"])
        try log("visit", anna, "2026-11-20T09:00:00Z", ["outcome": "agreed"])
        try log("email", ben, "2026-11-15T15:59:59Z", ["channel": "email"])
        for due in ["2026-11-20T09:00:00Z", "2026-11-30T09:00:00Z"] {
            _ = try koi.make(
                "tasks",
                ["name": "Visit", "kind": "visit", "customer": 1, "owner": .integer(ben.id), "due": .string(due)]
            )
        }
    }

    @Test func `counts by person, kind, direction, minutes and outcome, and how soon visits were logged`() throws {
        try fill()
        let rows = try rows("?groupBy=owner")
        #expect(rows.map { $0["name"] } == ["Anna", "Ben"])
        #expect(
            rows.first == [
                "cohort": "2026-10-23", "group": .integer(anna.id), "name": "Anna", "activities": 4, "incoming": 1,
                "outgoing": 3, "minutes": 75, "call": 2, "visit": 2, "email": 0, "message": 0, "meeting": 0,
                "reception": 0, "outcome_done": 0, "outcome_not_reached": 1, "outcome_call_back": 0,
                "outcome_interested": 1, "outcome_not_interested": 0, "outcome_agreed": 1, "outcome_refused": 0,
                // Two hours and two days.
                "secondsToLog": 90_000, "lateVisits": 1, "missingVisits": 0,
            ]
        )
        #expect(rows.last?["missingVisits"] == 1)
        #expect(try self.rows("?hours=48").map { $0["lateVisits"] } == [0])
        #expect(try self.rows("?hours=1").map { $0["lateVisits"] } == [2])
        let table = try koi.request(
            .get,
            "/v1/reports/activities?groupBy=owner",
            fields: [("Accept", "text/csv"), ("Accept-Language", "zh")]
        )
        #expect(table.text.contains("2026-10-23,Ben,1,0,1,0,0,0,1,0,0,0,"), "\(table.text)")
    }

    @Test func `is by day, week or month, by word, and of some`() throws {
        try fill()
        // The e-mail was written one second before Monday, by the clocks of Shanghai.
        let weeks = try rows("?by=week&from=2026-11-09&to=2026-11-23")
        #expect(weeks.map { $0["cohort"] } == ["2026-11-09", "2026-11-16"])
        #expect(weeks.map { $0["activities"] } == [1, 4])
        #expect(try rows("?by=day&from=2026-11-22&to=2026-11-23").map { $0["activities"] } == [2])
        let kinds = try rows("?groupBy=kind")
        #expect(kinds.map { $0["group"] } == ["call", "email", "visit"])
        #expect(kinds.map { $0["name"] } == ["Call", "E-mail", "Visit"])
        #expect(kinds.first?["missingVisits"].isNull == true)
        #expect(try rows("?groupBy=channel").map { $0["name"] } == ["E-mail", "Phone", "None"])
        #expect(try rows("?groupBy=direction").map { $0["activities"] } == [1, 4])
        #expect(try rows("?groupBy=outcome").count == 4)
        #expect(try rows("?kind=call,email").map { $0["activities"] } == [3])
        #expect(try rows("?owner=\(ben.id)&kind=visit").map { $0["activities"] } == [0])
        #expect(try rows("?owner=\(ben.id)&kind=visit").map { $0["missingVisits"] } == [1])
        #expect(try rows("?customer=2").map { $0["activities"] } == [0])
    }

    @Test func `is of what one sees`() throws {
        try fill()
        #expect(try rows(key: anna.key).map { $0["activities"] } == [4])
        #expect(try rows(key: ben.key).map { $0["activities"] } == [1])
        #expect(try rows("?groupBy=owner", key: ben.key).map { $0["name"] } == ["Ben"])
        let table = [("Accept", "text/csv")]
        #expect(try koi.request(.get, "/v1/reports/activities", key: ben.key, fields: table).status == .forbidden)
        let rights: JSONValue = ["activities": ["read": "all"]]
        let half = try koi.person(rights, held: ["activities": ["channel": ["read": "hidden"]]])
        #expect(try rows(key: half.key).map { $0["activities"] } == [5])
        for query in ["?groupBy=channel", "?channel=phone"] {
            #expect(try koi.request(.get, "/v1/reports/activities" + query, key: half.key).status == .forbidden)
        }
    }

    @Test(arguments: ["?by=year", "?groupBy=customer", "?kind=party", "?hours=1.5", "?from=2025-01-01", "?customer="])
    func `refuses what cannot be`(query: String) throws {
        let answer = try koi.request(.get, "/v1/reports/activities" + query)
        #expect(answer.status == .badRequest, "\(answer.text)")
    }
}
