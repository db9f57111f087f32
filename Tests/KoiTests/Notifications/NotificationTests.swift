import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `Notifications` {
    @Test func `tell who is given a record, in the language that is asked for`() throws {
        let koi = try TestApp()
        let wang = try Colleague(in: koi)
        try koi.addCustomer("重庆机械")
        try koi.request(.patch, "/v1/customers/1", ["owner": .integer(wang.id)])
        let list = try koi.request(.get, "/v1/notifications", key: wang.key)
        let first = try #require(list.items.first)
        #expect(first["text"] == "Administrator gave you the customer 重庆机械.")
        #expect(first["kind"] == "recordGiven")
        #expect(first["subject"] == ["resource": "customers", "record": 1, "name": "重庆机械"])
        #expect(first["readAt"] == .null)
        let chinese = try koi.request(.get, "/v1/notifications", key: wang.key, fields: [("Accept-Language", "zh")])
        #expect(chinese.items.first?["text"] == "Administrator将客户“重庆机械”交给您负责。")
        #expect(try koi.request(.get, "/v1/notifications").items.isEmpty)
    }

    @Test func `tell nobody of their own doing`() throws {
        let koi = try TestApp()
        let wang = try Colleague(in: koi)
        try koi.addCustomer("A")
        try koi.request(.patch, "/v1/customers/1", ["owner": .integer(wang.id)], key: wang.key)
        #expect(try koi.request(.get, "/v1/notifications", key: wang.key).items.isEmpty)
    }

    @Test func `tell with whom a record is shared`() throws {
        let koi = try TestApp()
        let wang = try Colleague(in: koi)
        try koi.addCustomer("A")
        let share = try koi.request(.put, "/v1/customers/1/collaborators/\(wang.id)", ["access": "read"])
        #expect(share.status == .created)
        let list = try koi.request(.get, "/v1/notifications", key: wang.key)
        #expect(list.items.map { $0["text"] } == ["Administrator shared the customer A with you."])
    }

    @Test func `are read one by one or up to a number, and removed`() throws {
        let koi = try TestApp()
        let wang = try Colleague(in: koi)
        try koi.give(3, to: wang)
        let read = try koi.request(.put, "/v1/notifications/1/reading", key: wang.key)
        #expect(read["readAt"] == "2026-11-22T09:00:00.000Z")
        koi.clock.advance(by: .seconds(1))
        #expect(try koi.request(.put, "/v1/notifications/1/reading", key: wang.key)["readAt"] == read["readAt"])
        let unread = try koi.request(.get, "/v1/notifications?unread=true&total=true&limit=1", key: wang.key)
        #expect(unread["total"] == 2)
        #expect(unread.items.first?["id"] == 3)
        let cursor = try #require(unread["next"].stringValue)
        let rest = try koi.request(.get, "/v1/notifications?unread=true&limit=1&cursor=\(cursor)", key: wang.key)
        #expect(rest.items.map { $0["id"] } == [2])
        #expect(rest["next"] == .null)
        #expect(try koi.request(.put, "/v1/notifications/reading", ["upTo": 2], key: wang.key)["read"] == 1)
        #expect(try koi.request(.get, "/v1/notifications?unread=true", key: wang.key).items.map { $0["id"] } == [3])
        #expect(try koi.request(.delete, "/v1/notifications/3", key: wang.key).status == .noContent)
        #expect(try koi.request(.get, "/v1/notifications/3", key: wang.key).status == .notFound)
    }

    @Test func `are nobody else's`() throws {
        let koi = try TestApp()
        let wang = try Colleague(in: koi)
        try koi.give(1, to: wang)
        #expect(try koi.request(.get, "/v1/notifications/1").status == .notFound)
        #expect(try koi.request(.put, "/v1/notifications/1/reading").status == .notFound)
        #expect(try koi.request(.delete, "/v1/notifications/1").status == .notFound)
        #expect(try koi.request(.put, "/v1/notifications/reading", ["upTo": 9])["read"] == 0)
        #expect(try koi.request(.get, "/v1/notifications/1", key: wang.key).status == .ok)
    }

    @Test func `are not doubled while they are unread, but said again`() throws {
        let koi = try TestApp()
        let wang = try Colleague("Wang", in: koi)
        let li = try Colleague("Li", in: koi)
        try koi.give(1, to: wang)
        try koi.request(.patch, "/v1/customers/1", ["owner": .null], key: li.key)
        koi.clock.advance(by: .seconds(60))
        try koi.request(.patch, "/v1/customers/1", ["owner": .integer(wang.id)], key: li.key)
        let list = try koi.request(.get, "/v1/notifications", key: wang.key)
        #expect(list.items.map { $0["text"] } == ["Li gave you the customer 0."])
        #expect(list.items.first?["createdAt"] == "2026-11-22T09:01:00.000Z")
        try koi.request(.put, "/v1/notifications/reading", ["upTo": 100], key: wang.key)
        try koi.request(.patch, "/v1/customers/1", ["owner": .null], key: li.key)
        try koi.request(.patch, "/v1/customers/1", ["owner": .integer(wang.id)], key: li.key)
        #expect(try koi.request(.get, "/v1/notifications", key: wang.key).items.count == 2)
    }

    @Test func `are not shown of what one may not see any more`() throws {
        let koi = try TestApp()
        let wang = try Colleague(role: 3, in: koi)
        try koi.give(1, to: wang)
        #expect(try koi.request(.get, "/v1/notifications?total=true", key: wang.key)["total"] == 1)
        try koi.request(.patch, "/v1/customers/1", ["owner": .null])
        let list = try koi.request(.get, "/v1/notifications?total=true", key: wang.key)
        #expect(list.items.isEmpty)
        #expect(list["total"] == 0)
        #expect(try koi.request(.get, "/v1/notifications/1", key: wang.key).status == .notFound)
    }

    @Test func `show no name that their reader may not see in clear`() throws {
        let koi = try TestApp()
        let role = try koi.request(
            .post,
            "/v1/roles",
            [
                "name": "Masked", "permissions": ["*": ["read": "all"]],
                "fields": ["customers": ["name": ["read": "hidden"]]],
            ]
        )
        let wang = try Colleague(role: try #require(role["id"].integerValue), in: koi)
        try koi.addCustomer("Secret Ltd")
        try koi.request(.patch, "/v1/customers/1", ["owner": .integer(wang.id)])
        let list = try koi.request(.get, "/v1/notifications", key: wang.key)
        #expect(list.items.first?["text"] == "Administrator gave you the customer 1.")
        #expect(!list.text.contains("Secret"))
    }

    @Test func `about one's own account reach even who caused them`() throws {
        let koi = try TestApp()
        let wang = try Colleague(in: koi)
        try koi.app.perform { transaction in
            try transaction.notifications.add(
                to: wang.id,
                .newSignIn,
                about: EventSubject(resource: "sessions", id: 7),
                ["agent": "{by}", "address": "192.0.2.1"],
                by: wang.id
            )
        }
        let list = try koi.request(.get, "/v1/notifications", key: wang.key)
        #expect(list.items.first?["text"].stringValue?.contains("{by}, 192.0.2.1") == true)
    }

    @Test func `of a key's scopes may be withheld`() throws {
        let koi = try TestApp()
        let made = try koi.request(.post, "/v1/keys", ["name": "narrow", "scopes": ["customers.read"]])
        let narrow = try #require(made["key"].stringValue)
        #expect(try koi.request(.get, "/v1/notifications", key: narrow).code == "not_permitted")
        let reader = try koi.request(.post, "/v1/keys", ["name": "reader", "scopes": ["notifications.read"]])
        let key = try #require(reader["key"].stringValue)
        #expect(try koi.request(.get, "/v1/notifications", key: key).status == .ok)
        #expect(try koi.request(.put, "/v1/notifications/reading", ["upTo": 1], key: key).code == "not_permitted")
    }

    @Test(arguments: ["unread=yes", "total=1", "colour=red", "unread=true&unread=true", "cursor=x"])
    func `refuse a parameter that cannot be used`(query: String) throws {
        #expect(try TestApp().request(.get, "/v1/notifications?" + query).code == "bad_parameter")
    }

    @Test func `are kept for three months once read, and a year unread`() throws {
        let koi = try TestApp()
        let wang = try Colleague(in: koi)
        try koi.give(2, to: wang)
        try koi.request(.put, "/v1/notifications/1/reading", key: wang.key)
        let worker = try koi.worker(NotificationTrimming.kind)
        koi.clock.advance(by: .seconds(90 * 86_400 - 86_400))
        try worker.runDue()
        #expect(try koi.request(.get, "/v1/notifications", key: wang.key).items.count == 2)
        koi.clock.advance(by: .seconds(2 * 86_400))
        try worker.runDue()
        #expect(try koi.request(.get, "/v1/notifications", key: wang.key).items.map { $0["id"] } == [2])
        koi.clock.advance(by: .seconds(275 * 86_400))
        try worker.runDue()
        #expect(try koi.request(.get, "/v1/notifications", key: wang.key).items.isEmpty)
        worker.stop()
    }
}

extension TestApp {
    /// Gives somebody so many customers, named 0, 1 and so on.
    func give(_ count: Int, to colleague: Colleague) throws {
        for number in 0..<count {
            let made = try request(.post, "/v1/customers", ["kind": "company", "name": .string(String(number))])
            let id = made["id"].integerValue ?? 0
            try request(.patch, "/v1/customers/\(id)", ["owner": .integer(colleague.id)])
        }
    }
}
