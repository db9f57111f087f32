import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `The log` {
    private func sequences(_ answer: TestAnswer) -> [Int64?] { answer.items.map { $0["sequence"].integerValue } }

    private func types(_ answer: TestAnswer) -> [String?] { answer.items.map { $0["type"].stringValue } }

    @Test func `tells who did what to which record, and what changed`() throws {
        let koi = try TestApp()
        try koi.make("customers", ["name": "Acme"])
        try koi.make("contacts", ["name": "Li Ming", "customers": [["customer": 1]]])
        let start = try #require(try koi.request(.get, "/v1/events").items.last?["sequence"].integerValue)
        koi.clock.advance(by: .seconds(5))
        let changed = try koi.request(.patch, "/v1/contacts/1", ["title": "Boss"])
        #expect(changed.status == .ok)
        let answer = try koi.request(.get, "/v1/events?after=\(start)")
        #expect(answer["next"] == .null)
        let event = try #require(answer.items.first?.objectValue)
        #expect(
            JSONValue.object(event) == [
                "sequence": .integer(start + 1), "at": "2026-11-22T09:00:05.000Z",
                "actor": ["kind": "key", "id": 1], "user": 1, "request": event["request"] ?? nil,
                "type": "contact.changed", "resource": "contacts", "record": 1,
                "related": [["resource": "customers", "record": 1]], "before": ["title": nil],
                "after": ["title": "Boss"],
            ]
        )
        #expect(event["request"]?.stringValue?.hasPrefix("test-") == true)
    }

    @Test func `is followed from page to page without a gap`() throws {
        let koi = try TestApp()
        for number in 1...7 { try koi.addCustomer("Customer \(number)") }
        var seen: [Int64?] = []
        var after: JSONValue = "0"
        while let place = after.stringValue {
            let page = try koi.request(.get, "/v1/events?resource=customers&limit=3&after=\(place)")
            #expect(page.items.count <= 3)
            seen += sequences(page)
            after = page["next"]
        }
        let all = try koi.request(.get, "/v1/events?resource=customers")
        #expect(seen == sequences(all))
        #expect(seen.count == 7)
    }

    @Test func `is narrowed by type, resource, record, user and time`() throws {
        let koi = try TestApp()
        let other = try koi.person(named: "Wang", ["*": ["read": "all", "create": "all"]])
        koi.clock.advance(by: .seconds(3_600))
        try koi.addCustomer("Acme")
        try koi.request(.post, "/v1/customers", ["name": "Beta"], key: other.key)
        try koi.request(.patch, "/v1/customers/1", ["tier": "vip"])
        func found(_ query: String) throws -> [String?] { types(try koi.request(.get, "/v1/events?" + query)) }
        #expect(try found("type=customer.changed") == ["customer.changed"])
        #expect(try found("type=customer.changed,customer.created").count == 3)
        #expect(try found("resource=customers&record=1") == ["customer.created", "customer.changed"])
        #expect(try found("user=\(other.id)") == ["customer.created"])
        #expect(try found("user=me&resource=customers").count == 2)
        #expect(try found("from=2026-11-22T10:00:00Z").count == 3)
        #expect(try found("to=2026-11-22T10:00:00Z&resource=customers") == [])
        #expect(try found("from=2026-11-23") == [])
    }

    @Test(arguments: ["application/json", "text/event-stream"])
    func `refuses to go on after what has not happened`(_ type: String) throws {
        let koi = try TestApp()

        let answer = try koi.request(.get, "/v1/events?after=1000000", fields: [("Accept", type)])

        #expect(answer.status == .conflict)
        #expect(answer.code == "position_ahead")
    }

    @Test func `tells nothing that is on disk and not yet in effect`() throws {
        let koi = try TestApp()
        let start = try koi.app.perform { try EventLog.head($0.connection).sequence }
        let held = try koi.holding { _ = try RecordService(Customer.resource, $0).add(["name": "Acme"]) }

        let meanwhile = try koi.request(.get, "/v1/events?after=\(start)")
        held.letGo()

        #expect(meanwhile.items.isEmpty)
        #expect(types(try koi.request(.get, "/v1/events?after=\(start)")) == ["customer.created"])
    }

    @Test(arguments: [
        "after=x", "after=-1", "limit=0", "limit=501", "record=x&resource=customers", "record=1", "from=yesterday",
        "colour=red", "user=x", "type=a&type=b", "cursor=x",
    ])
    func `refuses a parameter that cannot be used, by name`(_ query: String) throws {
        let answer = try TestApp().request(.get, "/v1/events?" + query)
        #expect(answer.code == "bad_parameter")
        let name = String(query.prefix { $0 != "=" })
        #expect(answer["errors"].arrayValue?.first?["field"].stringValue == name)
    }

    @Test func `shows the events of records that the actor may read, in the bin, too, and no others`() throws {
        let koi = try TestApp()
        let seller = try koi.person(["*": ["read": "own"], "events": ["read": "all"]])
        try koi.make("customers", ["name": "Mine", "owner": .integer(seller.id)])
        try koi.make("customers", ["name": "Theirs", "owner": 1])
        try koi.request(.delete, "/v1/customers/1")
        let events = try koi.request(.get, "/v1/events?resource=customers", key: seller.key)
        #expect(types(events) == ["customer.created", "customer.removed"])
        #expect(events.items.allSatisfy { $0["record"] == 1 })
        #expect(try koi.request(.get, "/v1/events?resource=customers&record=2", key: seller.key).items == [])
    }

    @Test func `shows what is about no record to whom all of it is shown`() throws {
        let koi = try TestApp()
        try koi.addCustomer("Acme")
        try koi.request(.get, "/v1/customers", fields: [("Accept", "text/csv")])
        let all = try koi.person(named: "All", ["*": ["read": "all"], "events": ["read": "all"]])
        let team = try koi.person(named: "Team", ["*": ["read": "all"], "events": ["read": "team"]])
        let own = try koi.request(.get, "/v1/events?type=customers.exported", key: all.key)
        #expect(own.items.map { $0["record"] } == [.null])
        #expect(try koi.request(.get, "/v1/events?type=customers.exported", key: team.key).items == [])
    }

    @Test func `of which somebody sees their own part shows what they did themselves`() throws {
        let koi = try TestApp()
        let rights: JSONValue = ["*": ["read": "all", "create": "all"], "events": ["read": "own"]]
        let person = try koi.person(rights)
        try koi.addCustomer("Acme")
        try koi.request(.post, "/v1/customers", ["name": "Beta"], key: person.key)
        #expect(try koi.request(.get, "/v1/events", key: person.key).items.map { $0["record"] } == [2])
    }

    @Test func `shows of views one's own alone, shared or not`() throws {
        let koi = try TestApp()
        let all = try koi.person(["*": ["read": "all"], "events": ["read": "all"]])
        try koi.make("views", ["resource": "customers", "name": "Shared", "shared": true])
        let own: JSONValue = ["resource": "customers", "name": "Own"]
        #expect(try koi.request(.post, "/v1/views", own, key: all.key).status == .created)
        let events = try koi.request(.get, "/v1/events?resource=views", key: all.key)
        #expect(events.items.map { $0["record"] } == [2])
    }

    @Test func `is closed to whom no role opens it`() throws {
        let koi = try TestApp()
        let person = try koi.person(["*": ["read": "all"]])
        #expect(try koi.request(.get, "/v1/events", key: person.key).status == .forbidden)
    }

    @Test func `masks and hides what is held back, and notes who read the rest in clear`() throws {
        let koi = try TestApp()
        try koi.make(
            "fields",
            ["resource": "contacts", "key": "colour", "kind": "text", "labelEn": "C", "labelZh": "C"]
        )
        try koi.make("contacts", ["name": "Li", "mobile": "13800138000", "wechat": "li", "custom": ["colour": "red"]])
        let person = try koi.person(
            ["*": ["read": "all"], "events": ["read": "all"]],
            held: [
                "contacts": [
                    "mobile": ["read": "masked"], "wechat": ["read": "hidden"], "custom.colour": ["read": "masked"],
                ]
            ]
        )
        let target = "/v1/events?resource=contacts"
        let event = try #require(try koi.request(.get, target, key: person.key).items.first)
        #expect(event["after"]["mobile"] == "138****8000")
        #expect(event["after"].objectValue?["wechat"] == nil)
        #expect(event["after"]["custom"] == ["colour": "r***"])
        #expect(try koi.noted("read") == [])
        #expect(try koi.request(.get, target).items.first?["after"]["mobile"] == "13800138000")
        #expect(
            try koi.noted("read") == [[1, "contacts", [1], ["custom.colour", "mobile", "wechat"], .null]]
        )
    }

    @Test func `goes on where a payload was erased`() throws {
        let koi = try TestApp()
        try koi.addCustomer("Acme")
        try koi.request(.post, "/v1/customers/1/erasure")
        let event = try #require(try koi.request(.get, "/v1/events?resource=customers").items.first)
        #expect(event["before"] == .null && event["after"] == .null)
        #expect(try koi.app.check() == [])
    }
}
