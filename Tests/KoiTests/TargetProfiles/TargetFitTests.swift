import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A target profile` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func fit(_ path: String, key: String? = nil) throws -> TestAnswer {
        try koi.request(.get, "/v1/\(path)/fit", key: key)
    }

    @Test func `says why a customer is one that the company looks for`() throws {
        try koi.make(
            "target-profiles",
            [
                "name": "South-west", "industries": ["机械", "Machinery"], "regions": ["重庆"], "minimumSize": 50,
                "weights": ["industry": 3, "region": 2, "size": 1],
            ]
        )
        try koi.make("target-profiles", ["name": "Large", "minimumSize": 1_000])
        let made = try koi.make("customers", ["name": "A", "industry": "machinery", "region": "重庆市渝北区", "size": 20])
        let answer = try fit("customers/\(made)")
        #expect(answer["score"] == 83)
        #expect(answer["fits"] == false)
        #expect(answer.items.map { $0["name"] } == ["South-west", "Large"])
        let best = answer.items.first ?? .null
        #expect(best["matched"].arrayValue?.map { $0["criterion"] } == ["industry", "region"])
        #expect(
            best["unmatched"] == [["criterion": "size", "value": 20, "wanted": ["minimum": 50, "maximum": nil]]]
        )
        try koi.request(.patch, "/v1/customers/\(made)", ["size": 50])
        #expect(try fit("customers/\(made)")["fits"] == true)
    }

    @Test func `counts what is not known as not met, and tells the same of leads`() throws {
        try koi.make("target-profiles", ["name": "West", "regions": ["重庆"], "maximumSize": 10, "fitsFrom": 50])
        let lead = try koi.make("leads", ["name": "Wang", "region": "重庆"])
        let answer = try fit("leads/\(lead)")
        #expect(answer["score"] == 50)
        #expect(answer["fits"] == true)
        #expect(answer.items.first?["unmatched"].arrayValue?.first?["value"] == .null)
    }

    @Test func `that asks for nothing fits nobody`() throws {
        let customer = try koi.make("customers", ["name": "A"])
        #expect(try fit("customers/\(customer)")["score"] == nil)
        try koi.make("target-profiles", ["name": "Empty"])
        try koi.make("target-profiles", ["name": "Weightless", "regions": ["重庆"], "weights": ["region": 0]])
        #expect(try fit("customers/\(customer)")["score"] == 0)
        #expect(try fit("customers/\(customer)")["fits"] == false)
    }

    @Test func `tells nothing of fields that are held back`() throws {
        try koi.make("target-profiles", ["name": "West", "regions": ["重庆"], "minimumSize": 10])
        let customer = try koi.make("customers", ["name": "A", "region": "重庆", "size": 5])
        let li = try koi.person(
            ["customers": ["read": "all"], "target-profiles": ["read": "all"]],
            held: ["customers": ["region": ["read": "hidden"]]]
        )
        let answer = try fit("customers/\(customer)", key: li.key)
        #expect(answer["score"] == 0)
        #expect(!answer.text.contains("region"))
    }

    @Test(
        arguments: [
            (["minimumSize": 10, "maximumSize": 5], "maximumSize"), (["weights": ["colour": 1]], "weights.colour"),
            (["weights": ["size": -1]], "weights.size"), (["weights": ["size": "1"]], "weights.size"),
        ] as [(JSONValue, String)]
    )
    func `is refused where it cannot be`(fields: JSONValue, place: String) throws {
        let body = JSONObject([.init(name: "name", value: "P")] + (fields.objectValue?.members ?? []))
        let refused = try koi.request(.post, "/v1/target-profiles", .object(body))
        #expect(refused["errors"].arrayValue?.first?["field"] == .string(place), "\(refused.text)")
    }
}
