import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

/// How good records are, which are to be mended, and who is to see to it.
struct `The quality of records` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private static let full: JSONObject = [
        "name": "Full", "phone": "+86 23 6868 1234", "email": "info@acme.com", "industry": "I", "region": "R",
        "address": "Somewhere 1", "source": "S", "tier": "vip", "owner": 1,
    ]

    private func add(_ values: JSONObject) throws -> Int64 {
        try koi.make("customers", .object(values))
    }

    private func speak(for customer: Int64) throws {
        _ = try koi.make("contacts", ["name": "C", "customers": [["customer": .integer(customer)]]])
    }

    private func quality(of id: Int64, key: String? = nil) throws -> TestAnswer {
        let answer = try koi.request(.get, "/v1/customers/\(id)/quality", key: key)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer
    }

    private func listed(_ query: String = "", key: String? = nil) throws -> [String] {
        var found: [String] = []
        var cursor = ""
        repeat {
            let answer = try koi.request(.get, "/v1/quality?resource=customers\(query)\(cursor)", key: key)
            try #require(answer.status == .ok, "\(answer.text)")
            found += answer.items.map { item in
                let faults = (item["faults"].arrayValue ?? []).compactMap(\.stringValue)
                return "\(item["record"]["id"].text) \(item["score"].text) \(faults.joined(separator: ","))"
            }
            cursor = answer["next"].stringValue.map { "&cursor=" + $0 } ?? ""
        } while !cursor.isEmpty
        return found
    }

    @Test func `says how complete a record is, and what is missing`() throws {
        let id = try add(Self.full)
        try speak(for: id)
        #expect(try quality(of: id)["score"] == 100)
        #expect(try quality(of: id)["missing"] == [])
        #expect(try quality(of: id)["faults"] == [])
        #expect(try quality(of: id)["steward"] == 1)
        try koi.request(.patch, "/v1/customers/\(id)", ["phone": nil, "tier": nil])
        let worse = try quality(of: id)
        // 12 points in all, of which telephone and tier have 4.
        #expect(worse["score"] == 66)
        #expect(worse["missing"] == [["field": "phone", "weight": 3], ["field": "tier", "weight": 1]])
        #expect(worse["faults"] == ["incomplete"])
    }

    @Test func `goes by the weights and days of the company`() throws {
        let id = try add(Self.full)
        try speak(for: id)
        try koi.request(.patch, "/v1/customers/\(id)", ["phone": nil])
        let set = try koi.request(
            .patch,
            "/v1/settings",
            ["qualityWeights": ["customers.phone=0", "customers.website=4"], "staleAfter": 10]
        )
        #expect(set.status == .ok, "\(set.text)")
        // 13 points in all, of which the website has 4.
        #expect(try quality(of: id)["score"] == 69)
        #expect(try quality(of: id)["missing"] == [["field": "website", "weight": 4]])
        #expect(try quality(of: id)["faults"] == ["incomplete"])
        koi.clock.advance(by: .seconds(11 * 86_400))
        #expect(try quality(of: id)["faults"] == ["incomplete", "stale"])
        for weights in [
            ["customers.phone=-1"], ["customers.nothing=1"], ["teams.name=1"], ["phone"], ["customers.custom=1"],
        ] {
            let refused = try koi.request(
                .patch,
                "/v1/settings",
                ["qualityWeights": .array(weights.map(JSONValue.string))]
            )
            #expect(refused.status == .unprocessableContent, "\(weights)")
        }
        #expect(try koi.request(.patch, "/v1/settings", ["steward": 99]).status == .unprocessableContent)
    }

    @Test func `lists what is to be mended, the least complete first`() throws {
        let good = try add(Self.full)
        try speak(for: good)
        let bare = try add(["name": "Bare"])
        var values = Self.full
        values["name"] = "Alone"
        values["email"] = nil
        let alone = try add(values)
        values["name"] = "Typed"
        values["phone"] = "023 6868 1235"
        values["kind"] = "person"
        let typed = try add(values)
        let all = [
            "\(bare) 0 incomplete,noOwner,noContact", "\(alone) 83 incomplete,noContact",
            "\(typed) 83 incomplete,phoneWithoutCountry",
        ]
        #expect(try listed() == all)
        #expect(try listed("&limit=1") == all)
        #expect(try listed("&fault=noOwner") == [all[0]])
        #expect(try listed("&fault=noOwner,phoneWithoutCountry") == [all[0], all[2]])
        #expect(try listed("&score=50") == [all[0]])
        #expect(try listed("&tier=vip&fault=noContact") == [all[1]])
        #expect(try listed("&fault=stale").isEmpty)
        koi.clock.advance(by: .seconds(181 * 86_400))
        #expect(try listed("&fault=stale").count == 4)
        for query in [
            "", "?resource=teams", "?resource=customers&fault=x", "?resource=customers&score=101",
            "?resource=customers&sort=id",
        ] {
            #expect(try koi.request(.get, "/v1/quality" + query).status == .badRequest, "\(query)")
        }
    }

    @Test func `tells of an address from which messages come back, as long as it is the address`() throws {
        let id = try add(Self.full)
        try speak(for: id)
        try koi.app.perform { transaction in
            let digest = MessageChannel.mail.digest(of: "info@acme.com")
            try Suppressions(transaction).add(.undeliverable, digest, on: .mail)
        }
        #expect(try quality(of: id)["faults"] == ["bounced"])
        try koi.request(.patch, "/v1/customers/\(id)", ["email": "other@acme.com"])
        #expect(try quality(of: id)["faults"] == [])
    }

    private func leave(_ person: Office.Person) throws {
        try koi.app.perform { transaction in
            _ = try transaction.connection.run("UPDATE users SET active = 0 WHERE id = ?", [.integer(person.id)])
        }
    }

    @Test func `is looked after by the owner, the lead of the team, or whom the company names`() throws {
        let office = Office(koi)
        let (lead, steward) = (try office.person("Lead"), try office.person("Steward"))
        let upper = try koi.make("teams", ["name": "Upper", "lead": .integer(lead.id)])
        let lower = try koi.make("teams", ["name": "Lower", "parent": .integer(upper)])
        let li = try office.person("Li", team: lower)
        let id = try office.customer("Acme", of: li)
        let nobodys = try office.customer("Free", of: nil)
        #expect(try quality(of: id)["steward"] == .integer(li.id))
        #expect(try quality(of: nobodys)["steward"] == nil)
        #expect(try koi.request(.patch, "/v1/settings", ["steward": .integer(steward.id)]).status == .ok)
        #expect(try quality(of: nobodys)["steward"] == .integer(steward.id))
        // One who left owns what was not handed over.
        try leave(li)
        #expect(try quality(of: id)["steward"] == .integer(lead.id))
        #expect(try listed("&fault=inactiveOwner").count == 1)
        try leave(lead)
        #expect(try quality(of: id)["steward"] == .integer(steward.id))
    }

    @Test func `is told as far as one sees the records and their fields`() throws {
        let office = Office(koi)
        let (li, wang) = (try office.person("Li"), try office.person("Wang"))
        let own = try office.customer("Own", of: li)
        let other = try office.customer("Other", of: wang)
        #expect(try listed(key: li.key).map { $0.prefix { $0 != " " } } == ["\(own)"])
        #expect(try koi.request(.get, "/v1/customers/\(other)/quality", key: li.key).status == .notFound)
        func counts(_ query: String = "", key: String? = nil) throws -> TestAnswer {
            try koi.request(.get, "/v1/quality/counts?resource=customers\(query)", key: key)
        }
        let mine = try counts(key: li.key).items
        #expect(mine.map { $0["owner"] } == [.integer(li.id)])
        #expect(mine.first?["faults"]["incomplete"] == 1)
        #expect(mine.first?["records"] == 1)
        #expect(try counts().items.count == 2)
        #expect(try counts("&by=team").items.map { $0["records"] } == [2])
        let held: JSONValue = [
            "customers": ["phone": ["read": "hidden"], "email": ["read": "masked"], "owner": ["read": "hidden"]]
        ]
        let half = try koi.person(["customers": ["read": "all"]], held: held)
        try koi.request(.patch, "/v1/customers/\(own)", ["phone": "023 6868 1234"])
        let shown = try quality(of: own, key: half.key)
        #expect(!shown.text.contains("phone"))
        #expect(shown["steward"] == nil)
        #expect(shown["missing"].arrayValue?.contains(["field": "email", "weight": 2]) == true)
        #expect(try counts(key: half.key).status == .forbidden)
    }
}
