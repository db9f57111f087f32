import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A list as a file` {
    private func export(
        _ koi: TestApp,
        _ type: String,
        _ query: String = "",
        resource: String = "customers"
    ) throws -> TestAnswer {
        try koi.request(.get, "/v1/\(resource)\(query)", fields: [("Accept", type)])
    }

    @Test func `holds all of its records, and names the newest change before the first`() throws {
        let koi = try TestApp()
        for number in 0..<1_203 { try koi.addCustomer("Company \(number)") }
        let head = try koi.eventTypes().count
        let answer = try export(koi, "application/x-ndjson", "?sort=-id&name.has=Company")
        let names = answer.text.split(separator: "\n").map {
            (try? JSONReader.read(Array($0.utf8)))?["name"]?.stringValue
        }
        #expect(names == (0..<1_203).reversed().map { "Company \($0)" })
        #expect(answer.fields["Koi-Changes-After"] == koi.position(Int64(head)).stringValue)
        #expect(try koi.events(of: "customers").last?.type == "customers.exported")
        #expect(try koi.events(of: "customers").last?.payload["after"]?["format"] == "ndjson")
        #expect(try export(koi, "text/csv", "?fields=name").text.split(separator: "\r\n").count == 1_204)
    }

    @Test func `is a page where one is asked for`() throws {
        let koi = try TestApp()
        for number in 0..<3 { try koi.addCustomer("Company \(number)") }
        let page = try export(koi, "text/csv", "?fields=name&limit=2")
        #expect(page.text == "\u{FEFF}Name\r\nCompany 0\r\nCompany 1\r\n")
        #expect(page.fields["Link"]?.contains("rel=\"next\"") == true)
    }

    @Test func `ends where the key is revoked meanwhile`() throws {
        let koi = try TestApp()
        for number in 0..<600 { try koi.addCustomer("Company \(number)") }
        let seller = try koi.person(["*": ["read": "all", "export": "all"]])
        let response = try koi.response(.get, "/v1/customers", key: seller.key, fields: [("Accept", "text/csv")])
        try koi.request(.delete, "/v1/keys/2")
        #expect(TestAnswer(response).bytes.isEmpty)
    }

    @Test func `of CSV comes back as it was`() throws {
        let koi = try TestApp()
        try koi.request(
            .post,
            "/v1/fields",
            ["resource": "customers", "key": "colour", "kind": "text", "labelEn": "Colour", "labelZh": "颜色"]
        )
        let values: [JSONValue] = [
            [
                "name": "=1+1", "phone": "+86 138 0013 8000", "notes": "'=x\nsecond \"line\", and",
                "tags": ["a; b", "c"],
                "custom": ["colour": "@red"], "owner": 1, "size": 12, "tier": "vip",
                "preferences": [["kind": "habit", "text": "钓鱼", "source": nil, "date": "2026-01-02"]],
            ],
            [
                "name": "'plain", "tags": ["one, two"], "kind": "person", "birthday": "1985-04-12",
                "notes": "-5 degrees",
            ],
            ["name": "''-x", "tags": ["[x]", "y"]],
        ]
        for value in values { #expect(try koi.request(.post, "/v1/customers", value).status == .created) }
        for language in ["en", "zh"] {
            let table = try koi.request(
                .get,
                "/v1/customers",
                fields: [("Accept", "text/csv"), ("Accept-Language", language)]
            )
            #expect(table.text.contains("'=1+1"))
            let other = try TestApp()
            try other.request(
                .post,
                "/v1/fields",
                ["resource": "customers", "key": "colour", "kind": "text", "labelEn": "Colour", "labelZh": "颜色"]
            )
            let made = try other.upload(table.bytes)
            var mapping = made["mapping"].arrayValue ?? []
            #expect(mapping.first == "id")
            mapping[0] = nil
            let done = try other.execute(1, ["mapping": .array(mapping)])
            let refused = try other.request(.get, "/v1/imports/1/errors").text
            #expect(done["counts"]["created"] == 3, "\(refused)")
            for id in 1...3 {
                var was = try koi.request(.get, "/v1/customers/\(id)").json.objectValue ?? [:]
                var copy = try other.request(.get, "/v1/customers/\(id)").json.objectValue ?? [:]
                for name in ["createdAt", "updatedAt"] {
                    was[name] = nil
                    copy[name] = nil
                }
                #expect(was == copy)
            }
            let again = try koi.take(table.text, ["mode": "update", "key": "id"])
            #expect(again["counts"]["unchanged"] == 3, "\(again.text)")
        }
    }

    @Test func `of JSON lines comes back as it was, with its links`() throws {
        let koi = try TestApp()
        for name in ["Acme", "Beta"] { try koi.addCustomer(name) }
        try koi.request(
            .post,
            "/v1/contacts",
            ["name": "李明", "customers": [["customer": 2, "role": "采购", "main": true]], "tags": ["a; b"]]
        )
        let lines = try export(koi, "application/x-ndjson", resource: "contacts").text
        let done = try koi.take(lines, as: "contacts", type: "application/x-ndjson", ["allowDuplicate": true])
        let refused = try koi.request(.get, "/v1/imports/1/errors").text
        #expect(done["counts"]["created"] == 1, "\(refused)")
        let copy = try koi.request(.get, "/v1/contacts/2")
        #expect(copy["customers"].arrayValue?.first?["role"] == "采购")
        #expect(copy["tags"] == ["a; b"])
    }

    @Test func `of people is cards, which come back`() throws {
        let koi = try TestApp()
        try koi.request(
            .post,
            "/v1/contacts",
            [
                "name": "李明, Jr.; \\", "mobile": "13800138000", "email": "l@x.cn", "birthday": "1985-04-12",
                "notes": .string(String(repeating: "长", count: 100) + "\nend"), "tags": ["a,b", "c"], "title": "采购",
            ]
        )
        let cards = try export(koi, "text/vcard", resource: "contacts")
        #expect(cards.text.split(separator: "\r\n").allSatisfy { $0.utf8.count <= 75 })
        #expect(cards.text.hasPrefix("BEGIN:VCARD\r\nVERSION:4.0\r\n"))
        try koi.take(cards.text, as: "contacts", type: "text/vcard", ["allowDuplicate": true])
        let (was, copy) = (try koi.request(.get, "/v1/contacts/1"), try koi.request(.get, "/v1/contacts/2"))
        for name in ["name", "mobile", "email", "birthday", "notes", "tags", "title"] {
            #expect(copy[name] == was[name], "\(name)")
        }
        #expect(try export(koi, "text/vcard", resource: "views").status == .notAcceptable)
    }
}
