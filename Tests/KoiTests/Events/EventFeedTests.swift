import Dispatch
import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A stream of events` {
    private func names(_ items: [JSONValue]) -> [String?] { items.map { $0["after"]["name"].stringValue } }

    private func head(_ koi: TestApp) throws -> Int64 {
        try koi.app.perform { try EventLog.head($0.connection).sequence }
    }

    @Test func `tells where it begins, and then what happens, as the list has it`() throws {
        let koi = try TestApp()
        try koi.addCustomer("Before")
        let start = try head(koi)
        let stream = try koi.stream()

        let first = try stream.next()
        try koi.addCustomer("Acme")
        let items = try stream.events(1)

        #expect(first == [["retry": "3000", "id": koi.position(start).stringValue ?? ""]])
        #expect(items == (try koi.request(.get, "/v1/events?after=\(start)").items))
        #expect(names(items) == ["Acme"])
    }

    @Test func `goes on after a number, and after the last event that its client saw`() throws {
        let koi = try TestApp()
        for name in ["A", "B", "C"] { try koi.addCustomer(name) }
        let all = try koi.request(.get, "/v1/events?resource=customers").items
        let first = try #require(all.first?["sequence"].integerValue)

        let after = try koi.stream("?resource=customers&after=\(first)").events(2)
        let resumed = try koi.stream(
            "?resource=customers&after=0",
            fields: [("Last-Event-ID", String(first + 1))]
        ).events(1)

        #expect(after == Array(all[1...]))
        #expect(resumed == Array(all[2...]))
    }

    @Test func `has no gap, however many write and wherever it begins`() throws {
        let koi = try TestApp()
        let streams = try (0..<5).map { _ in try koi.stream("?after=0") }

        DispatchQueue.concurrentPerform(iterations: 4) { writer in
            for number in 0..<60 { try? koi.addCustomer("Customer \(writer) \(number)") }
        }

        let head = try head(koi)
        #expect(head >= 240)
        for stream in streams {
            let items = try stream.events(Int(head))
            #expect(items.map { $0["sequence"].integerValue } == (1...head).map { $0 })
        }
    }

    @Test func `passes over what its filters leave out`() throws {
        let koi = try TestApp()
        let stream = try koi.stream("?type=customer.changed")

        try koi.addCustomer("Acme")
        try koi.request(.patch, "/v1/customers/1", ["name": "Beta"])

        #expect(names(try stream.events(1)) == ["Beta"])
    }

    @Test func `says where its client is when it had to read far for nothing`() throws {
        let koi = try TestApp()
        try koi.app.perform { transaction in
            for number in 0..<1500 {
                _ = try RecordService(Customer.resource, transaction).add(["name": .string("Customer \(number)")])
            }
        }
        let stream = try koi.stream("?type=contact.created&after=0")

        let chunks = [try stream.next(), try stream.next()]
        try koi.request(.post, "/v1/contacts", ["name": "Li"])

        #expect(chunks.map { $0?.first?["id"] } == [koi.position(0).stringValue, koi.position(1000).stringValue])
        #expect(names(try stream.events(1)) == ["Li"])
    }

    @Test func `shows what its key may see`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["customers": ["read": "own"], "events": ["read": "all"]])
        let stream = try koi.stream("?resource=customers", key: wang.key)

        try koi.request(.post, "/v1/customers", ["name": "Not Wang's"])
        try koi.request(.post, "/v1/customers", ["name": "Wang's", "owner": .integer(wang.id)])

        #expect(names(try stream.events(1)) == ["Wang's"])
    }

    @Test func `needs the same right as the list`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["customers": ["read": "all"]])

        let answer = try koi.response(.get, "/v1/events", key: wang.key, fields: [("Accept", "text/event-stream")])

        #expect(answer.status == .forbidden)
    }

    @Test func `is noted for each of those who share it, where it shows what is held back from others`() throws {
        let koi = try TestApp()
        _ = try koi.person(["*": ["read": "all"]], held: ["customers": ["phone": ["read": "masked"]]])
        let streams = try (0..<2).map { _ in try koi.stream("?resource=customers") }
        for stream in streams { _ = try stream.next() }

        try koi.app.perform { transaction in
            _ = try RecordService(Customer.resource, transaction).add(["name": "Acme", "phone": "023 6868 1234"])
        }
        for stream in streams { #expect(names(try stream.events(1)) == ["Acme"]) }

        let note: JSONValue = [1, "customers", [1], ["phone"], .null]
        #expect(try koi.noted("read") == [note, note])
    }

    @Test(
        arguments: [
            ("text/event-stream", true), ("text/event-stream;q=0", nil), ("text/event-stream;q=0, */*", false),
            ("application/json, text/event-stream;q=0.5", false), ("text/event-stream, application/json", true),
            ("application/json;q=0.1, text/event-stream;q=0.2", true), ("*/*", false), ("text/html", nil),
        ] as [(String, Bool?)]
    )
    func `comes where its client would have it`(_ accept: String, _ isStream: Bool?) throws {
        let koi = try TestApp()

        let response = try koi.response(.get, "/v1/events", fields: [("Accept", accept)])

        #expect(response.status.code == (isStream == nil ? 406 : 200))
        guard let isStream else { return }
        #expect(response.fields["Content-Type"] == (isStream ? "text/event-stream" : "application/json"))
        #expect(response.fields["Vary"]?.hasPrefix("Accept, ") == true)
    }

    @Test func `ends when its key is revoked`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["*": ["read": "all"], "events": ["read": "all"]])
        let stream = try koi.stream(key: wang.key)
        _ = try stream.next()
        let keys = try koi.request(.get, "/v1/keys?user=\(wang.id)").items
        let key = try #require(keys.first?["id"].integerValue)

        let revoked = try koi.request(.delete, "/v1/keys/\(key)")

        #expect(revoked.status == .noContent)
        while let chunk = try stream.next() { #expect(chunk.allSatisfy { $0["data"] == nil || $0["id"] != nil }) }
        #expect(koi.app.catalog.eventHub.count == 0)
    }

    @Test func `ends when the right to read events is taken from its role`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["customers": ["read": "all"], "events": ["read": "all"]])
        let stream = try koi.stream("?resource=customers", key: wang.key)
        _ = try stream.next()

        let changed = try koi.request(
            .patch,
            "/v1/roles/\(wang.role)",
            ["permissions": ["customers": ["read": "all"], "events": ["read": "none"]]]
        )

        #expect(changed.status == .ok, "\(changed.text)")
        #expect(try stream.next() == nil)
    }

    @Test func `is over once its key has expired`() throws {
        let koi = try TestApp()
        let made = try koi.request(.post, "/v1/keys", ["name": "Short", "expiresAt": "2026-11-22T10:00:00.000Z"])
        let stream = try koi.stream(key: made["key"].stringValue)

        #expect(!stream.isOver)
        koi.clock.advance(by: .seconds(3600))

        #expect(stream.isOver)
    }

    @Test func `is looked up again once its key is not remembered, and goes on`() throws {
        let koi = try TestApp()
        let stream = try koi.stream("?resource=customers")
        _ = try stream.next()
        koi.app.keys.forget()

        #expect(!stream.isOver)
        try koi.addCustomer("Acme")

        #expect(names(try stream.events(1)) == ["Acme"])
        #expect(!stream.isOver)
    }

    @Test func `leaves nothing behind when its client goes`() throws {
        let koi = try TestApp()
        var streams = try (0..<3).map { _ in try koi.stream() }
        for stream in streams { _ = try stream.next() }
        #expect(koi.app.catalog.eventHub.count == 3)

        // Their source is told when the last who reads them lets go of them.
        streams = []

        #expect(koi.app.catalog.eventHub.count == 0)
    }

    @Test(arguments: ["limit=5", "after=x", "colour=red"])
    func `refuses what makes no sense`(_ query: String) throws {
        let koi = try TestApp()

        let answer = TestAnswer(
            try koi.response(.get, "/v1/events?" + query, fields: [("Accept", "text/event-stream")])
        )

        #expect(answer.status == .badRequest)
        #expect(answer.code == "bad_parameter")
    }

    @Test(arguments: [("1000000", Status.conflict), ("x", .badRequest), ("-1", .badRequest)])
    func `refuses a last event that there is not`(_ id: String, _ status: Status) throws {
        let koi = try TestApp()

        let answer = try koi.response(
            .get,
            "/v1/events",
            fields: [("Accept", "text/event-stream"), ("Last-Event-ID", id)]
        )

        #expect(answer.status == status)
    }
}
