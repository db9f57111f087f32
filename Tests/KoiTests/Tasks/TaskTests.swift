import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A task` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func add(_ body: JSONValue) throws -> Int64 {
        let made = try koi.request(.post, "/v1/tasks", body)
        return try #require(made["id"].integerValue, "\(made.text)")
    }

    private func names(_ query: String) throws -> [String] {
        try koi.request(.get, "/v1/tasks?sort=due&" + query).items.compactMap { $0["name"].stringValue }
    }

    @Test func `is done once, however often that is said, and can be opened again`() throws {
        let id = try add(["name": "Call back", "due": "2026-11-23T09:00:00Z"])
        let path = "/v1/tasks/\(id)/completion"
        let done = try koi.request(.put, path)
        #expect(done["doneAt"] == "2026-11-22T09:00:00.000Z")
        #expect(done["version"] == 2)
        koi.clock.advance(by: .seconds(60))
        #expect(try koi.request(.put, path).json == done.json)
        #expect(try koi.request(.put, path, fields: [("If-Match", "\"1\"")]).status == .preconditionFailed)

        #expect(try koi.request(.delete, path)["doneAt"] == .null)
        #expect(try koi.request(.delete, path)["version"] == 3)
        #expect(try koi.request(.put, "/v1/tasks/99/completion").status == .notFound)
        let future = try koi.request(.patch, "/v1/tasks/\(id)", ["doneAt": "2026-11-22T09:01:00.001Z"])
        #expect(future.refused == ["doneAt in_future"])
    }

    @Test func `is listed as due or overdue by its time`() throws {
        _ = try add(["name": "late", "due": "2026-11-22T08:00:00Z"])
        _ = try add(["name": "soon", "due": "2026-11-22T10:00:00Z"])
        _ = try add(["name": "later", "due": "2026-12-22T10:00:00Z"])
        let done = try add(["name": "done", "due": "2026-11-21T10:00:00Z"])
        try koi.request(.put, "/v1/tasks/\(done)/completion")
        #expect(try names("doneAt.null=true&due.lt=2026-11-22T09:00:00Z") == ["late"])
        #expect(try names("doneAt.null=true&due.lt=now") == ["late"])
        #expect(try names("doneAt.null=true&due.gte=today&due.lt=2026-11-23") == ["late", "soon"])
        koi.clock.advance(by: .seconds(3_601))
        #expect(try names("doneAt.null=true&due.lt=now") == ["late", "soon"])
        koi.clock.advance(by: .seconds(86_400))
        #expect(try names("due.gte=today") == ["later"])
        #expect(try koi.request(.get, "/v1/tasks?due.lt=tomorrow").status == .badRequest)
        #expect(try names("doneAt.null=true&owner=me") == ["late", "soon", "later"])
    }

    @Test func `is completed by the activity that logs what came of it, and listed while none does`() throws {
        let customer = try #require(try koi.request(.post, "/v1/customers", ["name": "Acme"])["id"].integerValue)
        let id = try add([
            "name": "Visit", "kind": "visit", "customer": .integer(customer), "due": "2026-11-22T08:00:00Z",
        ])
        _ = try add(["name": "Think", "due": "2026-11-22T08:00:00Z"])
        let missing = "kind.null=false&activity.null=true&due.lt=now"
        #expect(try names(missing) == ["Visit"])

        let log = try koi.request(.post, "/v1/activities", ["kind": "visit", "task": .integer(id)])
        #expect(log["customer"] == .integer(customer), "\(log.text)")
        let task = try koi.request(.get, "/v1/tasks/\(id)")
        #expect(task["activity"] == log["id"])
        #expect(task["doneAt"] == "2026-11-22T09:00:00.000Z")
        #expect(try names(missing) == [])

        try koi.request(.delete, "/v1/activities/\(log["id"].integerValue ?? 0)")
        #expect(try koi.request(.get, "/v1/tasks/\(id)")["activity"] == .null)
        #expect(try names(missing) == ["Visit"])
    }

    @Test func `of somebody else is not completed by whoever may only see it`() throws {
        let office = Office(koi)
        let reader = try office.person(
            "Reader",
            role: office.role("Reader", ["*": ["read": "all", "create": "own"], "tasks": ["read": "all"]])
        )
        let customer = try office.customer("Acme", of: nil)
        let id = try add(["name": "Visit", "customer": .integer(customer)])
        let log: JSONValue = ["kind": "visit", "task": .integer(id)]
        #expect(try koi.request(.post, "/v1/activities", log, key: reader.key).code == "not_permitted")
        #expect(try koi.request(.put, "/v1/tasks/\(id)/completion", key: reader.key).code == "not_permitted")
        #expect(try koi.request(.get, "/v1/tasks/\(id)")["doneAt"] == .null)
    }

    @Test func `reminds its owner once, at the time it says, and not of what is done`() throws {
        let office = Office(koi)
        let anna = try office.person("Anna")
        let worker = try koi.worker(TaskReminders.kind)
        func reminders() throws -> [JSONValue] {
            try koi.request(.get, "/v1/notifications", key: anna.key).items.filter { $0["kind"] == "taskReminder" }
        }
        let owner = JSONValue.integer(anna.id)
        let later = try add(["name": "Later", "owner": owner, "remindAt": "2026-11-22T11:00:00Z"])
        _ = try add(["name": "Soon", "owner": owner, "remindAt": "2026-11-22T10:00:00Z"])
        let done = try add(["name": "Done", "owner": owner, "remindAt": "2026-11-22T10:00:00Z"])
        try koi.request(.put, "/v1/tasks/\(done)/completion")

        koi.clock.advance(by: .milliseconds(3_599_999))
        try worker.runDue()
        #expect(try reminders().isEmpty)
        koi.clock.advance(by: .milliseconds(1))
        try worker.runDue()
        #expect(try reminders().map { $0["text"] } == ["Reminder of the task Soon."])

        try koi.request(.patch, "/v1/tasks/\(later)", ["remindAt": "2026-11-22T10:30:00Z"])
        koi.clock.advance(by: .seconds(1_800))
        try worker.runDue()
        #expect(try reminders().count == 2)
        koi.clock.advance(by: .seconds(86_400))
        try worker.runDue()
        #expect(try reminders().count == 2)
    }

    @Test func `is logged by its owner, though the customer is somebody else's by now`() throws {
        let office = Office(koi)
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
        let customer = try office.customer("Acme", of: anna)
        let id = try add(["name": "Visit", "customer": .integer(customer), "owner": .integer(anna.id)])
        _ = try office.assign(customer, to: bo)
        let log = try koi.request(.post, "/v1/activities", ["kind": "call", "task": .integer(id)], key: anna.key)
        #expect(log.status == .created, "\(log.text)")
        #expect(log["customer"] == .null)
        #expect(try koi.request(.get, "/v1/tasks/\(id)")["doneAt"] != .null)
    }
}
