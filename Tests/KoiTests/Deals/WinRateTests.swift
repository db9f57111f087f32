import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The win rate` {
    private static let path = "/v1/reports/win-rate"
    private let desk: SalesDesk
    private var koi: TestApp { desk.koi }

    init() throws {
        desk = try SalesDesk()
    }

    private func lose(_ fields: JSONObject = [:]) throws {
        var all: JSONObject = ["stage": .integer(SalesDesk.lost), "lostReason": "price", "amount": 100]
        for member in fields.members { all[member.name] = member.value }
        _ = try desk.deal(all)
    }

    private func rows(_ query: String = "", key: String? = nil) throws -> [JSONValue] {
        let answer = try koi.request(.get, Self.path + query, key: key)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer["rows"].arrayValue ?? []
    }

    @Test func `tells new customers from existing ones, by number and amount, beside the benchmark`() throws {
        for _ in 0..<3 { try lose() }
        try lose(["currency": "EUR", "amount": 7])
        _ = try desk.wonDeal(["amount": 200])
        // From here on the customer has bought.
        _ = try desk.wonDeal(["amount": 300])
        try lose(["amount": 100])
        _ = try desk.deal(["amount": 900])
        koi.clock.advance(by: .seconds(1))

        let rows = try rows()

        func column(_ name: String) -> [JSONValue] { rows.map { $0[name] } }
        #expect(column("customers") == ["all", "all", "all", "new", "new", "new", "existing", "existing"])
        #expect(column("currency") == [nil, "CNY", "EUR", nil, "CNY", "EUR", nil, "CNY"])
        #expect(column("won") == [2, 2, 0, 1, 1, 0, 1, 1])
        #expect(column("lost") == [5, 4, 1, 4, 3, 1, 1, 1])
        #expect(column("rate") == [28.6, 33.3, 0, 20, 25, 0, 50, 50])
        #expect(column("wonAmount") == [nil, 500, 0, nil, 200, 0, nil, 300])
        #expect(column("lostAmount") == [nil, 400, 7, nil, 300, 7, nil, 100])
        #expect(column("amountRate") == [nil, 55.6, 0, nil, 40, 0, nil, 75])
        #expect(column("benchmarkFrom") == [5, 5, 5, 15, 15, 15, 50, 50])
        #expect(column("benchmarkTo") == [10, 10, 10, 15, 15, 15, 50, 50])
        #expect(try koi.request(.get, Self.path)["benchmarkSource"].stringValue?.contains("CRM如何扩大客源") == true)
    }

    @Test func `is grouped by owner, source, pipeline and month`() throws {
        let office = Office(koi)
        let anna = try office.person("Anna")
        let referred = try desk.make("/v1/customers", ["name": "介绍", "source": "referral"])
        let lead = try desk.make("/v1/leads", ["name": "王芳", "source": "exhibition", "owner": .integer(anna.id)])
        try lose(["owner": .integer(anna.id)])
        // What the lead came by counts before what the customer did.
        try lose(["customer": .integer(referred), "lead": .integer(lead)])
        koi.clock.advance(by: .seconds(10 * 86_400))
        _ = try desk.wonDeal(["customer": .integer(referred)])
        koi.clock.advance(by: .seconds(1))
        func groups(_ grouping: String, key: String? = nil) throws -> [[JSONValue]] {
            try rows("?groupBy=" + grouping, key: key)
                .filter { $0["customers"] == "all" && $0["currency"].isNull }
                .map { [$0["group"], $0["name"], $0["won"], $0["lost"]] }
        }
        #expect(try groups("owner") == [[.integer(anna.id), "Anna", 0, 1], [nil, "Nobody", 1, 1]])
        #expect(
            try groups("source")
                == [["exhibition", "Exhibition", 0, 1], ["referral", "Referral", 1, 0], [nil, "None", 0, 1]]
        )
        #expect(try groups("pipeline") == [[1, "Standard", 1, 2]])
        #expect(try groups("month") == [["2026-11", "2026-11", 0, 2], ["2026-12", "2026-12", 1, 0]])
        // A source that one does not see is none.
        #expect(try groups("source", key: anna.key) == [[nil, "None", 0, 1]])
        #expect(try koi.request(.get, Self.path + "?groupBy=stage").status == .badRequest)
    }

    @Test func `is of what one sees, and a table for whoever may export`() throws {
        let office = Office(koi)
        let anna = try office.person("Anna")
        try lose(["owner": .integer(anna.id)])
        try lose()
        koi.clock.advance(by: .seconds(1))
        #expect(try rows(key: anna.key).first?["lost"] == 1)
        #expect(try rows().first?["lost"] == 2)
        let table = [("Accept", "text/csv")]
        for path in [Self.path, "/v1/reports/losses"] {
            #expect(try koi.request(.get, path, key: anna.key, fields: table).status == .forbidden)
        }
        let text = try koi.request(.get, Self.path, fields: table).text
        #expect(text.contains("\r\n,All,All,0,2,0,,,,5,10\r\n"), "\(text)")
    }

    @Test func `comes with the reasons of losses, and whose fault they were`() throws {
        for reason in ["price", "price", "poor_response", "competitor", "involuntary"] {
            try lose(["lostReason": .string(reason), "amount": 10])
        }
        try lose(["lostReason": "price", "currency": "EUR", "amount": 4])
        _ = try desk.wonDeal()
        try lose(["lostReason": "involuntary", "amount": 90])
        koi.clock.advance(by: .seconds(1))

        let answer = try koi.request(.get, "/v1/reports/losses")

        #expect(answer.status == .ok, "\(answer.text)")
        let rows = answer["rows"].arrayValue ?? []
        let sums = rows.filter { $0["reason"].isNull && $0["currency"].isNull }
        #expect(sums.map { $0["class"] } == ["own", "competitor", "involuntary"])
        #expect(sums.map { $0["lost"] } == [4, 1, 2])
        #expect(sums.map { $0["share"] } == [57.1, 14.3, 28.6])
        #expect(sums.map { $0["existing"] } == [0, 0, 1])
        let price = rows.filter { $0["reason"] == "price" }
        #expect(price.map { $0["currency"] } == [nil, "CNY", "EUR"])
        #expect(price.map { $0["lost"] } == [3, 2, 1])
        #expect(price.map { $0["amount"] } == [nil, 20, 4])
        #expect(price.map { $0["share"] } == [42.9, 33.3, 100])
    }
}
