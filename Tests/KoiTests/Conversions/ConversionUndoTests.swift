import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A conversion that is undone` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func convert(_ lead: Int64, _ body: JSONValue? = nil) throws -> TestAnswer {
        let answer = try koi.request(.put, "/v1/leads/\(lead)/conversion", body)
        #expect(answer.status == .ok, "\(answer.text)")
        return answer
    }

    private func undo(_ lead: Int64, _ query: String = "", key: String? = nil) throws -> TestAnswer {
        try koi.request(.delete, "/v1/leads/\(lead)/conversion\(query)", key: key)
    }

    private func count(_ resource: String) throws -> Int {
        try koi.request(.get, "/v1/" + resource).items.count
    }

    private func lead(_ others: JSONObject = [:]) throws -> Int64 {
        let body: JSONObject = ["name": "王芳", "company": "Acme", "need": "Bearings", "status": "qualified"]
        return try koi.make("leads", .object(JSONObject(body.members + others.members)))
    }

    @Test func `gives the lead back and removes what was made`() throws {
        let lead = try lead()
        let before = try koi.request(.get, "/v1/leads/\(lead)").json
        _ = try convert(lead)
        koi.clock.advance(by: .seconds(60))
        #expect(try undo(lead).status == .noContent)
        let after = try koi.request(.get, "/v1/leads/\(lead)").json
        for name in ["status", "customer", "contact", "convertedAt", "firstResponseAt"] {
            #expect(after[name] == before[name], "\(name)")
        }
        for resource in ["customers", "contacts", "needs"] { #expect(try count(resource) == 0, "\(resource)") }
        #expect(try koi.request(.get, "/v1/leads/\(lead)/conversion").status == .notFound)
        #expect(try undo(lead).status == .notFound)
        #expect(try koi.events(of: "leads").last?.type == "lead.unconverted")
        _ = try convert(lead)
        #expect(try count("customers") == 1)
        #expect(try koi.app.check() == [])
    }

    @Test func `takes along what was logged and planned for the lead, and gives it back`() throws {
        let colleague = try koi.make("users", ["name": "Li", "role": 3])
        let lead = try lead()
        let call = try koi.make("activities", ["kind": "call", "direction": "in", "lead": .integer(lead)])
        let task = try koi.make("tasks", ["name": "Call back", "lead": .integer(lead)])
        let removed = try koi.make("activities", ["kind": "visit", "lead": .integer(lead)])
        try koi.request(.delete, "/v1/activities/\(removed)")
        for path in ["activities/\(call)", "tasks/\(task)"] {
            try koi.request(.patch, "/v1/" + path, ["owner": .integer(colleague)])
        }
        let made = try convert(lead)
        for path in ["activities/\(call)", "tasks/\(task)"] {
            let record = try koi.request(.get, "/v1/" + path)
            #expect(record["customer"] == made["customer"], "\(path)")
            #expect(record["contact"] == made["contact"], "\(path)")
            #expect(record["owner"] == .integer(colleague), "\(path)")
        }
        let customer = try koi.request(.get, "/v1/customers/\(made["customer"].text)")
        #expect(try customer["lastCareAt"] == koi.request(.get, "/v1/activities/\(call)")["happenedAt"])
        #expect(try undo(lead).status == .noContent)
        for path in ["activities/\(call)", "tasks/\(task)"] {
            let record = try koi.request(.get, "/v1/" + path)
            #expect(record["customer"] == .null && record["contact"] == .null, "\(path)")
            #expect(record["lead"] == .integer(lead))
        }
        #expect(try count("customers") == 0)
        #expect(try koi.app.check() == [])
    }

    @Test func `leaves what somebody has changed, and says so first`() throws {
        let lead = try lead()
        let made = try convert(lead)
        try koi.request(.patch, "/v1/contacts/\(made["contact"].text)", ["title": "CEO"])
        let refused = try undo(lead)
        #expect(refused.status == .conflict)
        #expect(refused.code == "conversion_used")
        #expect(refused["errors"].arrayValue?.map { $0["field"] } == [.string("contacts/\(made["contact"].text)")])
        #expect(try count("customers") == 1)
        #expect(try undo(lead, "?rest=leave").status == .noContent)
        #expect(try count("contacts") == 1)
        #expect(try count("customers") == 0)
        #expect(try koi.request(.get, "/v1/leads/\(lead)")["status"] == "qualified")
    }

    @Test func `leaves what others name`() throws {
        let lead = try lead()
        let made = try convert(lead)
        let other = try koi.make("needs", ["customer": made["customer"], "what": "More"])
        #expect(
            try undo(lead)["errors"].arrayValue?.map { $0["field"] } == [.string("customers/\(made["customer"].text)")]
        )
        try koi.request(.delete, "/v1/needs/\(other)")
        #expect(try undo(lead).status == .noContent)
    }

    @Test func `leaves a customer that was merged into another`() throws {
        let lead = try lead()
        let made = try convert(lead)
        let survivor = try koi.make("customers", ["name": "Survivor"])
        let merged = try koi.request(.post, "/v1/customers/\(survivor)/merges", ["from": made["customer"]])
        #expect(merged.status == .created, "\(merged.text)")
        #expect(try koi.request(.get, "/v1/leads/\(lead)/conversion")["customer"] == .integer(survivor))
        #expect(try undo(lead).code == "conversion_used")
    }

    @Test func `empties what it filled, and nothing that is otherwise by now`() throws {
        let customer = try koi.make("customers", ["name": "Acme", "phone": "023 6868 1234", "tags": ["old"]])
        let lead = try lead([
            "phone": "023 6868 1234", "region": "重庆", "industry": "机械", "tags": ["fair"], "website": "acme.example",
        ])
        let path = "/v1/customers/\(customer)"
        #expect(try convert(lead)["customer"] == .integer(customer))
        #expect(try koi.request(.get, path)["tags"] == ["old", "fair"])
        try koi.request(.patch, path, ["region": "四川", "tags": ["old", "fair", "own"]])
        #expect(try undo(lead).status == .noContent)
        let after = try koi.request(.get, path)
        #expect(after["region"] == "四川")
        #expect(after["industry"] == nil)
        #expect(after["tags"] == ["old", "own"])
        #expect(after["phone"] == "023 6868 1234")
    }

    @Test func `needs the right to remove what was made`() throws {
        let lead = try lead()
        _ = try convert(lead)
        let li = try koi.person(["*": ["read": "all", "change": "all"]])
        #expect(try undo(lead, key: li.key).status == .forbidden)
        #expect(try count("customers") == 1)
    }

    @Test func `leaves what a living record names, however many lie in the bin`() throws {
        let lead = try lead()
        let made = try convert(lead)
        let needs = try (0..<22).map {
            try koi.make("needs", ["customer": made["customer"], "what": .string("N\($0)")])
        }
        for need in needs.dropLast() { try koi.request(.delete, "/v1/needs/\(need)") }
        #expect(try undo(lead).code == "conversion_used")
    }

    @Test func `empties nothing that the role may not write`() throws {
        let customer = try koi.make("customers", ["name": "Acme", "phone": "023 6868 1234"])
        let lead = try lead(["phone": "023 6868 1234", "industry": "机械"])
        _ = try convert(lead)
        let li = try koi.person(
            ["*": ["read": "all", "change": "all", "remove": "all"]],
            held: ["customers": ["industry": ["write": false]]]
        )
        #expect(try undo(lead, key: li.key).status == .noContent)
        #expect(try koi.request(.get, "/v1/customers/\(customer)")["industry"] == "机械")
    }

    @Test func `leaves the keys of other systems free for the next`() throws {
        let lead = try lead(["externalIds": [["system": "shop", "key": "K7"]]])
        _ = try convert(lead)
        #expect(try undo(lead).status == .noContent)
        let again = try convert(lead)
        let customer = try koi.request(.get, "/v1/customers/\(again["customer"].text)")
        #expect(customer["externalIds"].arrayValue?.first?["key"] == "K7")
    }

    @Test func `leaves the lead of a contact be when a customer is erased who is a person`() throws {
        let customer = try koi.make("customers", ["name": "Person", "kind": "person"])
        let lead = try koi.make("leads", ["name": "王芳", "wechat": "wangfang"])
        let made = try convert(lead, ["customer": .integer(customer)])
        #expect(made["contact"] != .null)
        #expect(try koi.request(.post, "/v1/customers/\(customer)/erasure").status == .ok)
        #expect(try koi.request(.get, "/v1/leads/\(lead)")["name"] == "王芳")
    }

    @Test func `keeps an answer that was logged since`() throws {
        let lead = try koi.make("leads", ["name": "李明"])
        koi.clock.advance(by: .seconds(600))
        _ = try convert(lead)
        #expect(try koi.request(.get, "/v1/leads/\(lead)")["firstResponseAt"] == "2026-11-22T09:10:00.000Z")
        let logged = try koi.request(
            .post,
            "/v1/activities",
            [
                "kind": "call", "lead": .integer(lead), "direction": "out", "subject": "First call",
                "happenedAt": "2026-11-22T09:05:00.000Z",
            ]
        )
        #expect(logged.status == .created, "\(logged.text)")
        // The call is one with the customer by now, who stays with it.
        #expect(try undo(lead).code == "conversion_used")
        #expect(try undo(lead, "?rest=leave").status == .noContent)
        #expect(try koi.request(.get, "/v1/leads/\(lead)")["firstResponseAt"] == "2026-11-22T09:05:00.000Z")
    }

    @Test func `of a company leaves its leads, who are people of their own`() throws {
        let lead = try lead()
        let made = try convert(lead)
        let erased = try koi.request(.post, "/v1/customers/\(made["customer"].text)/erasure")
        #expect(erased.status == .created || erased.status == .ok, "\(erased.text)")
        #expect(try koi.request(.get, "/v1/leads/\(lead)")["name"] == "王芳")
    }

    @Test func `goes with a person who is erased`() throws {
        let lead = try lead(["mobile": "139 0013 9000"])
        let made = try convert(lead)
        let erased = try koi.request(.post, "/v1/contacts/\(made["contact"].text)/erasure")
        #expect(erased.status == .created || erased.status == .ok, "\(erased.text)")
        let left = try koi.request(.get, "/v1/leads/\(lead)")
        #expect(left["name"] == .string("#\(lead)"))
        #expect(left["mobile"] == nil)
        let need = try koi.request(.get, "/v1/needs/\(made["need"].text)")
        #expect(need["what"] == .string("#\(made["need"].text)"))
    }
}
