import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

/// What was agreed with two people who are one, and what looks for them by number.
struct `A merge of people` {
    private let koi: TestApp
    private let first: Int64
    private let second: Int64

    init() throws {
        koi = try TestApp()
        first = try koi.make("customers", ["name": "李明", "email": "li@example.com"])
        second = try koi.make("customers", ["name": "Li Ming", "email": "ming@example.com"])
    }

    private func say(_ state: String, of id: Int64, _ channel: String = "mail", secondsAgo: Int64 = 0) throws {
        let answer = try koi.request(
            .put,
            "/v1/customers/\(id)/consents/\(channel)/marketing",
            [
                "state": .string(state), "source": .string("form \(id)"),
                "at": .string(Timestamp.text(koi.clock.now - secondsAgo * 1_000)),
            ]
        )
        try #require(answer.status == .ok, "\(answer.text)")
    }

    private func consents(of id: Int64) throws -> [String] {
        try koi.request(.get, "/v1/customers/\(id)/consents").items.map {
            "\($0["channel"].stringValue ?? "") \($0["state"].stringValue ?? "") \($0["source"].stringValue ?? "")"
        }
    }

    @Test(arguments: [
        ("given", "withdrawn", "withdrawn form 2"), ("withdrawn", "given", "withdrawn form 1"),
        ("given", "given", "given form 2"),
    ])
    func `has a consent that either has withdrawn withdrawn, until it is undone`(
        own: String,
        other: String,
        wanted: String
    ) throws {
        try say(own, of: first, secondsAgo: 60)
        try say(other, of: second)
        let before = (try consents(of: first), try consents(of: second))
        let merge = try #require(try koi.merge(second, into: first)["id"].integerValue)
        #expect(try consents(of: first) == ["mail " + wanted])
        #expect(try koi.unmerge(merge).status == .noContent)
        #expect(try consents(of: first) == before.0)
        #expect(try consents(of: second) == before.1)
    }

    @Test func `goes on being no other than it was said to be, until it is undone`() throws {
        let third = try koi.make("customers", ["name": "李明", "phone": "023 6868 1234"])
        let distinct = "/v1/customers/\(first)/distinctions"
        #expect(try koi.request(.put, "/v1/customers/\(second)/distinctions/\(third)").status == .ok)
        let merge = try #require(try koi.merge(second, into: first)["id"].integerValue)
        #expect(try koi.request(.get, distinct).items.map { $0["record"] } == [.integer(third)])
        #expect(try koi.unmerge(merge).status == .noContent)
        #expect(try koi.request(.get, distinct).items.isEmpty)
    }

    @Test func `of which one has opted out again stays opted out whatever was agreed before that`() throws {
        let mail = ["name": "王芳", "email": "li@example.com"] as JSONValue
        let same = try #require(try koi.request(.post, "/v1/customers?allowDuplicate=true", mail)["id"].integerValue)
        try say("withdrawn", of: first, secondsAgo: 60)
        koi.clock.advance(by: .seconds(1))
        try say("withdrawn", of: same)
        try say("given", of: first, secondsAgo: 30)
        let blocked = try koi.app.perform { try $0.connection.rows("SELECT reason FROM suppressions") { $0.text(0) } }
        #expect(blocked.contains("marketing"))
    }

    @Test func `takes over what only the other has said, and keeps what is said of both since`() throws {
        try say("given", of: second)
        try say("given", of: second, "sms")
        let merge = try #require(try koi.merge(second, into: first)["id"].integerValue)
        #expect(try consents(of: first) == ["mail given form 2", "sms given form 2"])
        try say("withdrawn", of: first)
        #expect(try koi.unmerge(merge).status == .noContent)
        // Under which number it was said nobody knows any more: it holds for both.
        #expect(try consents(of: first) == ["mail withdrawn form 1"])
        #expect(try consents(of: second) == ["mail withdrawn form 1", "sms given form 2"])
        let types = try koi.events(of: "customers").map(\.type).filter { $0 == "customer.consentChanged" }
        #expect(types.count == 7)
    }

    @Test func `has views and webhooks look for the survivor, until it is undone`() throws {
        let third = try koi.make("customers", ["name": "Third"])
        let view = try koi.make(
            "views",
            [
                "resource": "contacts", "name": "V",
                "filter": ["customer": .string("\(first),\(second),\(third)"), "name": .string("\(second)")],
            ]
        )
        let webhook = try koi.make(
            "webhooks",
            [
                "name": "W", "url": "https://example.com", "resource": "customers",
                "filter": ["id": .string(String(second))],
            ]
        )
        func filters() throws -> [JSONValue] {
            try ["/v1/views/\(view)", "/v1/webhooks/\(webhook)"].map { try koi.request(.get, $0)["filter"] }
        }
        let before = try filters()
        let merge = try #require(try koi.merge(second, into: first)["id"].integerValue)
        #expect(
            try filters() == [
                ["customer": .string("\(first),\(third)"), "name": .string("\(second)")],
                ["id": .string(String(first))],
            ]
        )
        let contact = try koi.make("contacts", ["name": "Wang", "customers": [["customer": .integer(first)]]])
        #expect(
            try koi.request(.get, "/v1/contacts?view=\(view)&name=Wang").items.map { $0["id"] } == [.integer(contact)]
        )
        // A later merge of the same filter goes first.
        let later = try #require(try koi.merge(third, into: first)["id"].integerValue)
        #expect(try filters().first?["customer"] == .string(String(first)))
        #expect(try koi.unmerge(merge).code == "merged_further")
        #expect(try koi.unmerge(later).status == .noContent)
        #expect(try koi.unmerge(merge).status == .noContent)
        #expect(try filters() == before)
    }

    @Test func `leaves a filter that somebody has changed since`() throws {
        let view = try koi.make(
            "views",
            ["resource": "contacts", "name": "V", "filter": ["customer": .string("\(second)")]]
        )
        let merge = try #require(try koi.merge(second, into: first)["id"].integerValue)
        try koi.request(.patch, "/v1/views/\(view)", ["filter": ["customer": "7"]])
        #expect(try koi.unmerge(merge).status == .noContent)
        #expect(try koi.request(.get, "/v1/views/\(view)")["filter"] == ["customer": "7"])
    }

    @Test func `sends a message that waits to the survivor, and once`() throws {
        let desk = try MailDesk.open()
        let (one, two) = (try desk.customer(), try desk.customer("Li", ["email": "ming@example.com"]))
        func recipients() throws -> [JSONValue] {
            try desk.koi.app.perform { transaction in
                try transaction.connection.rows("SELECT message, record FROM message_recipients ORDER BY id") {
                    [.integer($0.int(0)), .integer($0.int(1))]
                }
            }
        }
        for to in [[two], [one, two]] {
            let made = try desk.koi.request(
                .post,
                "/v1/messages",
                [
                    "channel": "mail", "purpose": "service", "subject": "S", "text": "T",
                    "to": ["customers": .array(to.map(JSONValue.integer))],
                ]
            )
            try #require(made.status == .created, "\(made.text)")
        }
        let before = try recipients()
        let merge = try #require(try desk.koi.merge(two, into: one)["id"].integerValue)
        #expect(try recipients() == [[1, .integer(one)], [2, .integer(one)], [2, .integer(two)]])
        #expect(try desk.koi.unmerge(merge).status == .noContent)
        #expect(try recipients() == before)
    }
}
