import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `A key of another system` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func add(_ name: JSONValue, _ ids: (String, String)...) throws -> TestAnswer {
        let ids = ids.map { JSONValue.object(["system": .string($0.0), "key": .string($0.1)]) }
        return try koi.request(.post, "/v1/customers", ["name": name, "externalIds": .array(ids)])
    }

    private func issue(_ answer: TestAnswer) -> [JSONValue] {
        let first = answer["errors"].arrayValue?.first ?? .null
        return [first["field"], first["code"]]
    }

    @Test func `is shown, changed and taken away like any field`() throws {
        let made = try add("A", ("erp", "C-1009"), ("shop", "c-1009"))
        #expect(
            made["externalIds"] == [["system": "erp", "key": "C-1009"], ["system": "shop", "key": "c-1009"]]
        )
        let changed = try koi.request(.patch, "/v1/customers/1", ["externalIds": [["system": "erp", "key": " C 1 "]]])
        #expect(changed["externalIds"] == [["system": "erp", "key": " C 1 "]])
        #expect(changed["version"] == 2)
        #expect(try koi.request(.get, "/v1/customers/by/erp/C-1009").status == .notFound)
        #expect(try koi.request(.get, "/v1/customers/by/erp/%20C%201%20")["id"] == 1)
        let event = try koi.events(of: "customers").last
        #expect(event?.payload["after"]["externalIds"] == [["system": "erp", "key": " C 1 "]])
        let emptied = try koi.request(.patch, "/v1/customers/1", ["externalIds": .null])
        #expect(emptied["externalIds"] == [])
        #expect(try add("B", ("erp", " C 1 ")).status == .created)
    }

    @Test func `filters lists`() throws {
        _ = try add("A", ("erp", "C,1:2"))
        _ = try add("B", ("shop", "C,1:2"))
        _ = try add("C", ("shop", "7"), ("erp", "7"))
        _ = try add("D")
        func names(_ query: String) throws -> [JSONValue] {
            let answer = try koi.request(.get, "/v1/customers?total=true&" + query)
            #expect(answer["total"] == .integer(Int64(answer.items.count)), "\(answer.text)")
            return answer.items.map { $0["name"] }
        }
        #expect(try names("externalIds=erp:C,1:2") == ["A"])
        #expect(try names("externalIds.not=erp:C,1:2") == ["B", "C", "D"])
        #expect(try names("externalIds.system=erp") == ["A", "C"])
        #expect(try names("externalIds.system=ERP") == [])
        #expect(try names("externalIds.null=true") == ["D"])
        #expect(try names("externalIds.null=false&sort=-name") == ["C", "B", "A"])
        #expect(try names("externalIds=erp:c,1:2") == [])
        for bad in ["externalIds=erp", "externalIds=:1", "externalIds.has=1", "sort=externalIds"] {
            #expect(try koi.request(.get, "/v1/customers?" + bad).status == .badRequest, "\(bad)")
        }
        let table = try koi.request(.get, "/v1/customers?fields=externalIds&id=3", fields: [("Accept", "text/csv")])
        #expect(table.text.hasSuffix("shop:7; erp:7\r\n"))
    }

    @Test func `leads to one record of its resource`() throws {
        _ = try add("A", ("erp", "1"))
        let second = try add("B", ("erp", "1"))
        #expect(second.status == .unprocessableContent)
        #expect(issue(second) == ["externalIds[0].key", "taken"])
        #expect(second.text.contains("customer 1 has"))
        _ = try add("B", ("erp", "2"))
        let moved = try koi.request(
            .patch,
            "/v1/customers/2",
            ["externalIds": [["system": "erp", "key": "2"], ["system": "erp", "key": "1"]]]
        )
        #expect(issue(moved) == ["externalIds[1].key", "taken"])
        let contact = try koi.request(
            .post,
            "/v1/contacts",
            ["name": "C", "externalIds": [["system": "erp", "key": "1"]]]
        )
        #expect(contact.status == .created)
        #expect(try koi.request(.delete, "/v1/customers/1").status == .noContent)
        #expect(try add("C", ("erp", "1")).text.contains("bin"))
    }

    @Test(
        arguments: [
            (["system": "erp"], "externalIds[0].key", "required"),
            (["system": "", "key": "1"], "externalIds[0].system", "required"),
            (["system": "a:b", "key": "1"], "externalIds[0].system", "bad_system"),
            (["system": "$ref", "key": "1"], "externalIds[0].system", "bad_system"),
            (["system": "erp", "key": 7], "externalIds[0].key", "not_text"),
            (["system": "erp", "key": "a\nb"], "externalIds[0].key", "control_character"),
            (["system": "erp", "key": ".."], "externalIds[0].key", "not_a_name"),
            (["system": "erp", "key": .string(String(repeating: "客", count: 201))], "externalIds[0].key", "too_long"),
            (["system": "erp", "key": "1", "x": 1], "externalIds[0].x", "unknown_field"),
            ("erp:1", "externalIds[0]", "not_object"),
        ] as [(JSONValue, JSONValue, JSONValue)]
    )
    func `is refused where it could not be one`(id: JSONValue, field: JSONValue, code: JSONValue) throws {
        let answer = try koi.request(.post, "/v1/customers", ["name": "A", "externalIds": [id]])
        #expect(answer.status == .unprocessableContent)
        #expect(issue(answer) == [field, code])
    }

    @Test func `is taken as it is, up to its limits`() throws {
        let system = String(repeating: "系", count: 100)
        let key = String(repeating: "客", count: 200)
        let many = (0..<51).map { JSONValue.object(["system": "erp", "key": .string("\($0)")]) }
        #expect(try add("A", (system, key)).status == .created)
        #expect(try koi.request(.get, "/v1/customers/by/\(system.encoded)/\(key.encoded)")["name"] == "A")
        let tooMany = try koi.request(.patch, "/v1/customers/1", ["externalIds": .array(many)])
        #expect(issue(tooMany) == ["externalIds", "too_many"])
        let enough = try koi.request(.patch, "/v1/customers/1", ["externalIds": .array(Array(many.dropLast()))])
        #expect(enough["externalIds"].arrayValue?.count == 50)
        // Two spellings of é, which Swift takes for one.
        #expect(try add("B", ("erp", "\u{E9}"), ("erp", "e\u{301}"))["externalIds"].arrayValue?.count == 2)
        #expect(try koi.request(.get, "/v1/customers/by/erp/e%CC%81")["name"] == "B")
    }

    @Test func `goes with the person who is erased`() throws {
        let made = try koi.request(
            .post,
            "/v1/contacts",
            ["name": "魑魅", "externalIds": [["system": "erp", "key": "PERSONAL-4711"]]]
        )
        #expect(try koi.stored(["PERSONAL-4711"]).count == 1)
        let disclosed = try koi.request(.get, "/v1/contacts/1/subject-export")
        #expect(disclosed["record"]["externalIds"] == made["externalIds"])
        #expect(try koi.request(.post, "/v1/contacts/1/erasure").status == .ok)
        try koi.worker(ErasureJob.kind).runDue()
        #expect(try koi.stored(["PERSONAL-4711"]) == [])
        #expect(try koi.request(.get, "/v1/contacts/1")["externalIds"] == [])
        #expect(try koi.request(.get, "/v1/contacts/by/erp/PERSONAL-4711").status == .notFound)
    }

    @Test func `is missed by the check where it leads nowhere`() throws {
        _ = try add("A", ("erp", "1"), ("shop", "2"))
        _ = try koi.request(.put, "/v1/contacts/by/erp/1", ["name": "B"])
        #expect(try koi.app.check() == [])
        _ = try koi.app.perform { try $0.connection.run("UPDATE external_ids SET \"key\" = '9' WHERE system = 'shop'") }
        let faults = try koi.app.check()
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix("customers show 2 keys") == true)
    }

    @Test func `is not there for answers that are nobody's`() {
        let anonymous = Resource(
            "answers",
            singular: "answer",
            Text("answer", "答卷"),
            plural: Text("answers", "答卷"),
            isAnonymous: true,
            fields: [.text("text", "Text", "内容", max: 10)]
        )
        #expect(!anonymous.takesExternalIDs)
        #expect(ExternalIDRoutes.routes(of: anonymous).isEmpty)
    }
}
