import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `Two campaigns that reach the same person` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
        for name in ["Fair", "Mailing"] { try koi.make("campaigns", ["name": .string(name)]) }
    }

    private func add(_ campaign: Int64?, _ mobile: String = "139 0013 9000") throws -> TestAnswer {
        var body: JSONObject = ["name": "王芳", "mobile": .string(mobile)]
        if let campaign { body["campaign"] = .integer(campaign) }
        return try koi.request(.post, "/v1/leads?allowDuplicate=true", .object(body))
    }

    @Test func `are told of at the lead`() throws {
        #expect(try add(1)["collisions"] == 0)
        #expect(try add(1)["collisions"] == 0)
        let second = try add(2)
        #expect(second["collisions"] == 1)
        #expect(try add(2, "138 0013 8000")["collisions"] == 0)
        #expect(try add(nil)["collisions"] == 0)
        #expect(try koi.request(.get, "/v1/leads?campaign=2&collisions.gt=0").items.ids == [second["id"].integerValue])
    }

    @Test func `are refused where the company wants that, for as long as it wants`() throws {
        try koi.request(.patch, "/v1/settings", ["campaignCollisions": "refuse", "campaignPeriod": 10])
        #expect(try add(1).status == .created)
        let refused = try add(2)
        #expect(refused.status == .conflict)
        #expect(refused.code == "campaign_collision")
        let without = try add(nil)
        #expect(without.status == .created)
        let changed = try koi.request(.patch, "/v1/leads/\(without["id"].text)", ["campaign": 2])
        #expect(changed.code == "campaign_collision")
        koi.clock.advance(by: .seconds(11 * 86_400))
        #expect(try add(2).status == .created)
    }

    @Test func `cannot be used to find out who is known`() throws {
        try koi.request(.patch, "/v1/settings", ["campaignCollisions": "refuse"])
        for number in 0..<40 { #expect(try add(1, "139 0013 90\(10 + number)").status == .created) }
        let sales = try koi.keyOfUser(role: Role.salesID)
        var codes: [String?] = []
        for number in 0..<40 {
            let body: JSONValue = ["name": "Li", "mobile": .string("139 0013 90\(10 + number)"), "campaign": 2]
            let answer = try koi.request(.post, "/v1/leads?allowDuplicate=true", body, key: sales)
            #expect(!answer.text.contains("(1)"))
            codes.append(answer.code)
        }
        #expect(codes.filter { $0 == "campaign_collision" }.count == 30)
        #expect(codes.suffix(10).allSatisfy { $0 == "too_many_requests" }, "\(codes.suffix(10))")
    }

    @Test func `by a form lose no lead`() throws {
        try koi.request(.patch, "/v1/settings", ["campaignCollisions": "refuse"])
        _ = try add(1)
        let form = try koi.request(.post, "/v1/forms", ["name": "F", "campaign": 2, "minimumSeconds": 0])
        let taken = try koi.request(
            .post,
            "/intake/" + (form["token"].stringValue ?? ""),
            ["name": "王芳", "mobile": "139 0013 9000"],
            key: ""
        )
        #expect(taken.status == .accepted)
        #expect(try koi.request(.get, "/v1/leads?campaign=2").items.first?["collisions"] == 1)
    }

    @Test func `are nobody's business where the company does not care`() throws {
        try koi.request(.patch, "/v1/settings", ["campaignCollisions": "off"])
        _ = try add(1)
        #expect(try add(2)["collisions"] == 0)
    }
}
