import Dispatch
import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

/// A record that may be there already is refused, and only what is hardly a coincidence counts.
struct `A new record` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func add(
        _ body: JSONValue,
        _ query: String = "",
        to resource: String = "customers",
        key: String? = nil
    ) throws -> TestAnswer {
        try koi.request(.post, "/v1/\(resource)\(query)", body, key: key)
    }

    /// The kinds of the reasons of each candidate.
    private func reasons(_ answer: TestAnswer) -> [String] {
        (answer["candidates"].arrayValue ?? []).map { candidate in
            (candidate["reasons"].arrayValue ?? []).compactMap { $0["kind"].stringValue }.joined(separator: ",")
        }
    }

    private func set(_ settings: JSONValue) throws {
        #expect(try koi.request(.patch, "/v1/settings", settings).status == .ok)
    }

    @Test(
        arguments: [
            (["phone": "+86 23 6868 1234"], ["phone": "(023) 6868-1234"], "phone"),
            (["phone": "138 0013 8000"], ["phone": "+86 (138) 0013-8000"], "phone"),
            (["phone": "+49 (0)89 123 4567"], ["phone": "0049 89 1234567"], "phone"),
            (["email": "Info@Acme.com"], ["email": "INFO@acme.com"], "email,domain"),
            (["website": "https://www.acme.com/shop"], ["website": "acme.com"], "website"),
            (["registrationNumber": "91500000MA5U 1234"], ["registrationNumber": "91500000ma5u1234"], "code"),
        ] as [(JSONValue, JSONValue, String)]
    )
    func `is refused for a number, address or website that another has`(
        first: JSONValue,
        second: JSONValue,
        wanted: String
    ) throws {
        func named(_ name: String, _ values: JSONValue) -> JSONValue {
            .object(JSONObject([.init(name: "name", value: .string(name))] + (values.objectValue?.members ?? [])))
        }
        let id = try koi.make("customers", named("Alpha", first))
        let refused = try add(named("Omega", second))
        #expect(refused.status == .conflict, "\(refused.text)")
        #expect(refused.code == "possible_duplicate")
        #expect(refused["hidden"] == false)
        #expect(refused["candidates"].arrayValue?.first?["id"] == .integer(id))
        #expect(refused["candidates"].arrayValue?.first?["name"] == "Alpha")
        #expect(reasons(refused) == [wanted])
        #expect(refused["detail"].stringValue?.contains("allowDuplicate=true") == true)
        #expect(try add(named("Omega", second), "?allowDuplicate=true").status == .created)
        #expect(try add(named("Sigma", second), "?allowDuplicate=false").status == .conflict)
    }

    @Test(arguments: [
        ("重庆机械有限公司", "重慶機械股份有限公司"), ("ＡＣＭＥ GmbH", "Acme G.m.b.H."), ("Acme Inc.", "ACME Ltd"),
        ("Müller & Co. KG", "Muller"),
    ])
    func `is refused for a name without its legal form together with the place, and not for the name alone`(
        first: String,
        second: String
    ) throws {
        try koi.make("customers", ["name": .string(first), "region": "重庆"])
        let refused = try add(["name": .string(second), "region": "重慶"])
        #expect(reasons(refused) == ["name,place"], "\(refused.text)")
        #expect(try add(["name": .string(second), "region": "上海"]).status == .created)
        #expect(try add(["name": .string(second)]).status == .created)
    }

    @Test(
        arguments: [
            (["phone": "138 0013 8000"], ["phone": "158 0013 8000"]),
            (["phone": "023 6868 1234"], ["phone": "010 6868 1234"]),
            (["phone": "000 0000 0000"], ["phone": "000 0000 0000"]),
            (["website": "https://mall.jd.com/index-1"], ["website": "mall.jd.com/index-2"]),
            (["website": "www.google.com/maps/1"], ["website": "www.google.com/maps/2"]),
            (["registrationNumber": "pending"], ["registrationNumber": "Pending"]),
        ] as [(JSONValue, JSONValue)]
    )
    func `is not refused for what only looks the same`(first: JSONValue, second: JSONValue) throws {
        func named(_ name: String, _ values: JSONValue) -> JSONValue {
            .object(JSONObject([.init(name: "name", value: .string(name))] + (values.objectValue?.members ?? [])))
        }
        try koi.make("customers", named("Alpha", first))
        let made = try add(named("Omega", second))
        #expect(made.status == .created, "\(made.text)")
    }

    @Test func `of a person is not refused for people of the same name in the same town`() throws {
        let person: JSONValue = ["name": "李明", "kind": "person", "region": "重庆"]
        try koi.make("customers", person)
        #expect(try add(person).status == .created)
        try koi.make("customers", ["name": "王芳", "kind": "person", "address": "人民路 1 号"])
        #expect(try add(["name": "王芳", "kind": "person", "address": "人民路1号"]).status == .conflict)
    }

    @Test func `that speaks for the same company under the same name is refused, and a colleague is not`() throws {
        let company = try koi.make("customers", ["name": "Acme"])
        let other = try koi.make("customers", ["name": "Beta"])
        func contact(_ name: String, of customer: Int64) -> JSONValue {
            ["name": .string(name), "phone": "023 6868 1234", "customers": [["customer": .integer(customer)]]]
        }
        try koi.make("contacts", contact("李明", of: company))
        #expect(reasons(try add(contact("李 明", of: company), to: "contacts")) == ["name,phone,place"])
        #expect(try add(contact("王芳", of: company), to: "contacts").status == .created)
        #expect(try add(contact("李明", of: other), to: "contacts").status == .created)
    }

    @Test(
        arguments: [
            ["email": "a@qq.com"], ["website": "https://shop.taobao.com/1"], ["website": "https://taobao.com/2"],
            ["phone": "10086"], ["industry": "机械"], ["address": "重庆市渝中区人民路1号"],
        ] as [JSONValue]
    )
    func `is not refused for what many share`(value: JSONValue) throws {
        let members = value.objectValue?.members ?? []
        var first = JSONObject(members)
        first["name"] = "Alpha"
        if first["email"] != nil { first["email"] = "b@qq.com" }
        if first["website"] != nil { first["website"] = "https://taobao.com/3" }
        try koi.make("customers", .object(first))
        var second = JSONObject(members)
        second["name"] = "Omega"
        #expect(try add(.object(second)).status == .created)
    }

    @Test func `is stored once, however many send it at once`() throws {
        let answers = Notes<TestAnswer>()
        DispatchQueue.concurrentPerform(iterations: 20) { number in
            let body: JSONValue = ["name": "重庆机械有限公司", "region": "重庆", "notes": .string("\(number)")]
            if let answer = try? koi.request(.post, "/v1/customers", body) { answers.add(answer) }
        }
        #expect(answers.all.count { $0.status == .created } == 1)
        #expect(answers.all.count { $0.code == "possible_duplicate" } == 19)
        #expect(try koi.customers().count == 1)
    }

    // MARK: What the sender may not see

    private static let acme: JSONValue = ["name": "Acme", "phone": "138 0013 8000"]

    @Test func `that another has whom one does not see is refused without a word about it`() throws {
        let office = Office(koi)
        let (li, wang) = (try office.person("Li"), try office.person("Wang"))
        #expect(try add(Self.acme, key: wang.key).status == .created)
        let refused = try add(Self.acme, key: li.key)
        #expect(refused.status == .conflict)
        #expect(refused["candidates"] == [])
        #expect(refused["hidden"] == true)
        #expect(refused["ask"] == [])
        #expect(!refused.text.contains("Wang"))
        try set(["duplicateOwners": true])
        let told = try add(Self.acme, key: li.key)
        #expect(told["ask"] == [["id": .integer(wang.id), "name": "Wang"]])
        #expect(told["detail"].stringValue?.contains("Wang") == true)
        #expect(told["candidates"] == [])
        try set(["duplicates": "visible"])
        #expect(try add(Self.acme, key: li.key).status == .created)
        #expect(try add(Self.acme, key: li.key).status == .conflict)
        try set(["duplicates": "off"])
        #expect(try add(Self.acme, key: li.key).status == .created)
    }

    @Test func `that is alike in a field that is held back is refused as by one that is not seen`() throws {
        let id = try koi.make("customers", Self.acme)
        let person = try koi.person(
            ["customers": ["read": "all", "create": "all"]],
            held: ["customers": ["phone": ["read": "masked", "write": true]]]
        )
        let refused = try add(["name": "Other", "phone": "13800138000"], key: person.key)
        #expect(refused["candidates"] == [])
        #expect(refused["hidden"] == true)
        #expect(!refused.text.contains("Acme"))
        // What is seen counts, and alone is told.
        try koi.request(.patch, "/v1/customers/\(id)", ["website": "acme.com"])
        let seen = try add(["name": "Other", "phone": "13800138000", "website": "acme.com"], key: person.key)
        #expect(reasons(seen) == ["website"])
    }

    @Test func `is told of what is not seen a number of times a minute, and then nobody's is taken`() throws {
        let li = try Office(koi).person("Li")
        for number in 0...ListQuery.probes {
            try koi.make("customers", ["name": .string("C\(number)"), "phone": .string("1380013\(8000 + number)")])
        }
        func ask(_ number: Int, _ query: String = "") throws -> TestAnswer {
            let body: JSONValue = ["name": .string("D\(number)"), "phone": .string("1380013\(8000 + number)")]
            return try add(body, query, key: li.key)
        }
        for number in 0..<ListQuery.probes { #expect(try ask(number).status == .conflict) }
        // Whether there is one or not.
        let (there, not) = (try ask(ListQuery.probes), try ask(100))
        #expect(there.status == .tooManyRequests)
        #expect(not.status == .tooManyRequests)
        #expect(there["detail"] == not["detail"])
        #expect(there.fields["Retry-After"] == "60")
        #expect(try ask(101, "?allowDuplicate=true").status == .created)
        #expect(try add(["name": "Anybody's"]).status == .created)
        koi.clock.advance(by: .seconds(61))
        // What was told is told again, and leaves as much for the others.
        for number in 0..<ListQuery.probes { #expect(try ask(number).status == .conflict) }
        #expect(try ask(ListQuery.probes).status == .conflict)
        #expect(try ask(100).status == .created)
    }

    // MARK: All ways of making one

    @Test func `is refused within a batch and by a key of another system`() throws {
        try koi.make("customers", Self.acme)
        let put = try koi.request(.put, "/v1/customers/by/erp/1", Self.acme)
        #expect(put.code == "possible_duplicate")
        func batch(_ path: String, atomic: Bool) throws -> TestAnswer {
            let operation: JSONValue = ["method": "POST", "path": .string(path), "body": Self.acme]
            return try koi.request(.post, "/v1/batch", ["atomic": .bool(atomic), "operations": [operation]])
        }
        let one = try batch("/v1/customers", atomic: false)
        #expect(one["results"].arrayValue?.first?["body"]["candidates"].arrayValue?.count == 1)
        let all = try batch("/v1/customers", atomic: true)
        #expect(all.status == .conflict)
        #expect(all["candidates"].arrayValue?.count == 1)
        #expect(try batch("/v1/customers?allowDuplicate=true", atomic: true).status == .ok)
        #expect(try koi.request(.put, "/v1/customers/by/erp/1?allowDuplicate=true", Self.acme).status == .created)
        // What is there is changed and not made.
        #expect(try koi.request(.put, "/v1/customers/by/erp/1", Self.acme).status == .ok)
    }

    @Test func `in a file is a row with a problem, unless the import allows it`() throws {
        let id = try koi.make("customers", Self.acme)
        let file = "name,phone\nOther,+86 13800138000\nBeta,13900139000\nBeta Ltd,13900139000\n"
        let made = try koi.upload(file)
        #expect(made["preview"]["problems"].arrayValue?.first?["code"] == "possible_duplicate", "\(made.text)")
        let done = try koi.execute(try #require(made["id"].integerValue))
        #expect(done["counts"] == ["rows": 3, "created": 1, "changed": 0, "unchanged": 0, "refused": 2])
        let errors = try koi.request(.get, "/v1/imports/1/errors")
        #expect(errors.text.contains("\(id)"))
        #expect(!errors.text.contains("Acme"))
        let allowed = try koi.take(file, ["allowDuplicate": true])
        #expect(allowed["counts"]["created"] == 3)
    }

    // MARK: What the keys follow

    @Test func `is compared with what others are by now, and not with what they were or what lies in the bin`() throws {
        let id = try koi.make("customers", Self.acme)
        #expect(try add(Self.acme).status == .conflict)
        try koi.request(.patch, "/v1/customers/\(id)", ["phone": "139 0013 9000"])
        let second = try #require(try add(Self.acme)["id"].integerValue)
        #expect(try add(["name": "X", "phone": "13900139000"]).status == .conflict)
        try koi.request(.delete, "/v1/customers/\(id)")
        let third = try #require(try add(["name": "X", "phone": "13900139000"])["id"].integerValue)
        // What comes back from the bin was there before.
        #expect(try koi.request(.put, "/v1/customers/\(id)/restoration").status == .ok)
        #expect(try add(["name": "Y", "phone": "13900139000"])["candidates"].arrayValue?.count == 2)
        let merge = try koi.merge(third, into: id)["id"].integerValue
        #expect(try add(["name": "Y", "phone": "13900139000"])["candidates"].arrayValue?.count == 1)
        #expect(try koi.unmerge(try #require(merge)).status == .noContent)
        #expect(try add(["name": "Y", "phone": "13900139000"])["candidates"].arrayValue?.count == 2)
        #expect(try koi.request(.post, "/v1/customers/\(second)/erasure").status.code < 300)
        #expect(try add(Self.acme).status == .created)
        #expect(try koi.app.check() == [])
    }

    @Test func `is compared with those that were stored before Koi knew of keys`() throws {
        for number in 0..<120 {
            try koi.make("customers", ["name": .string("C\(number)"), "phone": .string("1380013\(8000 + number)")])
        }
        let person = try koi.make("contacts", ["name": "李明", "mobile": "13900139000"])
        try koi.request(.delete, "/v1/contacts/\(person)")
        try koi.app.perform { transaction in
            try transaction.connection.run("DELETE FROM duplicate_keys WHERE record % 2 = 0")
            try transaction.connection.run("INSERT INTO duplicate_keys VALUES (1, 1)")
            try transaction.connection.run("UPDATE duplicate_rules SET rules = 0")
        }
        let worker = try koi.worker(DuplicateFilling.kind)
        try worker.runDue()
        #expect(try koi.app.check() == [])
        #expect(try add(["name": "X", "phone": "13800138001"]).status == .conflict)
        try worker.prepare()
        #expect(try koi.job(named: DuplicateFilling.name) == nil)
    }

    @Test func `of a resource that is not compared takes no word about it`() throws {
        #expect(try add(["name": "A"], "?allowDuplicate=true", to: "teams").status == .badRequest)
        #expect(try add(["name": "A"], "?allowDuplicate=yes").status == .badRequest)
        #expect(try add(["name": "A"], "?allowDuplicate=true&allowDuplicate=true").status == .badRequest)
        #expect(try add(["name": "A"], "?restore=true").status == .badRequest)
    }
}
