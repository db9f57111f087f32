import Dispatch
import KoiHTTP
import KoiJSON
import KoiLock
import Testing

@testable import Koi

struct `A lead that is converted` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func convert(
        _ lead: Int64,
        _ body: JSONValue? = nil,
        _ query: String = "",
        key: String? = nil
    ) throws -> TestAnswer {
        try koi.request(.put, "/v1/leads/\(lead)/conversion\(query)", body, key: key)
    }

    private func record(_ resource: String, _ id: JSONValue) throws -> TestAnswer {
        try koi.request(.get, "/v1/\(resource)/\(id.text)")
    }

    private func count(_ resource: String) throws -> Int {
        try koi.request(.get, "/v1/" + resource).items.count
    }

    /// A lead with something of everything.
    private func full(_ others: JSONObject = [:]) throws -> Int64 {
        for resource in ["leads", "customers"] {
            try koi.make(
                "fields",
                ["resource": .string(resource), "key": "colour", "kind": "text", "labelEn": "C", "labelZh": "C"]
            )
        }
        try koi.make(
            "fields",
            ["resource": "leads", "key": "only", "kind": "text", "labelEn": "O", "labelZh": "O"]
        )
        let campaign = try koi.make("campaigns", ["name": "Fair"])
        let referrer = try koi.make("customers", ["name": "Referrer"])
        let body: JSONObject = [
            "name": "王芳", "company": "重庆机械", "title": "采购", "mobile": "139 0013 9000", "phone": "023 6868 1234",
            "email": "wang@example.com", "wechat": "wangfang", "website": "https://machines.example",
            "industry": "机械", "region": "重庆", "size": 120, "source": "exhibition", "campaign": .integer(campaign),
            "referrerCustomer": .integer(referrer), "need": "轴承", "needWhen": "2027-01-01", "needBudget": 500_000,
            "expectations": "快", "tags": ["fair"], "notes": "Met at the stand", "owner": 1,
            "custom": ["colour": "red", "only": "here"], "externalIds": [["system": "shop", "key": "7"]],
        ]
        return try koi.make("leads", .object(JSONObject((body.members + others.members))))
    }

    // MARK: What becomes of it

    @Test func `becomes a customer, a contact and a need with all that it says`() throws {
        let lead = try full()
        let made = try convert(lead)
        #expect(made.status == .ok, "\(made.text)")
        let customer = try record("customers", made["customer"])
        let expected: [String: JSONValue] = [
            "kind": "company", "name": "重庆机械", "phone": "023 6868 1234", "website": "https://machines.example",
            "industry": "机械", "region": "重庆", "size": 120, "source": "exhibition", "campaign": 1,
            "referrerCustomer": 1, "owner": 1, "tags": ["fair"], "notes": "Met at the stand",
            "custom": ["colour": "red"], "externalIds": [["system": "shop", "key": "7"]],
        ]
        for (name, value) in expected { #expect(customer[name] == value, "\(name)") }
        let contact = try record("contacts", made["contact"])
        for name in ["title", "mobile", "email", "wechat", "phone"] as [String] {
            #expect(try contact[name] == record("leads", .integer(lead))[name], "\(name)")
        }
        #expect(contact["name"] == "王芳")
        #expect(contact["customers"].arrayValue?.first?["customer"] == made["customer"])
        #expect(contact["customers"].arrayValue?.first?["main"] == true)
        let need = try record("needs", made["need"])
        let wanted: [String: JSONValue] = [
            "what": "轴承", "when": "2027-01-01", "budget": 500_000, "currency": "CNY", "expectations": "快",
            "customer": made["customer"], "contact": made["contact"], "lead": .integer(lead), "status": "open",
        ]
        for (name, value) in wanted { #expect(need[name] == value, "\(name)") }
        let after = try record("leads", .integer(lead))
        #expect(after["status"] == "converted")
        #expect(after["customer"] == made["customer"])
        #expect(after["contact"] == made["contact"])
        #expect(after["convertedAt"] == "2026-11-22T09:00:00.000Z")
        #expect(after["firstResponseAt"] == "2026-11-22T09:00:00.000Z")
        #expect(try koi.request(.get, "/v1/leads/\(lead)/conversion").json == made.json)
        #expect(try koi.app.check() == [])
    }

    @Test func `that is a person becomes one, with a contact for what a customer has no field for`() throws {
        let plain = try convert(koi.make("leads", ["name": "李明", "mobile": "138 0013 8000"]))
        #expect(plain["contact"] == .null)
        #expect(plain["need"] == .null)
        let customer = try record("customers", plain["customer"])
        #expect(customer["kind"] == "person")
        #expect(customer["phone"] == "138 0013 8000")
        let reachable = try convert(koi.make("leads", ["name": "王芳", "wechat": "wf"]))
        #expect(try record("contacts", reachable["contact"])["wechat"] == "wf")
        let without = try convert(koi.make("leads", ["name": "Zhao", "company": "Zhao Ltd"]), ["makeContact": false])
        #expect(without["contact"] == .null)
    }

    @Test func `has its past in the timeline of the customer`() throws {
        let lead = try koi.make("leads", ["name": "李明"])
        try koi.request(.patch, "/v1/leads/\(lead)", ["status": "qualified"])
        let customer = try convert(lead)["customer"]
        try koi.request(.patch, "/v1/leads/\(lead)", ["notes": "Later"])
        let timeline = try koi.request(.get, "/v1/customers/\(customer.text)/timeline").items
        #expect(
            timeline.map { $0["type"].stringValue } == [
                "lead.changed", "lead.converted", "customer.created", "lead.changed", "lead.created",
            ]
        )
    }

    @Test func `gets what the order says in place of what the lead does`() throws {
        let made = try convert(
            koi.make("leads", ["name": "李明", "company": "Acme"]),
            ["customerFields": ["name": "Acme Ltd", "tier": "vip"], "contactFields": ["title": "CEO"]]
        )
        #expect(try record("customers", made["customer"])["tier"] == "vip")
        #expect(try record("contacts", made["contact"])["title"] == "CEO")
        let custom = try convert(full(), ["customerFields": ["custom": ["colour": "blue"], "region": nil]])
        #expect(try record("customers", custom["customer"])["custom"] == ["colour": "blue"])
        #expect(try record("customers", custom["customer"])["region"] == nil)
        let lead = try koi.make("leads", ["name": "Zhao"])
        let refused = try convert(lead, ["customerFields": ["tier": "gold"]])
        #expect(refused["errors"].arrayValue?.first?["field"] == "customerFields.tier")
        #expect(try convert(lead, ["contactFields": ["title": "CEO"]]).status == .unprocessableContent)
    }

    @Test func `becomes a deal, too, where that is asked for`() throws {
        let lead = try full()
        let made = try convert(lead, ["makeDeal": true])
        #expect(made.status == .ok, "\(made.text)")
        let deal = try record("deals", made["deal"])
        let expected: [String: JSONValue] = [
            "name": "轴承", "customer": made["customer"], "contact": made["contact"], "lead": .integer(lead),
            "campaign": 1, "amount": 500_000, "currency": "CNY", "expectedClose": "2027-01-01", "owner": 1,
            "state": "open",
        ]
        for (name, value) in expected { #expect(deal[name] == value, "\(name)") }
        #expect(try record("leads", .integer(lead))["deal"] == made["deal"])
        #expect(try convert(lead).json == made.json)
        #expect(try koi.request(.delete, "/v1/leads/\(lead)/conversion").status == .noContent)
        #expect(try count("deals") == 0)
        let named = try convert(lead, ["dealFields": ["name": "Big", "amount": 1]])
        #expect(try record("deals", named["deal"])["name"] == "Big")
        let plain = try koi.make("leads", ["name": "Plain"])
        #expect(try convert(plain)["deal"] == .null)
        #expect(try convert(plain, ["makeDeal": true]).code == "converted_otherwise")
    }

    @Test func `becomes a deal whose worth is told otherwise than by its budget`() throws {
        let product = try koi.make("products", ["code": "P-1", "name": "Bearing", "price": 700])
        let lines: JSONValue = [["product": .integer(product), "quantity": 3]]
        let made = try convert(full(), ["dealFields": ["lines": lines]])
        #expect(made.status == .ok, "\(made.text)")
        #expect(try record("deals", made["deal"])["amount"] == 2_100)
        let abroad = try koi.make("leads", ["name": "Emma", "needBudget": 500_000])
        let deal = try record("deals", convert(abroad, ["dealFields": ["name": "Pumps", "currency": "EUR"]])["deal"])
        #expect(deal["currency"] == "EUR")
        #expect(deal["amount"] == .null)
    }

    @Test func `brings the product along that it wants`() throws {
        let product = try koi.make("products", ["code": "P-1", "name": "Bearing"])
        let made = try convert(koi.make("leads", ["name": "李明", "product": .integer(product)]))
        #expect(try record("needs", made["need"])["product"] == .integer(product))
    }

    // MARK: What is there already

    @Test func `joins the customer and contact that it certainly is, and fills what is empty`() throws {
        let customer = try koi.make("customers", ["name": "重庆机械", "phone": "+86 23 68681234", "region": "Chongqing"])
        let contact = try koi.make(
            "contacts",
            ["name": "王女士", "mobile": "13900139000", "customers": [["customer": .integer(customer)]]]
        )
        let made = try convert(full())
        #expect(made["customer"] == .integer(customer), "\(made.text)")
        #expect(made["contact"] == .integer(contact))
        #expect(made["made"].arrayValue?.map { $0["resource"] } == ["needs"])
        let joined = try record("customers", .integer(customer))
        #expect(joined["region"] == "Chongqing")
        #expect(joined["industry"] == "机械")
        #expect(joined["tags"] == ["fair"])
        #expect(joined["referrerCustomer"] == nil)
        #expect(try record("contacts", .integer(contact))["name"] == "王女士")
        #expect(try record("contacts", .integer(contact))["title"] == "采购")
    }

    @Test func `that may be several is refused with them, until somebody says which`() throws {
        let first = try koi.make("customers", ["name": "Acme", "phone": "023 6868 1234"])
        let second = try koi.make("customers", ["name": "Acme Tools", "website": "acme.example"])
        let lead = try koi.make(
            "leads",
            ["name": "李明", "company": "Acme Ltd", "phone": "023 6868 1234", "website": "https://acme.example"]
        )
        let refused = try convert(lead)
        #expect(refused.status == .conflict)
        #expect(refused.code == "which_customer")
        #expect(Set(refused["candidates"].arrayValue?.ids ?? []) == [first, second])
        #expect(try record("leads", .integer(lead))["status"] == "new")
        let named = try convert(lead, ["customer": .integer(second)])
        #expect(named["customer"] == .integer(second), "\(named.text)")
        #expect(try convert(lead, ["customer": .integer(first)]).code == "converted_otherwise")
    }

    @Test func `with no more than the name of a customer is not taken for it`() throws {
        let known = try koi.make("customers", ["name": "Acme"])
        let lead = try koi.make("leads", ["name": "李明", "company": "ACME Ltd"])
        let refused = try convert(lead)
        #expect(refused.code == "which_customer")
        #expect(refused["candidates"].arrayValue?.ids == [known])
        let made = try convert(lead, nil, "?allowDuplicate=true")
        #expect(made["customer"] != .integer(known))
        #expect(made.status == .ok)
    }

    @Test func `that is a customer who may not be seen says so, and no more`() throws {
        let sales = try koi.keyOfUser(role: Role.salesID)
        try koi.make("customers", ["name": "Acme", "phone": "023 6868 1234", "owner": 1])
        let body: JSONValue = ["name": "李明", "company": "Beta", "phone": "023 6868 1234"]
        let lead = try #require(koi.request(.post, "/v1/leads", body, key: sales)["id"].integerValue)
        let refused = try convert(lead, key: sales)
        #expect(refused.code == "possible_duplicate", "\(refused.text)")
        #expect(refused["candidates"] == [])
        #expect(try convert(lead, nil, "?allowDuplicate=true", key: sales).status == .ok)
    }

    @Test func `brings along what its converter may not see`() throws {
        let sales = try koi.keyOfUser(role: Role.salesID)
        let referrer = try koi.make("customers", ["name": "Referrer", "owner": 1])
        let user = try #require(koi.request(.get, "/v1/users?sort=-id&limit=1").items.first?["id"])
        let lead = try koi.make("leads", ["name": "李明", "referrerCustomer": .integer(referrer), "owner": user])
        let made = try convert(lead, key: sales)
        #expect(made.status == .ok, "\(made.text)")
        #expect(try record("customers", made["customer"])["referrerCustomer"] == .integer(referrer))
    }

    @Test func `needs the rights to change it and to make what comes of it`() throws {
        let lead = try koi.make("leads", ["name": "李明", "need": "Bearings"])
        let reader = try koi.person(["leads": ["read": "all"]])
        #expect(try convert(lead, key: reader.key).status == .forbidden)
        let changer = try koi.person(
            named: "Wang",
            ["leads": ["read": "all", "change": "all"], "customers": ["read": "all", "create": "all"]]
        )
        #expect(try convert(lead, key: changer.key).status == .forbidden)
        #expect(try count("customers") == 0)
        #expect(try convert(999, key: reader.key).status == .notFound)
    }

    @Test func `carries nothing into sight that is held back from its converter`() throws {
        let lead = try koi.make("leads", ["name": "李明", "mobile": "138 0013 8000"])
        let li = try koi.person(
            ["*": ["read": "all", "create": "all", "change": "all"]],
            held: ["leads": ["mobile": ["read": "masked"]]]
        )
        let made = try convert(lead, key: li.key)
        #expect(try record("customers", made["customer"])["phone"] == nil)
    }

    @Test func `tells nothing that the role holds back`() throws {
        let lead = try koi.make("leads", ["name": "李明", "company": "Acme"])
        _ = try convert(lead)
        let li = try koi.person(
            ["leads": ["read": "all"], "customers": ["read": "all"]],
            held: ["leads": ["customer": ["read": "hidden"], "convertedAt": ["read": "hidden"]]]
        )
        let shown = try koi.request(.get, "/v1/leads/\(lead)/conversion", key: li.key)
        #expect(shown.status == .ok)
        #expect(shown["customer"] == .null && shown["at"] == .null)
        #expect(shown["made"] == [])
    }

    @Test func `belongs to who converts it where it was nobody's, and leaves its pool`() throws {
        let pool = try koi.make("pools", ["name": "Leads", "resource": "leads", "users": [["user": 1]]])
        let lead = try koi.make("leads", ["name": "李明", "company": "Acme", "need": "轴承"])
        let pooled = try koi.request(.put, "/v1/leads/\(lead)/pool", ["pool": .integer(pool), "reason": "Nobody's"])
        #expect(pooled.status == .ok, "\(pooled.text)")
        let made = try convert(lead)
        let converted = try record("leads", .integer(lead))
        #expect(converted["pool"] == .null)
        #expect(converted["owner"] == 1)
        #expect(try record("customers", made["customer"])["owner"] == 1)
        #expect(try record("needs", made["need"])["owner"] == 1)
    }

    @Test func `belongs to a collaborator who converts it, and who may give it to nobody else`() throws {
        let li = try koi.person(
            named: "Li",
            ["*": ["read": "own", "create": "own", "change": "own", "remove": "own"]]
        )
        let lead = try koi.make("leads", ["name": "李明", "company": "Acme", "need": "轴承", "owner": 1])
        let shared = try koi.request(.put, "/v1/leads/\(lead)/collaborators/\(li.id)", ["access": "write"])
        #expect(shared.status == .created || shared.status == .ok, "\(shared.text)")
        let made = try convert(lead, key: li.key)
        #expect(made.status == .ok, "\(made.text)")
        #expect(try record("customers", made["customer"])["owner"] == .integer(li.id))
        #expect(try record("leads", .integer(lead))["owner"] == 1)
        #expect(try koi.request(.delete, "/v1/leads/\(lead)/conversion", key: li.key).status == .noContent)
    }

    @Test func `has its contact belong to its customer`() throws {
        let (first, second) = (try koi.make("customers", ["name": "A"]), try koi.make("customers", ["name": "B"]))
        let contact = try koi.make("contacts", ["name": "李明", "customers": [["customer": .integer(first)]]])
        let lead = try koi.make("leads", ["name": "Matter", "company": "B"])
        let made = try convert(lead, ["customer": .integer(second), "contact": .integer(contact)])
        #expect(made.status == .ok, "\(made.text)")
        let links = try record("contacts", .integer(contact))["customers"].arrayValue ?? []
        #expect(links.map { $0["customer"] } == [.integer(first), .integer(second)])
        let other = try koi.make("leads", ["name": "王芳", "company": "C"])
        let alone = try convert(other, ["contactFields": ["customers": []]])
        #expect(
            try record("contacts", alone["contact"])["customers"].arrayValue?.first?["customer"] == alone["customer"]
        )
    }

    @Test func `is refused once its person was erased`() throws {
        let lead = try koi.make("leads", ["name": "李明"])
        try koi.request(.post, "/v1/leads/\(lead)/erasure")
        #expect(try convert(lead).code == "erased")
    }

    @Test func `stays the survivor when it is merged`() throws {
        let (lead, other) = (try koi.make("leads", ["name": "李明"]), try koi.make("leads", ["name": "李明"]))
        let made = try convert(lead)
        let refused = try koi.request(.post, "/v1/leads/\(other)/merges", ["from": .integer(lead)])
        #expect(refused.code == "is_converted", "\(refused.text)")
        #expect(try koi.request(.post, "/v1/leads/\(lead)/merges", ["from": .integer(other)]).status == .created)
        #expect(try convert(other).status != .ok)
        #expect(try koi.request(.get, "/v1/leads/\(lead)/conversion")["customer"] == made["customer"])
    }

    // MARK: Twice

    @Test func `again gets the same, and doubles nothing`() throws {
        let lead = try full()
        let first = try convert(lead)
        let second = try convert(lead)
        #expect(second.json == first.json)
        #expect(try count("customers") == 2)
        #expect(try count("needs") == 1)
        #expect(try koi.events(of: "leads").count { $0.type == "lead.converted" } == 1)
    }

    @Test func `by many at once is converted once, and all get the same`() throws {
        let lead = try full()
        let answers = Lock<[JSONValue]>([])
        let done = DispatchSemaphore(value: 0)
        for _ in 0..<20 {
            let exchange = Exchange { response in
                answers.withLock { $0.append(TestAnswer(response).json) }
                done.signal()
            }
            // The writes wait for each other, and not for their answers.
            try koi.begin(.put, "/v1/leads/\(lead)/conversion", exchange)
        }
        for _ in 0..<20 { done.wait() }
        let all = answers.withLock { $0 }
        #expect(all.count == 20)
        #expect(Set(all.map(\.text)).count == 1, "\(all)")
        #expect(all.first?["lead"] == .integer(lead))
        #expect(try count("customers") == 2)
        #expect(try count("contacts") == 1)
    }
}
