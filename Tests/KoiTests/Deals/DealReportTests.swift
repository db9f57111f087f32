import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The report of changes` {
    private static let names = [
        "opening", "new", "reopened", "increased", "decreased", "won", "lost", "removed", "closing",
    ]

    /// Deals and amounts of each line, of one currency.
    private func lines(_ answer: TestAnswer, _ currency: String = "CNY") -> [String: [Int64]] {
        var lines: [String: [Int64]] = [:]
        for sums in answer["currencies"].arrayValue ?? [] where sums["currency"] == .string(currency) {
            for name in Self.names {
                let sum: JSONValue = sums[name]
                lines[name] = [sum["deals"].integerValue ?? -1, sum["amount"].integerValue ?? -1]
            }
        }
        return lines
    }

    @Test func `counts deals whose customer was erased as before`() throws {
        let desk = try SalesDesk()
        let other = try desk.make("/v1/customers", ["name": "张三", "kind": "person"])
        let deal = try desk.deal(["amount": 500_000, "customer": .integer(other)])
        desk.koi.clock.advance(by: .seconds(60))
        let from = Timestamp.text(desk.koi.clock.now)
        desk.koi.clock.advance(by: .seconds(60))
        try win(desk, deal, amount: 500_000)
        desk.koi.clock.advance(by: .seconds(60))
        let path = "/v1/reports/pipeline-changes?from=\(from)&to=\(Timestamp.text(desk.koi.clock.now))"
        let before = try lines(desk.koi.request(.get, path))
        #expect(before["opening"] == [1, 500_000] && before["won"] == [1, 500_000], "\(before)")
        #expect(try desk.koi.request(.post, "/v1/customers/\(other)/erasure").status == .ok)
        #expect(try lines(desk.koi.request(.get, path)) == before)
    }

    @Test func `tells what came, grew, shrank and went, and what is left`() throws {
        let desk = try SalesDesk()
        let day = Duration.seconds(86_400)
        let (stays, grows, shrinks) = (
            try desk.deal(["amount": 1_000]), try desk.deal(["amount": 2_000]), try desk.deal(["amount": 3_000])
        )
        let (wins, loses, goes) = (
            try desk.deal(["amount": 4_000]), try desk.deal(["amount": 5_000]), try desk.deal(["amount": 6_000])
        )
        let old = try desk.deal(["amount": 7_000, "stage": .integer(SalesDesk.lost), "lostReason": "price"])
        desk.koi.clock.advance(by: day)
        let from = Timestamp.text(desk.koi.clock.now)

        try desk.change(grows, ["amount": 2_500])
        try desk.change(shrinks, ["amount": 2_900])
        try win(desk, wins, amount: 4_400)
        try desk.change(loses, ["stage": .integer(SalesDesk.lost), "lostReason": "competitor"])
        try desk.koi.request(.delete, "/v1/deals/\(goes)")
        try desk.change(old, ["stage": .integer(SalesDesk.lead)])
        _ = try desk.deal(["amount": 800])
        _ = try desk.wonDeal()
        _ = try desk.deal(["amount": 90, "currency": "EUR"])
        desk.koi.clock.advance(by: day)
        let to = Timestamp.text(desk.koi.clock.now)
        // What comes later is none of it.
        try desk.change(stays, ["amount": 9_999])
        try desk.change(grows, ["stage": .integer(SalesDesk.lost), "lostReason": "price"])
        _ = try desk.deal(["amount": 1])

        let report = try desk.koi.request(.get, "/v1/reports/pipeline-changes?from=\(from)&to=\(to)")

        #expect(report.status == .ok, "\(report.text)")
        #expect(
            lines(report) == [
                "opening": [6, 21_000], "new": [2, 500_800], "reopened": [1, 7_000], "increased": [2, 900],
                "decreased": [1, 100], "won": [2, 504_400], "lost": [1, 5_000], "removed": [1, 6_000],
                "closing": [5, 14_200],
            ]
        )
        #expect(lines(report, "EUR")["new"] == [1, 90])
        #expect(lines(report, "EUR")["closing"] == [1, 90])
    }

    /// Moves a deal to where it is won, by force.
    private func win(_ desk: SalesDesk, _ deal: Int64, amount: Int64) throws {
        try desk.change(deal, ["amount": .integer(amount)])
        let moved = try desk.koi.request(
            .put,
            "/v1/deals/\(deal)/stage",
            ["stage": .integer(SalesDesk.won), "force": true, "reason": "x"]
        )
        #expect(moved.status == .ok, "\(moved.text)")
    }

    @Test func `agrees with what lists told at both times, whatever was done`() throws {
        let desk = try SalesDesk()
        var dice = Dice(seed: 7)
        func open() throws -> [Int64] {
            let items = try desk.koi.request(.get, "/v1/deals?state=open&limit=500").items
            return [Int64(items.count), items.reduce(0) { $0 + ($1["amount"].integerValue ?? 0) }]
        }
        for _ in 0..<20 { _ = try desk.deal(["amount": .integer(dice.roll(1_000))]) }
        var marks: [(time: Int64, open: [Int64])] = []
        for _ in 0..<4 {
            desk.koi.clock.advance(by: .seconds(3_600))
            marks.append((desk.koi.clock.now, try open()))
            for _ in 0..<15 { try step(desk, &dice) }
        }
        for (index, first) in marks.enumerated() {
            for last in marks[index...].dropFirst() {
                let (from, to) = (Timestamp.text(first.time), Timestamp.text(last.time))
                let found = lines(
                    try desk.koi.request(.get, "/v1/reports/pipeline-changes?from=\(from)&to=\(to)")
                )
                func sum(_ names: [String], _ place: Int) -> Int64 {
                    names.reduce(0) { $0 + (found[$1]?[place] ?? 0) }
                }
                #expect(found["opening"] == first.open)
                #expect(found["closing"] == last.open)
                let amount = sum(["opening", "new", "reopened", "increased"], 1)
                #expect(amount - sum(["decreased", "won", "lost", "removed"], 1) == last.open[1])
                let deals = sum(["opening", "new", "reopened"], 0)
                #expect(deals - sum(["won", "lost", "removed"], 0) == last.open[0])
            }
        }
    }

    private func step(_ desk: SalesDesk, _ dice: inout Dice) throws {
        let deal = dice.roll(20) + 1
        switch dice.roll(6) {
        case 0: _ = try desk.deal(["amount": .integer(dice.roll(1_000))])
        case 1: try desk.change(deal, ["amount": .integer(dice.roll(1_000))])
        case 2: try desk.change(deal, ["stage": .integer(SalesDesk.lost), "lostReason": "price"])
        case 3: try desk.change(deal, ["stage": .integer(SalesDesk.lead)])
        case 4: try desk.koi.request(.delete, "/v1/deals/\(deal)")
        default: try desk.koi.request(.put, "/v1/deals/\(deal)/restoration")
        }
    }

    @Test func `is of what one sees, and a table for whoever may export`() throws {
        let desk = try SalesDesk()
        let office = Office(desk.koi)
        let seller = try office.person("Anna")
        _ = try desk.deal(["amount": 100, "owner": .integer(seller.id)])
        _ = try desk.deal(["amount": 700])
        let path = "/v1/reports/pipeline-changes"
        #expect(lines(try desk.koi.request(.get, path))["new"] == nil)
        desk.koi.clock.advance(by: .seconds(1))
        #expect(lines(try desk.koi.request(.get, path))["new"] == [2, 800])
        #expect(lines(try desk.koi.request(.get, path, key: seller.key))["new"] == [1, 100])
        let table = [("Accept", "text/csv")]
        #expect(try desk.koi.request(.get, path, key: seller.key, fields: table).status == .forbidden)
        #expect(try desk.koi.request(.get, path, fields: table).text.contains("CNY,New,2,800\r\n"))
    }

    @Test(arguments: [
        "from=2026-11-23&to=2026-11-22", "from=2020-01-01&to=2026-01-01", "from=x", "to=0000-01-01", "limit=3",
        "from=2026-01-01&from=2026-01-01",
    ])
    func `is of a period that can be`(query: String) throws {
        let desk = try SalesDesk()
        #expect(try desk.koi.request(.get, "/v1/reports/pipeline-changes?" + query).status == .badRequest)
    }
}

/// Numbers that are the same in each run.
private struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func roll(_ sides: Int64) -> Int64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int64(state >> 33) % sides
    }
}

struct `The report of stages` {
    @Test func `tells conversion, time and problems of deals made within a period`() throws {
        let desk = try SalesDesk()
        let early = try desk.deal()
        desk.koi.clock.advance(by: .seconds(3_600))
        let from = Timestamp.text(desk.koi.clock.now)
        let (first, second) = (try desk.deal(), try desk.deal())
        _ = try desk.deal(["stage": .integer(SalesDesk.needs), "contact": .integer(desk.contact)])
        desk.koi.clock.advance(by: .seconds(100))
        try desk.koi.request(.post, "/v1/deals/\(first)/problems", ["text": "慢"])
        try desk.koi.request(
            .put,
            "/v1/deals/\(first)/stage",
            ["stage": .integer(SalesDesk.won), "force": true, "reason": "x"]
        )
        try desk.change(second, ["stage": .integer(SalesDesk.lost), "lostReason": "price"])
        try desk.change(early, ["stage": .integer(SalesDesk.lost), "lostReason": "price"])

        let report = try desk.koi.request(.get, "/v1/reports/deal-stages?from=\(from)")

        #expect(report.status == .ok, "\(report.text)")
        let lines = report["stages"].arrayValue ?? []
        #expect(lines.count == 9)
        #expect(
            lines.first == [
                "stage": 1, "name": "Lead", "deals": 2, "converted": 1, "conversion": 50, "won": 1,
                "meanSeconds": 100, "problems": 1,
            ]
        )
        #expect(lines[2]["deals"] == 1)
        #expect(lines[2]["conversion"] == 0)
        #expect(lines[3]["conversion"].isNull)
        let table = try desk.koi.request(
            .get,
            "/v1/reports/deal-stages?from=\(from)",
            fields: [("Accept", "text/csv")]
        )
        #expect(table.text.contains("Lead,2,1,50,1,100,1\r\n"), "\(table.text)")
    }

    @Test func `is of a pipeline that one sees`() throws {
        let desk = try SalesDesk()
        for query in ["pipeline=99", "pipeline=x", "stage=1"] {
            #expect(try desk.koi.request(.get, "/v1/reports/deal-stages?" + query).status == .badRequest, "\(query)")
        }
    }
}
