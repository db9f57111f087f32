import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A target` {
    private let koi: TestApp
    private let office: Office
    private let seller: Office.Person

    init() throws {
        koi = try TestApp()
        office = Office(koi)
        seller = try office.person("Anna")
    }

    private func add(_ fields: JSONObject, key: String? = nil) throws -> TestAnswer {
        var body: JSONObject = ["user": .integer(seller.id), "value": 100, "from": "2027-01-01"]
        for member in fields.members { body[member.name] = member.value }
        return try koi.request(.post, "/v1/targets", .object(body), key: key)
    }

    @Test(arguments: [
        ("month", "2027-02-01", "2027-02-28"), ("quarter", "2027-11-01", "2028-01-31"),
        ("year", "2027-04-01", "2028-03-31"), ("month", "2028-02-01", "2028-02-29"),
    ])
    func `ends with its period`(period: JSONValue, from: JSONValue, to: JSONValue) throws {
        let made = try add(["period": period, "from": from])
        #expect(made.status == .created, "\(made.text)")
        #expect(made["to"] == to)
        #expect(made["currency"] == "CNY")
    }

    @Test(
        arguments: [
            (["period": "month", "from": "2027-02-02"], "from", "not_the_first"),
            (["period": "month", "to": "2027-02-01"], "to", "other_end"), ([:], "to", "required"),
            (["to": "2026-12-31"], "to", "ends_before_start"), (["to": "2027-01-02", "team": 1], "team", "one_holder"),
            (["to": "2027-01-02", "measure": "won_deals", "currency": "CNY"], "currency", "no_sum"),
            (["to": "2027-01-02", "value": 0], "value", "out_of_range"),
        ] as [(JSONObject, String, String)]
    )
    func `is of one holder for days that can be`(fields: JSONObject, field: String, code: String) throws {
        if fields["team"] != nil { _ = try office.team("East") }
        let refused = try add(fields)
        #expect(refused.status == .unprocessableContent, "\(refused.text)")
        let issues = refused["errors"].arrayValue ?? []
        #expect(issues.contains { $0["field"] == .string(field) && $0["code"] == .string(code) }, "\(refused.text)")
    }

    @Test func `is there once for holder, days, measure and currency`() throws {
        let fields: JSONObject = ["period": "month"]
        let first = try add(fields)
        #expect(first.status == .created, "\(first.text)")
        let again = try add(["to": "2027-01-31"])
        #expect(again.status == .unprocessableContent)
        #expect(again.text.contains("\"taken\""), "\(again.text)")
        #expect(try add(["period": "month", "currency": "EUR"]).status == .created)
        #expect(try add(["period": "month", "measure": "won_deals"]).status == .created)
        #expect(try add(["period": "month", "user": nil]).status == .created)
        #expect(try add(["period": "month", "user": nil]).text.contains("\"taken\""))
        // One in the bin does not count, and does not come back beside another.
        let path = "/v1/targets/\(first["id"].text)"
        #expect(try koi.request(.delete, path).status == .noContent)
        #expect(try add(fields).status == .created)
        #expect(try koi.request(.put, path + "/restoration").status == .unprocessableContent)
    }

    @Test func `changes from a sum to a number and loses its currency`() throws {
        let made = try add(["period": "month"])
        let changed = try koi.request(.patch, "/v1/targets/\(made["id"].text)", ["measure": "leads_answered"])
        #expect(changed.status == .ok, "\(changed.text)")
        #expect(changed["currency"].isNull)
    }

    @Test func `is seen by who has it, by who leads the team, and set by the latter`() throws {
        let (east, west) = (try office.team("East"), try office.team("West"))
        let anna = try office.person("Anna", team: east)
        let (lead, other) = (
            try office.person("Lea", role: leader(), team: east), try office.person("Otto", team: west)
        )
        let (nobody, days): (JSONObject, JSONObject) = (["user": nil], ["period": "month"])
        func add(_ holder: JSONObject, _ key: String? = nil) throws -> TestAnswer {
            try self.add(nobody.adding(days).adding(holder), key: key)
        }
        let own = try add(["user": .integer(anna.id)], lead.key)
        let team = try add(["team": .integer(east)], lead.key)
        let company = try add([:])
        for made in [own, team, company] { #expect(made.status == .created, "\(made.text)") }
        #expect(try add(["team": .integer(west)], lead.key).status == .forbidden)
        #expect(try add(["user": .integer(other.id)], lead.key).status == .forbidden)
        #expect(try add(["user": .integer(anna.id)], anna.key).status == .forbidden)
        func seen(_ key: String) throws -> [JSONValue] {
            try koi.request(.get, "/v1/targets", key: key).items.map { $0["id"] }
        }
        #expect(try seen(anna.key) == [own["id"]])
        #expect(try Set(seen(lead.key).map(\.text)) == Set([own["id"], team["id"]].map(\.text)))
        #expect(try seen(other.key).isEmpty)
        #expect(try seen(koi.key).count == 3)
        #expect(try koi.request(.get, "/v1/targets/\(team["id"].text)", key: anna.key).status == .notFound)
        let changed = try koi.request(.patch, "/v1/targets/\(team["id"].text)", ["value": 5], key: lead.key)
        #expect(changed.status == .ok, "\(changed.text)")
        #expect(
            try koi.request(.patch, "/v1/targets/\(own["id"].text)", ["value": 5], key: anna.key).status == .forbidden
        )
    }

    private func leader() throws -> Int64 {
        let rights: JSONValue = ["read": "team", "create": "team", "change": "team"]
        return try office.role("Leader", ["targets": rights, "users": ["read": "all"], "teams": ["read": "all"]])
    }
}

extension JSONObject {
    fileprivate func adding(_ other: JSONObject) -> JSONObject {
        var sum = self
        for member in other.members { sum[member.name] = member.value }
        return sum
    }
}
