import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `Notifications by mail` {
    private static let path = "/v1/me/notification-preferences"

    @Test func `are chosen by kind`() throws {
        let desk = try MailDesk()
        let wang = try Colleague(email: "wang@example.com", in: desk.koi)
        let usual = try desk.koi.request(.get, Self.path, key: wang.key)
        #expect(usual["recordGiven"] == "page")
        #expect(usual["passwordChanged"] == "both")
        let chosen = try desk.koi.request(
            .put,
            Self.path,
            ["recordGiven": "mail", "recordShared": "none"],
            key: wang.key
        )
        #expect(chosen["recordGiven"] == "mail")
        #expect(chosen["newSignIn"] == "both")
        try desk.koi.give(1, to: wang)
        #expect(try desk.koi.request(.get, "/v1/notifications", key: wang.key).items.isEmpty)
        #expect(try desk.deliver().count == 1)
        let bad = try desk.koi.request(.put, Self.path, ["recordGiven": "pigeon", "tea": "page"], key: wang.key)
        #expect(bad["errors"].arrayValue?.count == 2)
    }

    @Test func `have the reader's language and a link, and no name in the subject`() throws {
        let desk = try MailDesk(publicURL: "https://koi.example.com")
        let wang = try Colleague(email: "wang@example.com", language: .zh, in: desk.koi)
        try desk.koi.request(.put, Self.path, ["recordGiven": "both"], key: wang.key)
        try desk.koi.give(1, to: wang)
        let mail = try #require(try desk.deliver().first?.message)
        #expect(mail.to.text == "wang@example.com")
        #expect(mail.subject == "重庆机械：有记录交给我负责")
        #expect(mail.text.hasPrefix("Administrator将客户“0”交给您负责。\n\nhttps://koi.example.com/"))
    }

    @Test func `cannot be chosen without a mail server or an address`() throws {
        let koi = try TestApp()
        let wang = try Colleague(email: "wang@example.com", in: koi)
        #expect(try koi.request(.put, Self.path, ["recordGiven": "mail"], key: wang.key).code == "mail_not_configured")
        let usual = try koi.request(.get, Self.path, key: wang.key)
        #expect(try koi.request(.put, Self.path, usual.json, key: wang.key).status == .ok)
        let desk = try MailDesk()
        let li = try Colleague(in: desk.koi)
        #expect(try desk.koi.request(.put, Self.path, ["recordGiven": "both"], key: li.key).code == "no_address")
    }

    @Test func `are not sent of what the reader may not see by then, nor to who has left`() throws {
        let desk = try MailDesk()
        let wang = try Colleague(role: 3, email: "wang@example.com", in: desk.koi)
        let li = try Colleague("Li", role: Role.viewerID, email: "li@example.com", in: desk.koi)
        for person in [wang, li] { try desk.koi.request(.put, Self.path, ["recordGiven": "both"], key: person.key) }
        try desk.koi.give(1, to: wang)
        try desk.koi.request(.patch, "/v1/customers/1", ["owner": .null])
        try desk.koi.give(1, to: li)
        try desk.koi.request(.patch, "/v1/customers/2", ["owner": .null])
        try desk.koi.request(.patch, "/v1/users/\(li.id)", ["active": false])
        #expect(try desk.deliver().isEmpty)
        #expect(try desk.messages().isEmpty)
    }

    @Test func `of a record that is given again before the first is sent go once`() throws {
        let desk = try MailDesk()
        let wang = try Colleague(email: "wang@example.com", in: desk.koi)
        try desk.koi.request(.put, Self.path, ["recordGiven": "both"], key: wang.key)
        try desk.koi.give(1, to: wang)
        try desk.koi.request(.patch, "/v1/customers/1", ["owner": .null])
        try desk.koi.request(.patch, "/v1/customers/1", ["owner": .integer(wang.id)])
        #expect(try desk.deliver().count == 1)
        #expect(try desk.koi.request(.get, "/v1/notifications", key: wang.key).items.count == 1)
    }

    @Test func `about one's own account go each time, and cannot be turned off`() throws {
        let desk = try MailDesk()
        let wang = try Colleague(email: "wang@example.com", in: desk.koi)
        let less = try desk.koi.request(.put, Self.path, ["passwordChanged": "none"], key: wang.key)
        #expect(less["errors"].arrayValue?.map { $0["code"] } == ["always_told"])
        _ = try desk.koi.app.perform { transaction in
            // As it may have been chosen before.
            try transaction.connection.run(
                "INSERT INTO notification_preferences (\"user\", kind, delivery) VALUES (?, 'passwordChanged', 'none')",
                [.integer(wang.id)]
            )
        }
        #expect(try desk.koi.request(.get, Self.path, key: wang.key)["passwordChanged"] == "both")
        let subject = EventSubject(resource: "users", id: wang.id)
        for _ in 0..<2 {
            try desk.koi.app.perform { try $0.notifications.add(to: wang.id, .passwordChanged, about: subject) }
        }
        #expect(try desk.deliver().count == 2)
        #expect(try desk.koi.request(.get, "/v1/notifications", key: wang.key).items.count == 2)
    }

    @Test func `do not wait in the outbox for whom nothing would be sent`() throws {
        let koi = try TestApp()
        let wang = try Colleague(email: "wang@example.com", in: koi)
        try koi.app.perform { try $0.notifications.add(to: wang.id, .passwordChanged) }
        let waiting = try koi.app.perform { try OutboxStore($0.connection).channels() }
        #expect(waiting.isEmpty)
        #expect(try koi.request(.get, "/v1/notifications", key: wang.key).items.count == 1)
    }
}
