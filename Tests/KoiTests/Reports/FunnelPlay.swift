import KoiHTTP
import KoiJSON

@testable import Koi

/// Does this and that with leads and deals, the same in each run.
struct FunnelPlay {
    private let desk: SalesDesk
    private var koi: TestApp { desk.koi }
    private var state: UInt64
    private let owners: [Int64]
    private let campaign: Int64

    init(_ desk: SalesDesk, seed: UInt64) throws {
        self.desk = desk
        state = seed
        let office = Office(desk.koi)
        owners = [1] + (try ["Anna", "Ben", "Cai"].map { try office.person($0).id })
        campaign = try desk.koi.make("campaigns", ["name": "Fair"])
    }

    private mutating func roll(_ sides: Int64) -> Int64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int64(state >> 33) % sides
    }

    private mutating func pick<T>(_ all: [T]) -> T { all[Int(roll(Int64(all.count)))] }

    mutating func step() throws {
        koi.clock.advance(by: .seconds(roll(20_000)))
        let (lead, other, deal) = (roll(25) + 1, roll(25) + 1, roll(20) + 1)
        let path = "/v1/leads/\(lead)"
        switch roll(16) {
        case 0, 1, 2: try add()
        case 3:
            try koi.request(.patch, path, ["status": .string(pick(["new", "contacted", "qualified", "unqualified"]))])
        case 4: try koi.request(.patch, path, ["owner": .integer(pick(owners)), "source": .string(source())])
        case 5:
            let order: JSONValue = roll(2) == 0 ? ["makeDeal": true] : [:]
            try koi.request(.put, path + "/conversion?allowDuplicate=true", order)
        case 6: try koi.request(.delete, path + "/conversion?rest=leave")
        case 7: try koi.request(.delete, path)
        case 8: try koi.request(.put, path + "/restoration")
        case 9: _ = try desk.ask(["lead": .integer(lead), "amount": 100])
        case 10:
            _ = try desk.ask(SalesDesk.contractFields.with(["lead": .integer(lead), "stage": .integer(SalesDesk.won)]))
        case 11: try desk.change(deal, ["lead": .integer(other)])
        case 12: try koi.request(.delete, "/v1/deals/\(deal)")
        case 13: try koi.request(.put, "/v1/deals/\(deal)/restoration")
        case 14: try moveDeal(deal)
        default: try rare(lead, other)
        }
    }

    private mutating func source() -> String { pick(LeadSource.choices.map(\.code)) }

    private mutating func add() throws {
        let day = roll(70)
        try koi.request(
            .post,
            "/v1/leads?allowDuplicate=true",
            [
                "name": "王芳", "mobile": "13900139000", "source": .string(source()),
                "owner": .integer(pick(owners)), "campaign": roll(2) == 0 ? .integer(campaign) : .null,
                "receivedAt": .string(Timestamp.text(koi.clock.now - day * 86_400_000 - roll(86_400_000))),
            ]
        )
    }

    private mutating func moveDeal(_ deal: Int64) throws {
        let stage = pick([SalesDesk.lead, SalesDesk.won, SalesDesk.lost])
        try desk.change(deal, ["lostReason": stage == SalesDesk.lost ? "price" : nil])
        try koi.request(.put, "/v1/deals/\(deal)/stage", ["stage": .integer(stage), "force": true, "reason": "x"])
    }

    private mutating func rare(_ lead: Int64, _ other: Int64) throws {
        switch roll(4) {
        case 0: try koi.request(.post, "/v1/leads/\(lead)/erasure")
        case 1:
            try koi.request(
                .patch,
                "/v1/leads?owner=\(pick(owners))",
                ["campaign": roll(2) == 0 ? .integer(campaign) : .null]
            )
            try koi.worker(MassJob.kind(batch: 5)).runDue()
        case 2: try koi.merge(lead, into: other, of: "leads")
        default: try koi.request(.post, "/v1/activities", ["kind": "call", "lead": .integer(lead)])
        }
    }
}

extension JSONObject {
    fileprivate func with(_ others: JSONObject) -> JSONObject {
        var result = self
        for member in others.members { result[member.name] = member.value }
        return result
    }
}
