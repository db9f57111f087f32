import Dispatch
import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A record by its key` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func put(
        _ path: String,
        _ body: JSONValue,
        key: String? = nil,
        _ fields: (String, String)...
    ) throws -> TestAnswer {
        try koi.request(.put, "/v1/customers/by/" + path, body, key: key, fields: fields)
    }

    @Test func `is added once and then changed`() throws {
        let made = try put("erp/C-1009", ["name": "Acme", "region": "重庆"])
        #expect(made.status == .created)
        #expect(made.fields["Location"] == "/v1/customers/1")
        #expect(made.fields["ETag"]?.hasPrefix("\"1-") == true)
        #expect(made["externalIds"] == [["system": "erp", "key": "C-1009"]])
        let again = try put("erp/C-1009", ["name": "Acme", "region": "重庆"])
        #expect(again.status == .ok)
        #expect(again["version"] == 1)
        let changed = try put("erp/C-1009", ["region": .null, "externalIds": [["system": "shop", "key": "7"]]])
        #expect(changed["name"] == "Acme")
        #expect(changed["region"] == .null)
        #expect(changed["externalIds"] == [["system": "shop", "key": "7"], ["system": "erp", "key": "C-1009"]])
        #expect(try put("shop/7", ["externalIds": .null])["externalIds"] == [["system": "shop", "key": "7"]])
        #expect(try koi.request(.get, "/v1/customers").items.count == 1)
        #expect(try koi.request(.delete, "/v1/customers/by/shop/7").status == .noContent)
        #expect(try koi.request(.get, "/v1/customers/by/shop/7").status == .notFound)
        #expect(try koi.request(.delete, "/v1/customers/by/shop/7").status == .notFound)
    }

    @Test(arguments: [
        ("erp/C%2F10%2F09", "erp", "C/10/09"), ("%E4%BC%81%E4%B8%9A%20A/%E5%AE%A2%E6%88%B7%20%231", "企业 A", "客户 #1"),
        ("erp/timeline", "erp", "timeline"), ("collaborators/5", "collaborators", "5"),
        ("erp/a%3Fb%26c%2B", "erp", "a?b&c+"),
    ])
    func `is found whatever is in the key`(path: String, system: String, key: String) throws {
        let made = try put(path, ["name": "A"])
        #expect(made["externalIds"] == [["system": .string(system), "key": .string(key)]])
        let found = try koi.request(.get, "/v1/customers/by/\(path)?fields=id")
        #expect(found.json == ["id": 1])
        let held = found.fields["ETag"] ?? ""
        let known = try koi.request(.get, "/v1/customers/by/\(path)?fields=id", fields: [("If-None-Match", held)])
        #expect(known.status == .notModified)
    }

    @Test func `is refused with what is wrong`() throws {
        #expect(try put("erp/1", [:])["errors"].arrayValue?.first?["field"] == "name")
        #expect(try put("erp/1", ["name": "A", "externalIds": "x"]).code == "invalid")
        #expect(try koi.request(.get, "/v1/customers/by/a%3Ab/1").code == "bad_key")
        #expect(try koi.request(.get, "/v1/customers/by/erp/" + String(repeating: "a", count: 201)).code == "bad_key")
        #expect(try koi.request(.put, "/v1/customers/by/erp/1?x=1", ["name": "A"]).status == .badRequest)
        #expect(try koi.request(.get, "/v1/customers/by/erp").status == .notFound)
        #expect(try koi.request(.patch, "/v1/customers/by/erp/1", [:]).status == .methodNotAllowed)
    }

    @Test func `keeps to the conditions of the request`() throws {
        #expect(try put("erp/1", ["name": "A"], ("If-Match", "*")).code == "not_there")
        let made = try put("erp/1", ["name": "A"], ("If-None-Match", "*"))
        #expect(made.status == .created)
        #expect(try put("erp/1", ["name": "B"], ("If-None-Match", "*")).status == .preconditionFailed)
        #expect(try put("erp/1", ["name": "B"], ("If-Match", "\"9\"")).status == .preconditionFailed)
        #expect(try put("erp/1", ["name": "B"], ("If-Match", made.fields["ETag"] ?? ""))["version"] == 2)
    }

    @Test func `that lies in the bin comes back only where that is asked for`() throws {
        _ = try put("erp/1", ["name": "A"])
        _ = try koi.request(.delete, "/v1/customers/1")
        let refused = try put("erp/1", ["name": "B"])
        #expect(refused.code == "in_bin")
        #expect(refused.text.contains("/v1/customers/1/restoration"))
        let back = try put("erp/1?restore=true", ["name": "B"])
        #expect(back.status == .ok)
        #expect(back["name"] == "B")
        #expect(back["removedAt"] == .null)
        let types = try koi.events(of: "customers").map(\.type)
        #expect(types == ["customer.created", "customer.removed", "customer.restored", "customer.changed"])
    }

    @Test func `that is not seen cannot be told from one that nobody has`() throws {
        let role = try koi.request(
            .post,
            "/v1/roles",
            [
                "name": "Own",
                "permissions": ["customers": ["read": "own", "create": "own", "change": "own", "remove": "own"]],
            ]
        )
        let key = try koi.keyOfUser(role: role["id"].integerValue ?? 0)
        _ = try put("erp/1", ["name": "A"])
        _ = try put("erp/2", ["name": "B"])
        _ = try koi.request(.delete, "/v1/customers/2")
        for method in [Method.get, .delete] {
            let unseen = try koi.request(method, "/v1/customers/by/erp/1", key: key)
            let none = try koi.request(method, "/v1/customers/by/erp/9", key: key)
            #expect(unseen.status == .notFound)
            #expect(unseen["detail"] == none["detail"])
        }
        for path in ["erp/1", "erp/2"] {
            let taken = try put(path, ["name": "X"], key: key)
            #expect(taken.status == .unprocessableContent)
            #expect(taken["errors"].arrayValue?.first?["message"] == "This key is in use.")
        }
        let wrong = try put("erp/1", ["name": "X", "tier": "?"], key: key)
        #expect(Set((wrong["errors"].arrayValue ?? []).map { $0["field"] }.map(\.text)).count == 1)
        #expect(try koi.request(.get, "/v1/customers/1")["version"] == 1)
    }

    @Test func `is one, however many ask for it at once`() throws {
        let answers = Notes<Status>()
        DispatchQueue.concurrentPerform(iterations: 16) { number in
            let answer = try? koi.request(.put, "/v1/customers/by/erp/1", ["name": .string("A\(number)")])
            answers.add(answer?.status ?? .internalServerError)
        }
        #expect(answers.all.count { $0 == .created } == 1)
        #expect(answers.all.count { $0 == .ok } == 15)
        #expect(try koi.request(.get, "/v1/customers?total=true")["total"] == 1)
    }

    @Test func `of a resource with fields that are set once takes these again`() throws {
        let body: JSONValue = ["resource": "customers", "name": "VIP", "filter": ["tier": "vip"]]
        #expect(try koi.request(.put, "/v1/views/by/crm/1", body).status == .created)
        #expect(try koi.request(.put, "/v1/views/by/crm/1", body).status == .ok)
        let other = try koi.request(.put, "/v1/views/by/crm/1", ["resource": "contacts"])
        #expect(other["errors"].arrayValue?.first?["code"] == "read_only")
        let key = try koi.request(.put, "/v1/keys/by/vault/erp", ["name": "ERP"])
        #expect(key.status == .created)
        #expect(key["key"].stringValue?.hasPrefix("koi_") == true)
    }
}

struct `A reference by key` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
        try koi.request(.put, "/v1/customers/by/erp/C-1", ["name": "A"])
        try koi.request(.put, "/v1/users/by/hr/wang", ["name": "Wang"])
    }

    private func issues(_ answer: TestAnswer) -> [[JSONValue]] {
        (answer["errors"].arrayValue ?? []).map { [$0["field"], $0["code"]] }
    }

    @Test func `stands wherever a number does`() throws {
        let contact = try koi.request(
            .post,
            "/v1/contacts",
            ["name": "Li", "owner": ["hr": "wang"], "customers": [["customer": ["erp": "C-1"], "role": "采购"]]]
        )
        #expect(contact.status == .created, "\(contact.text)")
        #expect(contact["owner"] == 2)
        #expect(contact["customers"].arrayValue?.first?["customer"] == 1)
        #expect(try koi.request(.patch, "/v1/customers/1", ["owner": ["hr": "wang"]])["owner"] == 2)
        #expect(try koi.request(.put, "/v1/customers/1/owner", ["owner": .null]).status == .ok)
        #expect(try koi.request(.put, "/v1/customers/1/owner", ["owner": ["hr": "wang"]])["owner"] == 2)
        let handover = try koi.request(
            .post,
            "/v1/users/1/handover",
            ["successors": [["user": ["hr": "wang"]]], "preview": true]
        )
        #expect(handover.status == .ok, "\(handover.text)")
    }

    @Test func `is refused by field where it leads nowhere`() throws {
        let answer = try koi.request(
            .post,
            "/v1/contacts",
            [
                "name": "Li", "owner": ["hr": "zhao"],
                "customers": [
                    ["customer": ["erp": "C-1"]], ["customer": ["erp": "C-2"]], ["customer": ["erp": "1", "x": "2"]],
                ],
            ]
        )
        #expect(
            issues(answer) == [
                ["owner", "unknown_key"], ["customers[1].customer", "unknown_key"],
                ["customers[2].customer", "bad_key"],
            ]
        )
        try koi.request(.delete, "/v1/customers/1")
        let removed = try koi.request(
            .post,
            "/v1/contacts",
            ["name": "Li", "customers": [["customer": ["erp": "C-1"]]]]
        )
        #expect(issues(removed) == [["customers[0].customer", "unknown_key"]])
        let owner = try koi.request(.put, "/v1/customers/by/erp/9", ["name": "B", "owner": ["hr": "zhao"]])
        #expect(issues(owner) == [["owner", "unknown_key"]])
    }

    @Test func `to what is not seen is refused like one to nothing`() throws {
        let role = try koi.request(
            .post,
            "/v1/roles",
            [
                "name": "Own",
                "permissions": ["customers": ["read": "own"], "contacts": ["read": "own", "create": "own"]],
            ]
        )
        let key = try koi.keyOfUser(role: role["id"].integerValue ?? 0)
        func refusal(_ external: String) throws -> JSONValue {
            let body: JSONValue = ["name": "Li", "customers": [["customer": ["erp": .string(external)]]]]
            return try koi.request(.post, "/v1/contacts", body, key: key)["errors"]
        }
        #expect(try refusal("C-1") == refusal("C-9"))
    }

    @Test func `that is given is counted where the role does not show keys`() throws {
        let role = try koi.request(
            .post,
            "/v1/roles",
            [
                "name": "Blind", "permissions": ["customers": ["read": "all", "create": "all"]],
                "fields": ["customers": ["externalIds": ["read": "hidden"]]],
            ]
        )
        let key = try koi.keyOfUser(role: role["id"].integerValue ?? 0)
        func give(_ count: Int) throws -> TestAnswer {
            let ids = (1...count).map { JSONValue.object(["system": "erp", "key": .string("C-\($0)")]) }
            return try koi.request(.post, "/v1/customers", ["name": "X", "externalIds": .array(ids)], key: key)
        }
        let taken = try give(1)
        #expect(taken["errors"].arrayValue?.first?["message"] == "This key is in use.")
        #expect(try give(50).status == .tooManyRequests)
    }

    @Test func `is counted where the role does not show keys`() throws {
        let role = try koi.request(
            .post,
            "/v1/roles",
            [
                "name": "Blind", "permissions": ["customers": ["read": "all"]],
                "fields": ["customers": ["externalIds": ["read": "hidden"]]],
            ]
        )
        let key = try koi.keyOfUser(role: role["id"].integerValue ?? 0)
        let found = try koi.request(.get, "/v1/customers/by/erp/C-1", key: key)
        #expect(found["name"] == "A")
        #expect(found["externalIds"] == .null)
        for number in 1..<ListQuery.probes {
            #expect(try koi.request(.get, "/v1/customers/by/erp/\(number)", key: key).status == .notFound)
        }
        #expect(try koi.request(.get, "/v1/customers/by/erp/C-1", key: key).status == .tooManyRequests)
    }
}
