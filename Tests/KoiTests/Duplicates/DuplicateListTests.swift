import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

/// All records that may be there twice, and what people decide about them.
struct `The list of duplicates` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func pairs(
        _ query: String = "",
        of resource: String = "customers",
        key: String? = nil
    ) throws -> [String] {
        var found: [String] = []
        var cursor = ""
        repeat {
            let answer = try koi.request(.get, "/v1/duplicates?resource=\(resource)\(query)\(cursor)", key: key)
            try #require(answer.status == .ok, "\(answer.text)")
            for item in answer.items {
                let ids = (item["records"].arrayValue ?? []).map { $0["id"].text }.joined(separator: "+")
                let kinds = (item["reasons"].arrayValue ?? []).compactMap { $0["kind"].stringValue }
                found.append("\(ids) \(item["score"].text) \(kinds.joined(separator: ","))")
            }
            cursor = answer["next"].stringValue.map { "&cursor=" + $0 } ?? ""
        } while !cursor.isEmpty
        return found
    }

    private func add(_ name: String, _ values: JSONObject = [:], owner: Int64? = nil) throws -> Int64 {
        let owner = owner.map(JSONValue.integer) ?? .null
        let own: JSONObject = ["name": .string(name), "owner": owner]
        return try koi.make("customers", .object(JSONObject(own.members + values.members)))
    }

    @Test func `has each pair with what both have in common, the likeliest first, page by page`() throws {
        let first = try add("重庆机械有限公司", ["region": "重庆"])
        let second = try add("重庆機械", ["region": "重庆", "phone": "138 0013 8000"])
        let third = try add("Nordlicht GmbH", ["phone": "+86 13800138000"])
        let fourth = try add("重庆激械公司")
        _ = try add("Somebody else")
        let wanted = [
            "\(second)+\(first) 75 name,place", "\(third)+\(second) 50 phone", "\(fourth)+\(second) 20 pinyin",
            "\(fourth)+\(first) 20 pinyin",
        ]
        #expect(try pairs() == wanted)
        #expect(try pairs("&limit=1") == wanted)
        #expect(try pairs("&score=50") == Array(wanted.prefix(2)))
        #expect(try pairs(of: "contacts").isEmpty)
    }

    @Test func `follows what the records are by now`() throws {
        let first = try add("A", ["email": "info@acme.com"])
        let second = try add("B", ["email": "info@acme.com"])
        let pair = "\(second)+\(first) 60 email"
        #expect(try pairs() == [pair])
        try koi.request(.patch, "/v1/customers/\(first)", ["email": "other@acme.com"])
        #expect(try pairs().isEmpty)
        try koi.request(.patch, "/v1/customers/\(first)", ["email": "INFO@acme.com"])
        #expect(try pairs() == [pair])
        try koi.request(.delete, "/v1/customers/\(second)")
        #expect(try pairs().isEmpty)
        try koi.request(.put, "/v1/customers/\(second)/restoration")
        #expect(try pairs() == [pair])
        let merge = try koi.merge(second, into: first)["id"].integerValue
        #expect(try pairs().isEmpty)
        try koi.unmerge(try #require(merge))
        #expect(try pairs() == [pair])
        try koi.request(.post, "/v1/customers/\(first)/erasure")
        #expect(try pairs().isEmpty)
    }

    @Test func `has only pairs of which one sees both, for what one sees`() throws {
        let office = Office(koi)
        let (li, wang) = (try office.person("Li"), try office.person("Wang"))
        let both: JSONObject = ["phone": "138 0013 8000"]
        let first = try add("Acme", both, owner: li.id)
        let second = try add("Acme Ltd", both, owner: li.id)
        let third = try add("Other", both, owner: wang.id)
        #expect(try pairs().count == 3)
        #expect(try pairs(key: li.key) == ["\(second)+\(first) 100 phone,name"])
        #expect(try pairs(key: wang.key).isEmpty)
        let masked = try koi.person(["customers": ["read": "all"]], held: ["customers": ["phone": ["read": "masked"]]])
        #expect(try pairs(key: masked.key) == ["\(second)+\(first) 50 name"])
        let nameless = try koi.person(
            named: "Blind",
            ["customers": ["read": "all"]],
            held: ["customers": ["name": ["read": "hidden"]]]
        )
        let answer = try koi.request(.get, "/v1/duplicates?resource=customers", key: nameless.key)
        #expect(answer.items.count == 3)
        #expect(!answer.text.contains("Acme"))
        #expect(try pairs("&limit=1", key: nameless.key).count == 3)
        _ = third
    }

    @Test func `has no pairs for what very many share`() throws {
        func pairs() throws -> Int64? {
            try koi.app.perform { try $0.connection.first("SELECT count(*) FROM duplicate_pairs") { $0.int(0) } }
        }
        for number in 1...Duplicate.common { _ = try add("C\(number) company", ["website": "group.example"]) }
        #expect(try pairs() == 1225)
        let one: JSONValue = ["name": "One more", "website": "group.example"]
        let made = try koi.request(.post, "/v1/customers", one)
        #expect(made.status == .created)
        #expect(try pairs() == 0)
        let second = try add("Two more", ["website": "group.example", "phone": "138 0013 8000"])
        // What all have in common says nothing of two that have more.
        let third = try add("Three more", ["website": "group.example", "phone": "13800138000"])
        #expect(try self.pairs() == ["\(third)+\(second) 50 phone"])
        try koi.request(.delete, "/v1/customers/\(third)")
        // And come back where it is not shared by as many.
        try koi.request(.patch, "/v1/customers/1", ["website": nil])
        #expect(try pairs() == 0)
        try koi.request(.delete, "/v1/customers/2")
        #expect(try pairs() == 1225)
        try koi.request(.put, "/v1/customers/2/restoration")
        #expect(try pairs() == 0)
        #expect(try koi.app.check() == [])
    }

    @Test func `goes on behind pairs that one does not see, and does not name them`() throws {
        let office = Office(koi)
        let (li, wang) = (try office.person("Li"), try office.person("Wang"))
        _ = [try add("Acme", owner: li.id), try add("Acme Ltd", owner: li.id)]
        _ = [try add("Other", owner: wang.id), try add("Other Ltd", owner: wang.id)]
        let path = "/v1/duplicates?resource=customers&limit=1"
        let next = try #require(try koi.request(.get, path)["next"].stringValue)
        let bytes = try #require(Base64URL.decode(next))
        #expect((try? JSONReader.read(bytes)) == nil)
        #expect(try koi.request(.get, path + "&cursor=" + next).items.count == 1)
        #expect(try koi.request(.get, path + "&score=30&cursor=" + next).status == .badRequest)
        #expect(try pairs(key: li.key).count == 1)
    }

    @Test func `leaves out what somebody has said is not the same, until that is taken back`() throws {
        let (first, second) = (try add("Acme"), try add("Acme Ltd"))
        #expect(try pairs().count == 1)
        let path = "/v1/customers/\(first)/distinctions"
        let said = try koi.request(.put, "\(path)/\(second)")
        #expect(said.status == .ok, "\(said.text)")
        #expect(said["record"] == .integer(second))
        #expect(said["user"] == 1)
        koi.clock.advance(by: .seconds(5))
        // Said again, from the other side, it is what it was.
        let again = try koi.request(.put, "/v1/customers/\(second)/distinctions/\(first)")
        #expect(again["at"] == said["at"])
        #expect(try pairs().isEmpty)
        #expect(try koi.request(.get, "/v1/customers/\(first)/duplicates").items.isEmpty)
        #expect(try koi.request(.get, path).items.map { $0["record"] } == [.integer(second)])
        #expect(
            try koi.request(.get, "/v1/customers/\(second)/distinctions").items.map { $0["record"] } == [
                .integer(first)
            ]
        )
        // Others may be the same as either.
        _ = try add("ACME GmbH")
        #expect(try pairs().count == 2)
        #expect(try koi.request(.delete, "\(path)/\(second)").status == .noContent)
        #expect(try koi.request(.delete, "\(path)/\(second)").status == .notFound)
        #expect(try pairs().count == 3)
        let types = try koi.events(of: "customers").map(\.type)
        #expect(
            types.filter { $0.hasSuffix("distinguished") } == ["customer.distinguished", "customer.undistinguished"]
        )
    }

    @Test func `is decided by whoever may change both`() throws {
        let office = Office(koi)
        let (li, wang) = (try office.person("Li"), try office.person("Wang"))
        let own = try add("Acme", owner: li.id)
        let other = try add("Acme Ltd", owner: wang.id)
        #expect(try koi.request(.put, "/v1/customers/\(own)/distinctions/\(other)", key: li.key).status == .notFound)
        #expect(try koi.request(.put, "/v1/customers/\(other)/distinctions/\(own)", key: li.key).status == .notFound)
        try office.share(other, with: li)
        #expect(try koi.request(.put, "/v1/customers/\(own)/distinctions/\(other)", key: li.key).status == .forbidden)
        try office.share(other, with: li, "write")
        #expect(try koi.request(.put, "/v1/customers/\(own)/distinctions/\(other)", key: li.key).status == .ok)
        #expect(try koi.request(.get, "/v1/customers/\(own)/distinctions", key: li.key).items.count == 1)
        #expect(try koi.request(.put, "/v1/customers/\(own)/distinctions/\(own)", key: li.key).code == "same_record")
    }

    @Test(arguments: [
        "", "?resource=teams", "?resource=customers&score=0", "?resource=customers&sort=id",
        "?resource=customers&cursor=x",
    ])
    func `refuses what it does not take`(query: String) throws {
        #expect(try koi.request(.get, "/v1/duplicates" + query).status == .badRequest)
    }
}
