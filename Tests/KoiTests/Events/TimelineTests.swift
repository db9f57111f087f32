import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A timeline` {
    private func types(_ answer: TestAnswer) -> [String?] { answer.items.map { $0["type"].stringValue } }

    @Test func `has what happened to the record and to what belongs to it, the newest first`() throws {
        let koi = try TestApp()
        try koi.make("customers", ["name": "Acme"])
        try koi.make("contacts", ["name": "Li", "customers": [["customer": 1]]])
        try koi.make("contacts", ["name": "Nobody's"])
        try koi.request(.patch, "/v1/customers/1", ["tier": "vip"])
        let timeline = try koi.request(.get, "/v1/customers/1/timeline")
        #expect(types(timeline) == ["customer.changed", "contact.created", "customer.created"])
        #expect(types(try koi.request(.get, "/v1/contacts/1/timeline")) == ["contact.created"])
    }

    @Test func `is read page by page, and grows at its beginning alone`() throws {
        let koi = try TestApp()
        try koi.make("customers", ["name": "Acme"])
        for tier in ["vip", "low", "general", "potential"] {
            try koi.request(.patch, "/v1/customers/1", ["tier": .string(tier)])
            try koi.make("contacts", ["name": .string(tier), "customers": [["customer": 1]]])
        }
        let whole = try koi.request(.get, "/v1/customers/1/timeline")
        #expect(whole.items.count == 9)
        var seen: [JSONValue] = []
        var target: String? = "/v1/customers/1/timeline?limit=2"
        while let next = target {
            let page = try koi.request(.get, next)
            seen += page.items
            target = page["next"].stringValue.map { "/v1/customers/1/timeline?limit=2&cursor=" + $0 }
            try koi.request(.patch, "/v1/customers/1", ["notes": .string("page \(seen.count)")])
        }
        #expect(seen == whole.items)
    }

    @Test func `has nothing of what the actor may not see`() throws {
        let koi = try TestApp()
        let seller = try koi.person(["*": ["read": "own"]])
        try koi.make("customers", ["name": "Mine", "owner": .integer(seller.id)])
        try koi.make("customers", ["name": "Theirs", "owner": 1])
        for (name, owner) in [("Own", seller.id), ("Other", 1)] {
            try koi.make(
                "contacts",
                ["name": .string(name), "owner": .integer(owner), "customers": [["customer": 1]]]
            )
        }
        let timeline = try koi.request(.get, "/v1/customers/1/timeline", key: seller.key)
        #expect(timeline.items.map { $0["after"]["name"] } == ["Own", "Mine"])
        #expect(try koi.request(.get, "/v1/customers/2/timeline", key: seller.key).status == .notFound)
        #expect(try koi.request(.get, "/v1/customers/9/timeline").status == .notFound)
    }

    @Test func `is there for a record in the bin`() throws {
        let koi = try TestApp()
        try koi.make("customers", ["name": "Acme"])
        try koi.request(.delete, "/v1/customers/1")
        #expect(types(try koi.request(.get, "/v1/customers/1/timeline")) == ["customer.removed", "customer.created"])
    }

    @Test func `masks what is held back`() throws {
        let koi = try TestApp()
        try koi.make("customers", ["name": "Acme", "phone": "138 0013 8000"])
        let person = try koi.person(["*": ["read": "all"]], held: ["customers": ["phone": ["read": "masked"]]])
        let timeline = try koi.request(.get, "/v1/customers/1/timeline", key: person.key)
        #expect(timeline.items.first?["after"]["phone"] == "138****8000")
        #expect(!timeline.text.contains("0013"))
    }

    @Test(arguments: ["limit=0", "cursor=x", "after=1", "type=a"])
    func `refuses a parameter that cannot be used`(_ query: String) throws {
        let koi = try TestApp()
        try koi.make("customers", ["name": "Acme"])
        #expect(try koi.request(.get, "/v1/customers/1/timeline?" + query).code == "bad_parameter")
    }

    @Test(arguments: Routes.resources)
    func `is there for every resource`(resource: Resource) throws {
        let koi = try TestApp()
        #expect(try koi.request(.get, "/v1/\(resource.name)/999/timeline").code == "not_found")
    }
}
