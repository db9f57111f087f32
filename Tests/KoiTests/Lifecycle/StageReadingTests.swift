import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The facts behind a stage` {
    private let desk: SalesDesk
    private let office: Office

    init() throws {
        desk = try SalesDesk()
        office = Office(desk.koi)
    }

    private var path: String { "/v1/customers/\(desk.customer)/" }

    /// The values of the facts that a document of a stage has, by fact.
    private func values(_ axis: String, key: String?) throws -> [String: JSONValue] {
        let stages = try desk.koi.request(.get, path + axis, key: key)["stages"].arrayValue ?? []
        let criteria = stages.flatMap { $0["criteria"].arrayValue ?? [] }
        return Dictionary(
            criteria.map { ($0["fact"].stringValue ?? "", $0["value"]) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    @Test func `are told to whoever may read what they are counted from`() throws {
        _ = try desk.wonDeal()
        try desk.koi.request(.patch, "/v1/customers/\(desk.customer)", ["openComplaints": 3])
        let role = try office.role("Blind", ["customers": ["read": "all", "change": "all"], "needs": ["read": "all"]])
        let hidden: JSONValue = ["read": "hidden"]
        let fields: JSONValue = [
            "customers": ["purchases": hidden, "lastPurchaseAt": hidden, "openComplaints": hidden]
        ]
        try desk.koi.request(.patch, "/v1/roles/\(role)", ["fields": fields])
        let person = try office.person("Vera", role: role)

        let told = try values("relationship-stage", key: nil)
        #expect(told["open_complaints"] == 3)
        #expect(told["purchases"] == 1)
        let blind = try values("relationship-stage", key: person.key)
        #expect(Set(blind.keys) == Set(told.keys))
        #expect(blind.values.filter { !$0.isNull } == [], "\(blind)")
        let lifecycle = try values("lifecycle", key: person.key)
        #expect(lifecycle["open_needs"] == 0)
        #expect(lifecycle["purchases"] == .null && lifecycle["open_deals"] == .null)

        let moves = try desk.koi.request(.get, path + "lifecycle/history", key: person.key).items
        let last = try #require(moves.last)
        #expect(last["stage"] == "signed")
        #expect(last["evidence"] == ["purchases": nil])
        #expect(last["type"] == .null && last["event"] == .null)
        let whole = try desk.koi.request(.get, path + "lifecycle/history").items.last
        #expect(whole?["evidence"] == ["purchases": 1])
        #expect(whole?["type"] == "deal.created")

        let order: JSONValue = ["stage": "win_back", "reason": "x"]
        let refused = try desk.koi.request(.put, path + "relationship-stage", order, key: person.key)
        #expect(refused.refused.contains("criteria.days_silent criterion_not_met"))
        #expect(refused.text.contains("Days of silence: …"), "\(refused.text)")
    }

    @Test func `count whom a customer has brought along at once`() throws {
        let set = try desk.koi.request(
            .patch,
            "/v1/settings",
            ["stageCriteria": [["stage": "potential", "fact": "referrals", "atLeast": 1]]]
        )
        #expect(set.status == .ok, "\(set.text)")
        func stage() throws -> JSONValue {
            try desk.koi.request(.get, "/v1/customers/\(desk.customer)")["lifecycle"]
        }
        let referrer = JSONValue.integer(desk.customer)
        let brought = try desk.make("/v1/customers", ["name": "B", "referrerCustomer": referrer])
        #expect(try stage() == "potential")
        try desk.koi.request(.patch, "/v1/customers/\(brought)", ["referrerCustomer": nil])
        #expect(try stage() == "target")
        let lead = try desk.make("/v1/leads", ["name": "L", "referrerCustomer": referrer])
        #expect(try stage() == "potential")
        try desk.koi.request(.delete, "/v1/leads/\(lead)")
        #expect(try stage() == "target")
    }

    @Test func `are asked for what can be`() throws {
        func refused(_ criteria: JSONValue) throws -> [String] {
            try desk.koi.request(.patch, "/v1/settings", ["stageCriteria": criteria]).refused
        }
        let least: JSONValue = ["stage": "signed", "fact": "purchases", "atLeast": 5]
        let most: JSONValue = ["stage": "signed", "fact": "purchases", "atMost": 3]
        #expect(try refused([least, most]) == ["stageCriteria[1] no_bounds"])
        for stage in ["target", "selection"] {
            let first: JSONValue = ["stage": .string(stage), "fact": "purchases", "atLeast": 1]
            #expect(try refused([first]) == ["stageCriteria[0].stage first_stage"])
        }
    }
}
