import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A merge` {
    @Test func `keeps the survivor's values, fills what is empty, and joins lists and notes`() throws {
        let koi = try TestApp()
        let survivor = try koi.make(
            "customers",
            ["name": "重庆机械", "phone": "023 6868 1234", "tags": ["a"], "notes": "Erstens"]
        )
        let loser = try koi.make(
            "customers",
            [
                "name": "重庆机械有限公司", "phone": "023 1111 2222", "email": "info@example.com", "tags": ["a", "b"],
                "notes": "Zweitens",
            ]
        )
        let made = try koi.merge(loser, into: survivor)
        #expect(made.status == .created, "\(made.text)")
        #expect(made["state"] == "merged")
        #expect(made.fields["Location"] == "/v1/merges/1")
        let merged = try koi.request(.get, "/v1/customers/\(survivor)")
        #expect(merged["name"] == "重庆机械")
        #expect(merged["phone"] == "023 6868 1234")
        #expect(merged["email"] == "info@example.com")
        #expect(merged["tags"] == ["a", "b"])
        #expect(merged["notes"] == "Erstens\n\nZweitens")
        #expect(merged["version"] == 2)
        let types = try koi.events(of: "customers").map(\.type)
        #expect(types.suffix(2) == ["customer.merged", "customer.changed"])
        #expect(
            try koi.events(of: "customers").first { $0.type == "customer.merged" }?.payload["into"]
                == .integer(survivor)
        )
        #expect(try koi.app.perform { try EventChain.verify($0.connection) } == [])
    }

    @Test func `takes each field as it is told`() throws {
        let koi = try TestApp()
        let survivor = try koi.make(
            "customers",
            ["name": "A", "phone": "023 6868 1234", "tags": ["a"], "region": "East"]
        )
        let loser = try koi.make(
            "customers",
            ["name": "B", "phone": "023 1111 2222", "tags": ["b"], "industry": "Steel"]
        )
        let fields: JSONValue = [
            "name": ["value": "A & B"], "phone": "loser", "tags": "survivor", "industry": "survivor", "region": "loser",
        ]
        #expect(try koi.merge(loser, into: survivor, fields).status == .created)
        let merged = try koi.request(.get, "/v1/customers/\(survivor)")
        #expect(merged["name"] == "A & B")
        #expect(merged["phone"] == "023 1111 2222")
        #expect(merged["tags"] == ["a"])
        #expect(merged["industry"] == .null)
        #expect(merged["region"] == .null)
    }

    @Test(
        arguments: [
            (["colour": "loser"], "fields.colour unknown_field"), (["id": "loser"], "fields.id unknown_field"),
            (["phone": "best"], "fields.phone not_a_choice"), (["phone": "both"], "fields.phone not_together"),
            (["phone": ["value": "x"]], "fields.phone not_phone"), (["name": ["value": nil]], "fields.name required"),
        ] as [(JSONValue, String)]
    )
    func `refuses a choice that is none`(fields: JSONValue, refused: String) throws {
        let koi = try TestApp()
        let survivor = try koi.make("customers", ["name": "A"])
        let loser = try koi.make("customers", ["name": "B"])
        let answer = try koi.merge(loser, into: survivor, fields)
        #expect(answer.status == .unprocessableContent)
        #expect(answer.refused.first?.hasPrefix(String(refused.split(separator: " ")[0])) == true, "\(answer.text)")
        #expect(try koi.request(.get, "/v1/customers/\(loser)").status == .ok)
    }

    @Test func `has everything name the survivor that named the loser, be it in the bin`() throws {
        let koi = try TestApp()
        let survivor = try koi.make("customers", ["name": "A"])
        let loser = try koi.make("customers", ["name": "B"])
        let both = try koi.make(
            "contacts",
            [
                "name": "Li",
                "customers": [["customer": .integer(survivor)], ["customer": .integer(loser), "main": true]],
            ]
        )
        let removed = try koi.make(
            "contacts",
            ["name": "Wu", "customers": [["customer": .integer(loser), "role": "x"]]]
        )
        try koi.request(.delete, "/v1/contacts/\(removed)")
        #expect(try koi.merge(loser, into: survivor)["moved"] == 2)
        #expect(
            try koi.request(.get, "/v1/contacts/\(both)")["customers"] == [
                ["customer": .integer(survivor), "role": nil, "main": true, "from": nil, "to": nil]
            ]
        )
        try koi.request(.put, "/v1/contacts/\(removed)/restoration")
        #expect(
            try koi.request(.get, "/v1/contacts/\(removed)")["customers"].arrayValue?.first?["customer"]
                == .integer(survivor)
        )
        #expect(try koi.request(.get, "/v1/contacts?customer=\(survivor)").items.count == 2)
        #expect(try koi.request(.get, "/v1/contacts?customer=\(loser)").items.isEmpty)
    }

    @Test func `leaves a customer one main contact, that of the survivor`() throws {
        let koi = try TestApp()
        let survivor = try koi.make("customers", ["name": "A"])
        let loser = try koi.make("customers", ["name": "B"])
        func contact(_ name: JSONValue, _ customer: Int64) throws -> Int64 {
            try koi.make("contacts", ["name": name, "customers": [["customer": .integer(customer), "main": true]]])
        }
        func leads(_ contact: Int64) throws -> JSONValue {
            try koi.request(.get, "/v1/contacts/\(contact)")["customers"].arrayValue?.first?["main"] ?? .null
        }
        let first = try contact("Li", survivor)
        let second = try contact("Wang", loser)
        let merge = try #require(try koi.merge(loser, into: survivor)["id"].integerValue)
        #expect(try [leads(first), leads(second)] == [true, false])
        #expect(try koi.unmerge(merge).status == .noContent)
        #expect(try [leads(first), leads(second)] == [true, true])
    }

    @Test func `leads on from the number that went, also where the survivor goes in turn`() throws {
        let koi = try TestApp()
        let ids = try ["A", "B", "C"].map { try koi.make("customers", ["name": .string($0)]) }
        try koi.merge(ids[0], into: ids[1])
        try koi.merge(ids[1], into: ids[2])
        for id in ids.prefix(2) {
            for (method, path) in [
                (Method.get, ""), (.patch, ""), (.delete, ""), (.put, "/owner"), (.post, "/erasure"),
            ] {
                let answer = try koi.request(
                    method,
                    "/v1/customers/\(id)\(path)",
                    method == .patch || method == .put ? ["owner": nil] : nil
                )
                #expect(answer.status == .permanentRedirect, "\(method) \(path): \(answer.text)")
                #expect(answer.fields["Location"] == "/v1/customers/\(ids[2])\(path)")
                #expect(answer.code == "merged")
            }
            #expect(try koi.request(.put, "/v1/customers/\(id)/restoration").code == "merged")
        }
        #expect(
            try koi.request(.get, "/v1/customers/\(ids[0])?fields=id").fields["Location"] == "/v1/customers/3?fields=id"
        )
        #expect(try koi.request(.get, "/v1/customers?total=true")["total"] == 1)
        #expect(try koi.request(.get, "/v1/customers?q=A").items.isEmpty)
        let seen = try koi.request(.get, "/v1/customers/\(ids[2])/timeline").items.compactMap { $0["type"].stringValue }
        #expect(seen.filter { $0 == "customer.created" }.count == 3)
        #expect(seen.filter { $0 == "customer.merged" }.count == 2)
    }

    @Test func `says before it is done what it would come to`() throws {
        let koi = try TestApp()
        let survivor = try koi.make("customers", ["name": "A", "phone": "023 6868 1234"])
        let loser = try koi.make("customers", ["name": "B", "email": "b@example.com"])
        _ = try koi.make("contacts", ["name": "Li", "customers": [["customer": .integer(loser)]]])
        let events = try koi.eventTypes().count
        let preview = try koi.request(
            .post,
            "/v1/customers/\(survivor)/merges",
            ["from": .integer(loser), "preview": true]
        )
        #expect(preview.status == .ok, "\(preview.text)")
        #expect(
            preview["fields"] == [
                [
                    "field": "name", "survivor": "A", "loser": "B", "result": "A", "choice": "survivor",
                    "conflict": true,
                ],
                [
                    "field": "phone", "survivor": "023 6868 1234", "loser": nil, "result": "023 6868 1234",
                    "choice": "survivor", "conflict": false,
                ],
                [
                    "field": "email", "survivor": nil, "loser": "b@example.com", "result": "b@example.com",
                    "choice": "loser", "conflict": false,
                ],
            ]
        )
        #expect(preview["references"] == [["resource": "contacts", "field": "customers", "count": 1]])
        #expect(try koi.eventTypes().count == events)
        #expect(try koi.request(.get, "/v1/customers/\(loser)").status == .ok)
    }

    @Test func `takes a birthday with its calendar, and leaves what a company cannot have`() throws {
        let koi = try TestApp()
        let first = try koi.make("contacts", ["name": "Li"])
        let second = try koi.make("contacts", ["name": "Li", "birthday": "1985-02-30", "birthdayCalendar": "lunar"])
        #expect(try koi.merge(second, into: first, of: "contacts").status == .created)
        #expect(try koi.request(.get, "/v1/contacts/\(first)")["birthdayCalendar"] == "lunar")
        let company = try koi.make("customers", ["name": "A"])
        let person = try koi.make("customers", ["name": "B", "kind": "person", "birthday": "1985-02-03"])
        #expect(try koi.merge(person, into: company).status == .created)
        #expect(try koi.request(.get, "/v1/customers/\(company)")["birthday"] == .null)
    }

    @Test func `shares the survivor with those with whom the loser was shared`() throws {
        let office = try Office()
        let koi = office.koi
        let reader = try office.person("Reader")
        let survivor = try office.customer("A", of: nil)
        let loser = try office.customer("B", of: nil)
        try office.share(loser, with: reader)
        let merge = try #require(try koi.merge(loser, into: survivor)["id"].integerValue)
        #expect(try office.ids(for: reader.key) == [survivor])
        #expect(try koi.request(.get, "/v1/customers/\(loser)", key: reader.key).status == .permanentRedirect)
        #expect(try koi.unmerge(merge).status == .noContent)
        #expect(try office.ids(for: reader.key) == [loser])
    }

    @Test func `needs the rights to change and to remove both, and leads nobody to what they do not see`() throws {
        let office = try Office()
        let koi = office.koi
        let (li, wang) = (try office.person("Li"), try office.person("Wang"))
        let viewer = try office.person("Viewer", role: Office.viewer)
        let own = try office.customer("A", of: li)
        let others = try office.customer("B", of: wang)
        #expect(try koi.merge(others, into: own, key: li.key).refused == ["from not_found"])
        #expect(try koi.merge(own, into: others, key: li.key).status == .notFound)
        #expect(try koi.merge(own, into: others, key: viewer.key).status == .forbidden)
        #expect(try koi.merge(own, into: own, key: li.key).refused == ["from same_record"])
        let merge = try #require(try koi.merge(own, into: others)["id"].integerValue)
        #expect(try koi.request(.get, "/v1/customers/\(own)", key: li.key).status == .notFound)
        #expect(try koi.request(.get, "/v1/customers/\(own)", key: wang.key).status == .permanentRedirect)
        #expect(try koi.request(.get, "/v1/merges/\(merge)", key: li.key).status == .notFound)
        #expect(try koi.request(.get, "/v1/merges", key: li.key).items.isEmpty)
        #expect(try koi.request(.get, "/v1/merges", key: wang.key).items.count == 1)
        #expect(try koi.unmerge(merge, key: li.key).status == .notFound)
        #expect(try koi.unmerge(merge, key: wang.key).status == .notFound)
        #expect(try koi.unmerge(merge, key: viewer.key).status == .forbidden)
        #expect(try koi.unmerge(merge).status == .noContent)
    }

    @Test func `of a record with very many that name it goes on in a job`() throws {
        let koi = try TestApp()
        let survivor = try koi.make("customers", ["name": "A"])
        let loser = try koi.make("customers", ["name": "B"])
        let count = MergeService.movedAtOnce + 50
        try koi.app.perform { transaction in
            for number in 0..<count {
                _ = try RecordService(Contact.resource, transaction)
                    .add(["name": .string("P\(number)"), "customers": [["customer": .integer(loser)]]])
            }
        }
        let merge = try koi.merge(loser, into: survivor)
        #expect(merge["state"] == "merging")
        #expect(try koi.unmerge(1).code == "merge_running")
        try koi.worker(MergeJob.kind).runDue()
        #expect(try koi.request(.get, "/v1/merges/1")["state"] == "merged")
        #expect(try koi.request(.get, "/v1/merges/1")["moved"] == .integer(Int64(count)))
        #expect(
            try koi.request(.get, "/v1/contacts?customer=\(survivor)&total=true")["total"] == .integer(Int64(count))
        )
        #expect(try koi.unmerge(1).status == .accepted)
        try koi.worker(MergeJob.kind).runDue()
        #expect(try koi.request(.get, "/v1/merges/1")["state"] == "undone")
        #expect(try koi.request(.get, "/v1/contacts?customer=\(loser)&total=true")["total"] == .integer(Int64(count)))
    }
}
