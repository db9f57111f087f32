import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The report of repurchases` {
    private static let path = "/v1/reports/repurchase"
    private let desk: SalesDesk
    private var koi: TestApp { desk.koi }

    init() throws {
        desk = try SalesDesk()
    }

    private func buyer(_ name: String, _ fields: JSONObject = [:]) throws -> Int64 {
        var body: JSONObject = ["name": .string(name)]
        for member in fields.members { body[member.name] = member.value }
        let customer = try desk.make("/v1/customers", .object(body))
        _ = try desk.wonDeal(["customer": .integer(customer), "owner": fields["owner"] ?? nil])
        return customer
    }

    private func need(_ customer: Int64, _ fields: JSONObject = [:]) throws {
        var body: JSONObject = ["customer": .integer(customer), "what": "轴承"]
        for member in fields.members { body[member.name] = member.value }
        _ = try desk.make("/v1/needs", .object(body))
    }

    private func rows(_ query: String = "", key: String? = nil) throws -> [JSONValue] {
        let answer = try koi.request(.get, Self.path + query, key: key)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer["customers"].arrayValue ?? []
    }

    @Test func `has who bought and needs something, and who has been silent since`() throws {
        let (silent, needy, both) = (try buyer("沉默"), try buyer("需求"), try buyer("两者"))
        let (cared, dealing) = (try buyer("关怀"), try buyer("商机"))
        try need(both)
        // Who never bought is none of it.
        try need(desk.customer)
        koi.clock.advance(by: .seconds(200 * 86_400))
        try need(needy, ["when": "2027-08-01"])
        try need(needy, ["when": "2027-07-01", "status": "matched"])
        try need(needy, ["when": "2027-06-20", "status": "met"])
        let now = Timestamp.text(koi.clock.now)
        for customer in [needy, cared] {
            let call: JSONValue = [
                "kind": "call", "direction": "out", "customer": .integer(customer), "happenedAt": .string(now),
            ]
            _ = try desk.make("/v1/activities", call)
        }
        _ = try desk.deal(["customer": .integer(dealing)])
        _ = try buyer("新近")

        let answer = try koi.request(.get, Self.path)

        let rows = answer["customers"].arrayValue ?? []
        #expect(rows.map { $0["customer"] } == [both, needy, silent].map(JSONValue.integer))
        #expect(rows.map { $0["why"] } == ["both", "need", "silence"])
        #expect(rows.map { $0["openNeeds"] } == [1, 2, 0])
        #expect(rows.map { $0["nextNeed"] } == [nil, "2027-07-01", nil])
        #expect(rows.map { $0["silentDays"] } == [200, 0, 200])
        #expect(rows.first?["name"] == "两者")
        #expect(answer["total"] == 3)
        #expect(try self.rows("?silentDays=201").map { $0["why"] } == ["need", "need"])
        #expect(try self.rows("?limit=1").count == 1)
    }

    @Test func `is of what one sees`() throws {
        let office = Office(koi)
        let (anna, boris) = (try office.person("Anna"), try office.person("Boris"))
        let own = try buyer("A", ["owner": .integer(anna.id)])
        let other = try buyer("B", ["owner": .integer(boris.id)])
        try need(own, ["owner": .integer(anna.id)])
        // Somebody else's need of one's own customer is not told.
        try need(own, ["owner": .integer(boris.id)])
        try need(other, ["owner": .integer(boris.id)])
        let seen = try rows(key: anna.key)
        #expect(seen.map { $0["customer"] } == [.integer(own)])
        #expect(seen.map { $0["openNeeds"] } == [1])
        #expect(seen.map { $0["ownerName"] } == ["Anna"])
        #expect(try rows("?owner=\(boris.id)").map { $0["customer"] } == [.integer(other)])
        let table = [("Accept", "text/csv")]
        #expect(try koi.request(.get, Self.path, key: anna.key, fields: table).status == .forbidden)
        #expect(try koi.request(.get, Self.path, fields: table).text.contains("Needs something"))
        #expect(try koi.request(.get, Self.path + "?silentDays=0").status == .badRequest)
    }
}
