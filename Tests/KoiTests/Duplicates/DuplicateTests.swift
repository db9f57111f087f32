import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `Duplicates` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func found(of id: Int64, key: String? = nil) throws -> [String] {
        let answer = try koi.request(.get, "/v1/customers/\(id)/duplicates", key: key)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer.items.map { item in
            let kinds = (item["reasons"].arrayValue ?? []).compactMap { $0["kind"].stringValue }
            return "\(item["record"].text) \(item["score"].text) \(kinds.joined(separator: ","))"
        }
    }

    @Test(arguments: [
        ("重庆机械有限公司", "重慶機械股份有限公司", "name"), ("重庆机械", "重庆机械有限公司", "name"),
        ("Nordlicht GmbH", "NORDLICHT AG", "name"), ("Müller Ltd", "Muller", "name"),
        ("重庆机械有限公司", "重庆激械公司", "pinyin"),
    ])
    func `are found by the name up to script, case and legal form, and by how it is read`(
        first: String,
        second: String,
        kind: String
    ) throws {
        let asked = try koi.make("customers", ["name": .string(first)])
        let other = try koi.make("customers", ["name": .string(second)])
        _ = try koi.make("customers", ["name": "上海电子有限公司"])
        #expect(try found(of: asked) == ["\(other) \(kind == "name" ? 50 : 20) \(kind)"])
    }

    @Test(
        arguments: [
            (["phone": "+86 23 6868 1234"], ["phone": "0086-23-68681234"], "50 phone"),
            (["phone": "138 0013 8000"], ["phone": "+86 138 0013 8000"], "50 phone"),
            (["email": "Info@Example.com"], ["email": "info@example.com"], "75 email,domain"),
            (["website": "https://www.example.com/shop"], ["email": "li@example.com"], "15 domain"),
            (["address": "重庆市渝中区人民路 1 号"], ["address": "重庆市渝中区人民路1号"], "25 text"),
            (["email": "a@qq.com"], ["email": "b@qq.com"], ""),
        ] as [(JSONValue, JSONValue, String)]
    )
    func `are found by numbers, addresses and domains that both have`(
        first: JSONValue,
        second: JSONValue,
        wanted: String
    ) throws {
        func add(_ name: String, _ values: JSONValue) throws -> Int64 {
            let own = JSONObject([.init(name: "name", value: .string(name))] + (values.objectValue?.members ?? []))
            return try koi.make("customers", .object(own))
        }
        let asked = try add("Alpha", first)
        let other = try add("Omega", second)
        // What has nothing but its domain in common is hardly the same.
        let isListed = !wanted.isEmpty && !wanted.hasPrefix("15")
        #expect(try found(of: asked) == (isListed ? ["\(other) \(wanted)"] : []))
    }

    @Test func `count less by a name that very many have`() throws {
        let ids = try (0..<55).map {
            try koi.make("customers", ["name": "李明", "phone": .string("1380013\(8000 + $0)")])
        }
        let found = try found(of: ids[0])
        #expect(found.count == DuplicateSearch.maximumFound)
        #expect(found.allSatisfy { $0.hasSuffix(" 20 commonName") })
    }

    @Test func `are those that one sees, in fields that one sees`() throws {
        let office = Office(koi)
        let li = try office.person("Li")
        let wang = try office.person("Wang")
        let own = try office.customer("Nordlicht", of: li)
        let second = try office.customer("Nordlicht GmbH", of: li)
        let others = try office.customer("Nordlicht AG", of: wang)
        #expect(try found(of: own, key: li.key) == ["\(second) 50 name"])
        #expect(try found(of: own).count == 2)
        #expect(try koi.request(.get, "/v1/customers/\(others)/duplicates", key: li.key).status == .notFound)
        let masked = try koi.person(["customers": ["read": "all"]], held: ["customers": ["name": ["read": "masked"]]])
        #expect(try found(of: own, key: masked.key).isEmpty)
    }

    @Test func `are gone once they are merged`() throws {
        let first = try koi.make("customers", ["name": "Nordlicht"])
        let second = try koi.make("customers", ["name": "Nordlicht GmbH"])
        #expect(try found(of: first).count == 1)
        try koi.merge(second, into: first)
        #expect(try found(of: first).isEmpty)
    }
}
