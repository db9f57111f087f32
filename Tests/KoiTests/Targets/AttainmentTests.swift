import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The report of attainment` {
    private static let path = "/v1/reports/attainment"
    private let desk: SalesDesk
    private let office: Office
    private var koi: TestApp { desk.koi }

    init() throws {
        desk = try SalesDesk()
        office = Office(desk.koi)
    }

    private func target(_ fields: JSONObject) throws {
        var body: JSONObject = ["period": "month", "from": "2026-11-01"]
        for member in fields.members { body[member.name] = member.value }
        _ = try desk.make("/v1/targets", .object(body))
    }

    private func rows(_ query: String = "", key: String? = nil) throws -> [JSONValue] {
        let answer = try koi.request(.get, Self.path + query, key: key)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer["rows"].arrayValue ?? []
    }

    @Test func `tells of person, team and company what was reached and what is left`() throws {
        let above = try office.team("Sales")
        let below = try desk.make("/v1/teams", ["name": "East", "parent": .integer(above)])
        let (anna, boris) = (try office.person("Anna", team: below), try office.person("Boris", team: above))
        try target(["user": .integer(anna.id), "value": 1_000])
        try target(["team": .integer(above), "value": 1_000])
        try target(["team": .integer(below), "value": 3, "measure": "won_deals"])
        try target(["value": 3_000, "currency": "EUR"])
        _ = try desk.wonDeal(["amount": 333, "owner": .integer(anna.id)])
        _ = try desk.wonDeal(["amount": 500, "owner": .integer(boris.id)])
        _ = try desk.wonDeal(["amount": 7, "currency": "EUR", "owner": .integer(anna.id)])
        _ = try desk.wonDeal(["amount": 5_000, "currency": "EUR"])
        let gone = try desk.wonDeal(["amount": 9, "owner": .integer(anna.id)])
        try koi.request(.delete, "/v1/deals/\(gone)")
        // Of the next month by the company's clocks, though of this one by those of Greenwich.
        koi.clock.advance(by: .seconds(8 * 86_400 + 8 * 3_600))
        _ = try desk.wonDeal(["amount": 90, "owner": .integer(anna.id)])

        let rows = try rows("?from=2026-11-01&to=2026-11-30")

        #expect(rows.map { $0["holder"] } == ["user", "team", "team", "company"])
        #expect(rows.map { $0["name"] } == ["Anna", "Sales", "East", nil])
        #expect(rows.map { $0["reached"] } == [333, 833, 2, 5_007])
        #expect(rows.map { $0["percent"] } == [33.3, 83.3, 66.7, 166.9])
        #expect(rows.map { $0["remaining"] } == [667, 167, 1, 0])
        #expect(rows.map { $0["sight"] } == ["all", "all", "all", "all"])
    }

    @Test func `counts customers with their first purchase, and leads that were answered`() throws {
        let anna = try office.person("Anna")
        try target(["user": .integer(anna.id), "value": 4, "measure": "new_customers"])
        try target(["user": .integer(anna.id), "value": 2, "measure": "leads_answered"])
        let other = try desk.make("/v1/customers", ["name": "新客户"])
        let owner: JSONValue = .integer(anna.id)
        // Two deals that both began before the customer had bought: the first one makes it a customer.
        let (first, second) = (try desk.deal(["owner": owner]), try desk.deal(["owner": owner]))
        for deal in [first, second] {
            let won: JSONValue = ["stage": .integer(SalesDesk.won), "force": true, "reason": "x"]
            #expect(try koi.request(.put, "/v1/deals/\(deal)/stage", won).status == .ok)
        }
        _ = try desk.wonDeal(["owner": owner])
        _ = try desk.wonDeal(["owner": owner, "customer": .integer(other)])
        let lead = try desk.make("/v1/leads", ["name": "王芳", "owner": owner])
        _ = try desk.make("/v1/leads", ["name": "李四", "owner": owner])
        #expect(try koi.request(.patch, "/v1/leads/\(lead)", ["status": "contacted"]).status == .ok)

        #expect(try rows().map { $0["reached"] } == [2, 1])
    }

    @Test func `counts a first purchase as one, whatever became of other deals`() throws {
        try target(["value": 4, "measure": "new_customers"])
        let mistake = try desk.wonDeal()
        let deal = try desk.deal()
        try koi.request(.delete, "/v1/deals/\(mistake)")
        let won: JSONValue = ["stage": .integer(SalesDesk.won), "force": true, "reason": "x"]
        #expect(try koi.request(.put, "/v1/deals/\(deal)/stage", won).status == .ok)
        #expect(try rows().map { $0["reached"] } == [1])
        // It was made before the other customer bought for the first time.
        let other = try desk.make("/v1/customers", ["name": "新客户"])
        let moved = try desk.deal()
        koi.clock.advance(by: .seconds(60))
        _ = try desk.wonDeal(["customer": .integer(other)])
        try koi.request(.patch, "/v1/deals/\(moved)", ["customer": .integer(other)])
        #expect(try koi.request(.get, "/v1/deals/\(moved)")["existing"] == false)
        #expect(try rows().map { $0["reached"] } == [2])
    }

    @Test func `is of whoever had the deal when it was won`() throws {
        let (anna, boris) = (try office.person("Anna"), try office.person("Boris"))
        for person in [anna, boris] { try target(["user": .integer(person.id), "value": 1_000]) }
        let deal = try desk.wonDeal(["amount": 300, "owner": .integer(anna.id)])
        koi.clock.advance(by: .seconds(60))
        try koi.request(.put, "/v1/deals/\(deal)/owner", ["owner": .integer(boris.id), "reason": "x"])
        #expect(try koi.request(.get, "/v1/deals/\(deal)")["owner"] == .integer(boris.id))
        #expect(try rows().map { $0["reached"] } == [300, 0])
        #expect(try rows(key: anna.key).map { $0["reached"] } == [300])
        koi.clock.advance(by: .seconds(60))
        try koi.request(.put, "/v1/deals/\(deal)/owner", ["owner": .integer(anna.id), "reason": "x"])
        #expect(try rows().map { $0["reached"] } == [300, 0])
    }

    @Test func `is of the targets one sees, and says where one sees a part of what counts`() throws {
        let east = try office.team("East")
        let role = try office.role("Narrow", ["targets": ["read": "team"], "deals": ["read": "own"]])
        let (anna, boris) = (try office.person("Anna", role: role, team: east), try office.person("Boris", team: east))
        try target(["team": .integer(east), "value": 1_000])
        try target(["user": .integer(anna.id), "value": 1_000])
        try target(["value": 1_000])
        _ = try desk.wonDeal(["amount": 300, "owner": .integer(anna.id)])
        _ = try desk.wonDeal(["amount": 500, "owner": .integer(boris.id)])

        let seen = try rows(key: anna.key)

        #expect(seen.map { $0["holder"] } == ["team", "user"])
        #expect(seen.map { $0["reached"] } == [300, 300])
        #expect(seen.map { $0["sight"] } == ["part", "all"])
        #expect(try rows(key: boris.key).isEmpty)
        #expect(try rows().map { $0["reached"] } == [800, 300, 800])
        let table = [("Accept", "text/csv")]
        #expect(try koi.request(.get, Self.path, key: anna.key, fields: table).status == .forbidden)
        let text = try koi.request(.get, Self.path, fields: table + [("Accept-Language", "zh")]).text
        #expect(text.contains("团队,East,月,2026-11-01,2026-11-30,赢单金额,CNY,1000,800,80,200,全部\r\n"), "\(text)")
    }

    @Test func `is of the days that are asked for`() throws {
        try target(["value": 5, "measure": "won_deals"])
        try target(["value": 6, "measure": "won_deals", "from": "2026-12-01"])
        try target(["value": 7, "measure": "won_deals", "from": "2026-01-01", "period": "year"])
        func values(_ query: String) throws -> [JSONValue] { try rows(query).map { $0["value"] } }
        #expect(try values("") == [7, 5])
        #expect(try values("?from=2026-12-05") == [7, 6])
        #expect(try values("?from=2026-11-30&to=2026-12-01") == [7, 5, 6])
        #expect(try values("?period=year,quarter") == [7])
        #expect(try values("?measure=won_amount").isEmpty)
        for query in ["from=2026-12-02&to=2026-12-01", "from=x", "limit=2", "period=week"] {
            #expect(try koi.request(.get, Self.path + "?" + query).status == .badRequest, "\(query)")
        }
    }

    @Test func `is refused to whom what counts is held back`() throws {
        let role = try office.role("Blind", ["*": ["read": "all"]])
        let vera = try office.person("Vera", role: role)
        try target(["value": 5])
        #expect(try koi.request(.get, Self.path, key: vera.key).status == .ok)
        let hidden: JSONValue = ["fields": ["deals": ["amount": ["read": "hidden"]]]]
        try koi.request(.patch, "/v1/roles/\(role)", hidden)
        #expect(try koi.request(.get, Self.path, key: vera.key).status == .forbidden)
    }
}
