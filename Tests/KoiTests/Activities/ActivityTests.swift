import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `An activity` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func add(_ path: String, _ body: JSONValue) throws -> Int64 {
        let made = try koi.request(.post, "/v1/" + path, body)
        return try #require(made["id"].integerValue, "\(made.text)")
    }

    @Test func `stands in the timelines of its customer and its contact, and is about at least one of them`() throws {
        let customer = try add("customers", ["name": "重庆机械"])
        let contact = try add("contacts", ["name": "李明"])
        let refused = try koi.request(.post, "/v1/activities", ["kind": "call"])
        #expect(refused.refused == ["customer about_nothing"])

        let id = try add(
            "activities",
            ["kind": "visit", "subject": "报价", "customer": .integer(customer), "contact": .integer(contact)]
        )
        for path in ["customers/\(customer)", "contacts/\(contact)"] {
            let types = try koi.request(.get, "/v1/\(path)/timeline").items.map { $0["type"] }
            #expect(types.contains("activity.created"), "\(path)")
        }
        try koi.request(.patch, "/v1/activities/\(id)", ["contact": nil])
        let last = try koi.request(.get, "/v1/contacts/\(contact)/timeline").items.first
        #expect(last?["type"] == "activity.changed")
        let emptied = try koi.request(.patch, "/v1/activities/\(id)", ["customer": nil])
        #expect(emptied.refused == ["customer about_nothing"])
    }

    @Test func `is the sender's, happens when it is logged unless somebody says otherwise, and never later`() throws {
        let customer = try add("customers", ["name": "Acme"])
        let made = try koi.request(.post, "/v1/activities", ["kind": "call", "customer": .integer(customer)])
        #expect(made["happenedAt"] == "2026-11-22T09:00:00.000Z")
        #expect(made["owner"] == 1)
        #expect(made["direction"] == "out")
        #expect(made["loggedAfterMinutes"] == 0)
        let late = try koi.request(
            .post,
            "/v1/activities",
            ["kind": "call", "customer": .integer(customer), "happenedAt": "2026-11-22T09:05:00.001Z"]
        )
        #expect(late.refused == ["happenedAt in_future"])
    }

    @Test func `tells how long after a visit it was logged, as Koi itself measures it`() throws {
        let customer = try add("customers", ["name": "Acme"])
        let visit: JSONValue = [
            "kind": "visit", "customer": .integer(customer), "happenedAt": "2026-11-21T07:29:59Z",
        ]
        let made = try koi.request(.post, "/v1/activities", visit)
        #expect(made["loggedAfterMinutes"] == 1_530)
        let path = "/v1/activities/\(made["id"].integerValue ?? 0)"
        #expect(try koi.request(.patch, path, ["loggedAfterMinutes": 1]).refused == ["loggedAfterMinutes read_only"])

        koi.clock.advance(by: .seconds(86_400))
        let moved = try koi.request(.patch, path, ["happenedAt": "2026-11-22T08:00:00Z"])
        #expect(moved["loggedAfterMinutes"] == 60)
        let change = try koi.events(of: "activities").last?.payload
        #expect(change?["after"]["loggedAfterMinutes"] == 60)
        let slow = try koi.request(.get, "/v1/activities?loggedAfterMinutes.gte=61")
        #expect(slow.items.isEmpty)
    }

    @Test func `of a contact alone is about the customer to whom that one belongs, where it is one`() throws {
        let customers = try (1...2).map { try add("customers", ["name": "C\($0)"]) }
        let links = customers.map { JSONValue.object(["customer": .integer($0)]) }
        let one = try add("contacts", ["name": "A", "customers": [links[0]]])
        let two = try add("contacts", ["name": "B", "customers": .array(links)])
        let former: JSONValue = ["customer": .integer(customers[1]), "to": "2026-11-21"]
        let left = try add("contacts", ["name": "C", "customers": [links[0], former]])
        func customer(_ contact: Int64) throws -> JSONValue {
            try koi.request(.post, "/v1/activities", ["kind": "call", "contact": .integer(contact)])["customer"]
        }
        #expect(try customer(one) == .integer(customers[0]))
        #expect(try customer(two) == .null)
        #expect(try customer(left) == .integer(customers[0]))
    }

    @Test func `says nothing more about a person who was erased`() throws {
        let contact = try add("contacts", ["name": "李明"])
        let id = try add(
            "activities",
            ["kind": "call", "contact": .integer(contact), "subject": "Hates olives", "notes": "Really", "minutes": 7]
        )
        let task = try add("tasks", ["name": "Send olives", "contact": .integer(contact)])
        let held = try koi.request(.get, "/v1/contacts/\(contact)/subject-export")
        #expect(held.text.contains("Hates olives") && held.text.contains("Send olives"))

        try koi.request(.post, "/v1/contacts/\(contact)/erasure")
        let left = try koi.request(.get, "/v1/activities/\(id)")
        #expect(left["subject"] == .null)
        #expect(left["notes"] == .null)
        #expect(left["minutes"] == 7)
        #expect(try koi.request(.get, "/v1/tasks/\(task)")["name"] == .string("#\(task)"))
        #expect(try koi.request(.get, "/v1/activities?q=olives").items.isEmpty)
        #expect(!(try koi.request(.get, "/v1/events").text.contains("olives")))
        #expect(try koi.events(of: "activities").isEmpty == false)
        #expect(try koi.app.check() == [])
    }

    @Test func `stays with who did it, which keeps nobody from leaving`() throws {
        let office = Office(koi)
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
        let customer = try office.customer("Acme", of: anna)
        let log: JSONValue = ["kind": "call", "customer": .integer(customer)]
        let made = try koi.request(.post, "/v1/activities", log, key: anna.key)
        #expect(made["owner"] == .integer(anna.id))
        let order: JSONValue = ["successors": [["user": .integer(bo.id)]]]
        try koi.request(.post, "/v1/users/\(anna.id)/handover", order)
        try koi.worker(HandoverJob.kind).runDue()
        #expect(try koi.request(.get, "/v1/customers/\(customer)")["owner"] == .integer(bo.id))
        #expect(try koi.request(.get, "/v1/activities/1")["owner"] == .integer(anna.id))
        let left = try koi.request(.patch, "/v1/users/\(anna.id)", ["active": false])
        #expect(left.status == .ok, "\(left.text)")
    }

    @Test func `that goes to a lead stands in its timeline, and is the first response where none was before`() throws {
        let lead = try add("leads", ["name": "王芳", "receivedAt": "2026-11-22T08:00:00Z"])
        func log(_ direction: JSONValue, _ minute: Int) throws -> JSONValue {
            let time = "2026-11-22T08:\(minute):00.000Z"
            _ = try add(
                "activities",
                ["kind": "call", "lead": .integer(lead), "direction": direction, "happenedAt": .string(time)]
            )
            return try koi.request(.get, "/v1/leads/\(lead)")["firstResponseAt"]
        }
        #expect(try log("in", 10) == .null)
        #expect(try log("out", 30) == "2026-11-22T08:30:00.000Z")
        #expect(try log("out", 40) == "2026-11-22T08:30:00.000Z")
        #expect(try log("out", 20) == "2026-11-22T08:20:00.000Z")
        let types = try koi.request(.get, "/v1/leads/\(lead)/timeline").items.map { $0["type"] }
        #expect(types.filter { $0 == "activity.created" }.count == 4)
    }

    @Test func `about a deal is about its customer, and stands in the timelines of both`() throws {
        let customer = try add("customers", ["name": "Acme"])
        let deal = try add("deals", ["name": "Pumps", "customer": .integer(customer)])
        let made = try koi.request(.post, "/v1/activities", ["kind": "call", "deal": .integer(deal)])
        #expect(made["customer"] == .integer(customer), "\(made.text)")
        for path in ["customers/\(customer)", "deals/\(deal)"] {
            let types = try koi.request(.get, "/v1/\(path)/timeline").items.map { $0["type"] }
            #expect(types.contains("activity.created"), "\(path)")
        }
    }
}
