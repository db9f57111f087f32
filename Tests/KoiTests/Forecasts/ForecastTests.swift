import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `The forecast` {
    private static let path = "/v1/reports/forecast"
    private let desk: SalesDesk
    private var koi: TestApp { desk.koi }

    init() throws {
        desk = try SalesDesk()
    }

    private func rows(_ query: String = "", key: String? = nil) throws -> [JSONValue] {
        let answer = try koi.request(.get, Self.path + query, key: key)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer["rows"].arrayValue ?? []
    }

    private func deal(_ amount: Int64, _ close: JSONValue, _ fields: JSONObject = [:]) throws {
        var all: JSONObject = ["amount": .integer(amount), "expectedClose": close]
        for member in fields.members { all[member.name] = member.value }
        _ = try desk.deal(all)
    }

    @Test func `tells amounts by month and currency, and what is overdue or has no day`() throws {
        // In the first stage, where 5 of 100 are won.
        try deal(1_010, "2026-11-22")
        try deal(1_000, "2026-11-30", ["probability": 60])
        try deal(700, "2026-11-21")
        try deal(30, nil)
        try deal(500, "2026-12-01")
        try deal(40, "2027-03-01")
        try deal(900, "2026-11-25", ["currency": "EUR"])
        _ = try desk.wonDeal(["amount": 333])
        try deal(1_000, "2026-12-31")
        let answer = try koi.request(.get, Self.path + "?months=3")
        #expect(answer["today"] == "2026-11-22")
        let rows = answer["rows"].arrayValue ?? []
        func column(_ name: String) -> [JSONValue] { rows.map { $0[name] } }

        #expect(column("currency") == ["CNY", "CNY", "CNY", "CNY", "CNY", "EUR"])
        #expect(column("line") == ["overdue", "month", "month", "later", "undated", "month"])
        #expect(column("month") == [nil, "2026-11", "2026-12", nil, nil, "2026-11"])
        #expect(column("deals") == [1, 2, 2, 1, 1, 1])
        #expect(column("amount") == [700, 2_010, 1_500, 40, 30, 900])
        // 50.5 and 600 are 650.5; rounded half up once.
        #expect(column("weighted") == [35, 651, 75, 2, 2, 45])
        #expect(column("newAmount") == [700, 2_010, 500, 40, 30, 900])
        #expect(column("existingAmount") == [0, 0, 1_000, 0, 0, 0])
        #expect(column("existingWeighted") == [0, 0, 50, 0, 0, 0])
        #expect(column("won") == [nil, 1, nil, nil, nil, 0])
        #expect(column("wonAmount") == [nil, 333, nil, nil, nil, 0])
        #expect(column("byHistory").allSatisfy { $0.isNull })
    }

    @Test func `weighs by what came of the deals of the same stage, once these are enough`() throws {
        for number in 0..<20 { try close(try desk.deal(), isWon: number < 7) }
        try deal(1_001, "2026-12-01")
        try deal(1_000, "2026-12-02", ["stage": .integer(SalesDesk.firstContact)])

        let row = try #require(rows().first { $0["month"] == "2026-12" })

        // 7 of 20 of 1,001, which are 350.35, and 10 of 100 of 1,000.
        #expect(row["byHistory"] == 450)
        #expect(row["historyDeals"] == 1)
        let stages = try koi.request(.get, "/v1/reports/stage-outcomes")["stages"].arrayValue ?? []
        #expect(stages.count == 7)
        #expect(
            stages.first == [
                "pipeline": 1, "stage": 1, "name": "Lead", "probability": 5, "won": 7, "lost": 13, "share": 35,
            ]
        )
        #expect(stages[1]["share"].isNull)
    }

    private func close(_ deal: Int64, isWon: Bool) throws {
        let body: JSONValue = [
            "stage": .integer(isWon ? SalesDesk.won : SalesDesk.lost), "force": true, "reason": "x",
            "lostReason": isWon ? .null : "price",
        ]
        let moved = try koi.request(.put, "/v1/deals/\(deal)/stage", body)
        #expect(moved.status == .ok, "\(moved.text)")
    }

    @Test func `groups by owner, team and pipeline, of what one sees`() throws {
        let office = Office(koi)
        let east = try office.team("East")
        let (anna, boris) = (try office.person("Anna", team: east), try office.person("Boris", team: east))
        try deal(100, "2026-12-01", ["owner": .integer(anna.id)])
        try deal(20, "2026-12-01", ["owner": .integer(boris.id)])
        try deal(3, "2026-12-01")
        func groups(_ grouping: String, key: String? = nil) throws -> [[JSONValue]] {
            try rows("?groupBy=" + grouping, key: key).map { [$0["group"], $0["name"], $0["amount"]] }
        }
        let (first, second): (JSONValue, JSONValue) = (.integer(anna.id), .integer(boris.id))
        #expect(try groups("owner") == [[first, "Anna", 100], [second, "Boris", 20], [nil, "Nobody", 3]])
        #expect(try groups("team") == [[.integer(east), "East", 120], [nil, "None", 3]])
        #expect(try groups("pipeline") == [[1, "Standard", 123]])
        #expect(try groups("none") == [[nil, nil, 123]])
        #expect(try groups("owner", key: anna.key) == [[first, "Anna", 100]])
        let table = [("Accept", "text/csv")]
        #expect(try koi.request(.get, Self.path, key: anna.key, fields: table).status == .forbidden)
        let text = try koi.request(.get, Self.path + "?groupBy=team", fields: table).text
        #expect(text.contains("East,CNY,Within the month,2026-12,2,120,6,,0,2,120,6,0,0,0,,\r\n"), "\(text)")
        for query in ["groupBy=stage", "months=0", "from=2026-01-01"] {
            #expect(try koi.request(.get, Self.path + "?" + query).status == .badRequest, "\(query)")
        }
    }

    @Test func `reads an index alone, in its order`() throws {
        for byOwner in [false, true] {
            for visibility in [Visibility.all, .owned(field: "owner", by: [2, 3])] {
                let sql = Forecast.openDeals(byOwner: byOwner, visibility)
                let steps = try koi.app.perform { transaction in
                    try transaction.connection.rows("EXPLAIN QUERY PLAN " + sql.sql, sql.values) { $0.text(3) }
                }
                #expect(steps == ["SEARCH t USING COVERING INDEX deals_forecast (state=?)"])
            }
        }
    }

    @Test func `stays exact where sums have no room in 64 bits`() throws {
        let most = Money.range.upperBound
        try koi.app.perform { transaction in
            let store = RecordStore(Deal.resource, transaction.connection)
            let record = try store.findAny(
                try RecordService(Deal.resource, transaction).add([
                    "name": "大", "customer": .integer(desk.customer), "amount": .integer(most - 1),
                    "expectedClose": "2026-12-01", "probability": 99,
                ]).id,
                .all
            )
            for _ in 1..<100 { _ = try store.insert(record) }
        }
        let row = try #require(rows().first)
        #expect(row["deals"] == 100)
        #expect(row["amount"] == .integer((most - 1) * 100))
        #expect(row["weighted"] == .integer((most - 1) * 99))
    }

    @Test func `agrees with the lists, whatever was done`() throws {
        let office = Office(koi)
        let people = try ["Anna", "Boris"].map { try office.person($0) }
        let days: [JSONValue] = [
            "2026-11-20", "2026-11-22", "2026-11-30", "2026-12-01", "2027-11-30", "2030-01-01", nil,
        ]
        var state: UInt64 = 5
        func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % sides
        }
        for number in 0..<60 {
            let amount: JSONValue = roll(5) == 0 ? nil : .integer(Int64(roll(100_000)))
            let probability: JSONValue = roll(2) == 0 ? nil : .integer(Int64(roll(101)))
            let currency: JSONValue = roll(4) == 0 ? "USD" : "CNY"
            let made = try desk.deal([
                "amount": amount, "expectedClose": days[roll(days.count)], "currency": currency,
                "probability": probability, "owner": .integer(people[roll(2)].id),
                "stage": .integer(Int64(roll(2) + 1)),
            ])
            switch roll(6) {
            case 0: try koi.request(.delete, "/v1/deals/\(made)")
            case 1: try desk.change(made, ["stage": .integer(SalesDesk.lost), "lostReason": "price"])
            case 2 where number < 50: _ = try desk.wonDeal(["owner": .integer(people[0].id)])
            default: break
            }
        }
        for key in [koi.key] + people.map(\.key) {
            let deals = try koi.request(.get, "/v1/deals?state=open&limit=500", key: key).items
            let rows = try rows(key: key)
            for row in rows {
                let own = deals.filter { $0["currency"] == row["currency"] && isOf($0["expectedClose"], row) }
                let sums = own.map { deal -> (amount: Int64, parts: Int64, isExisting: Bool) in
                    let byStage: Int64 = deal["stage"] == 1 ? 5 : 10
                    let amount = deal["amount"].integerValue ?? 0
                    let probability = deal["probability"].integerValue ?? byStage
                    return (amount, amount * probability, deal["existing"] == true)
                }
                func weighted(_ parts: [Int64]) -> JSONValue { .integer((parts.reduce(0, +) + 50) / 100) }
                #expect(row["deals"] == .integer(Int64(own.count)))
                #expect(row["amount"] == .integer(sums.map(\.amount).reduce(0, +)))
                #expect(row["weighted"] == weighted(sums.map(\.parts)))
                #expect(row["newWeighted"] == weighted(sums.filter { !$0.isExisting }.map(\.parts)))
                #expect(row["existingDeals"] == .integer(Int64(sums.filter(\.isExisting).count)))
            }
            #expect(rows.compactMap { $0["deals"].integerValue }.reduce(0, +) == Int64(deals.count))
        }
    }

    /// Whether a deal that is expected on a day belongs to a row, today being 22 November 2026.
    private func isOf(_ day: JSONValue, _ row: JSONValue) -> Bool {
        guard let day = day.stringValue else { return row["line"] == "undated" }
        switch row["line"].stringValue ?? "" {
        case "overdue": return day < "2026-11-22"
        case "month": return day >= "2026-11-22" && day.hasPrefix(row["month"].stringValue ?? "-")
        case "later": return day >= "2027-11-01"
        default: return false
        }
    }
}
