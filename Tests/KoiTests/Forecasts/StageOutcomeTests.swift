import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `What came of the deals of a stage` {
    @Test func `is what a recount finds, whatever was done with them`() throws {
        let desk = try SalesDesk()
        let other = try desk.make("/v1/pipelines", ["name": "Other"])
        var stages: [Int64] = []
        for (kind, name) in [("open", "A"), ("open", "B"), ("won", "C"), ("lost", "D")] {
            stages.append(
                try desk.make(
                    "/v1/stages",
                    ["pipeline": .integer(other), "name": .string(name), "kind": .string(kind)]
                )
            )
        }
        var state: UInt64 = 11
        func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % sides
        }
        let deals = try (0..<8).map { _ in try desk.deal(["amount": 5]) }
        var states: Set<String> = []
        for _ in 0..<150 {
            let deal = deals[roll(deals.count)]
            switch roll(8) {
            case 0: try desk.koi.request(.delete, "/v1/deals/\(deal)")
            case 1: try desk.koi.request(.put, "/v1/deals/\(deal)/restoration")
            default:
                let target = roll(3) > 0 ? Int64(roll(9) + 1) : stages[roll(stages.count)]
                let moved = try desk.koi.request(
                    .put,
                    "/v1/deals/\(deal)/stage",
                    [
                        "stage": .integer(target), "pipeline": .integer(stages.contains(target) ? other : 1),
                        "force": true, "reason": "x", "lostReason": lost(target, stages) ? "price" : nil,
                    ]
                )
                if moved.status == .ok { states.insert(moved["state"].stringValue ?? "") }
            }
            #expect(try kept(desk.koi) == recount(desk.koi))
        }
        #expect(states == ["open", "won", "lost"])
        #expect(try !kept(desk.koi).isEmpty)
    }

    private func lost(_ stage: Int64, _ others: [Int64]) -> Bool { stage == SalesDesk.lost || stage == others.last }

    private func kept(_ koi: TestApp) throws -> [String] {
        try lines(koi, "SELECT stage, won, lost FROM stage_outcomes WHERE won + lost > 0 ORDER BY stage")
    }

    private func recount(_ koi: TestApp) throws -> [String] {
        try lines(
            koi,
            """
            SELECT stage, sum(state = 'won'), sum(state = 'lost') FROM (
                SELECT DISTINCT h.stage, d.id, d.state FROM deals AS d
                JOIN deal_stages AS h ON h.deal = d.id JOIN stages AS s ON s.id = h.stage
                WHERE d.state <> 'open' AND d."removedAt" IS NULL AND s.kind = 'open' AND s.pipeline = d.pipeline
            ) GROUP BY stage ORDER BY stage
            """
        )
    }

    private func lines(_ koi: TestApp, _ sql: String) throws -> [String] {
        try koi.app.perform { transaction in
            try transaction.connection.rows(sql) { "\($0.int(0))|\($0.int(1))|\($0.int(2))" }
        }
    }
}

struct `The counts of what came of deals` {
    @Test func `are looked at by koi check`() throws {
        let desk = try SalesDesk()
        let deal = try desk.deal()
        try desk.change(deal, ["stage": .integer(SalesDesk.lost), "lostReason": "price"])
        #expect(try desk.koi.app.check().isEmpty)
        for change in ["UPDATE stage_outcomes SET won = 1", "DELETE FROM stage_outcomes"] {
            _ = try desk.koi.app.perform { try $0.connection.run(change) }
            let faults = try desk.koi.app.check()
            #expect(faults == ["stage_outcomes does not agree with the history of deals, of the stages 1"])
        }
    }
}

struct `The probability of a deal` {
    @Test func `is that of its stage, or its own, and what others came to`() throws {
        let desk = try SalesDesk()
        let deal = try desk.deal(["stage": .integer(SalesDesk.firstContact)])
        let path = "/v1/deals/\(deal)/probability"
        let first = try desk.koi.request(.get, path)
        #expect(first.status == .ok, "\(first.text)")
        #expect(
            first.json == [
                "probability": 10, "byStage": 10, "override": nil, "byHistory": nil,
                "history": ["stage": 2, "won": 0, "lost": 0, "enough": 20],
            ]
        )
        _ = try desk.koi.app.perform { transaction in
            try transaction.connection.run("INSERT INTO stage_outcomes (stage, won, lost) VALUES (2, 5, 16)")
        }
        try desk.change(deal, ["probability": 75])
        let second = try desk.koi.request(.get, path)
        #expect(second["probability"] == 75)
        #expect(second["override"] == 75)
        #expect(second["byStage"] == 10)
        #expect(second["byHistory"] == 23.8)
        #expect(second["history"]["lost"] == 16)
    }

    @Test func `is not told to whom it is held back`() throws {
        let desk = try SalesDesk()
        let office = Office(desk.koi)
        let role = try office.role("Blind", ["*": ["read": "all"]])
        let person = try office.person("Vera", role: role)
        let path = "/v1/deals/\(try desk.deal())/probability"
        #expect(try desk.koi.request(.get, path, key: person.key).status == .ok)
        try desk.koi.request(.patch, "/v1/roles/\(role)", ["fields": ["deals": ["probability": ["read": "hidden"]]]])
        #expect(try desk.koi.request(.get, path, key: person.key).status == .notFound)
    }
}
