import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `The outbox` {
    private static let test: JSONValue = ["to": "li@example.com"]

    @Test func `delivers a test mail by the settings of the company`() throws {
        let desk = try MailDesk(publicURL: "https://koi.example.com")
        let made = try desk.koi.request(.post, "/v1/mail-tests", Self.test, fields: [("Accept-Language", "zh")])
        #expect(made.status == .created)
        #expect(made["state"] == "waiting")
        let letter = try #require(try desk.deliver().first)
        #expect(letter.message.to.text == "li@example.com")
        #expect(letter.message.from == MailAddress("koi@example.com", name: "重庆机械"))
        #expect(letter.message.subject == "Koi 可以发送邮件")
        #expect(letter.account == SMTPSession.Account(user: "koi", password: "s3cret"))
        #expect(letter.server.port == 587)
        #expect(letter.clientName == "koi.example.com")
        let path = try #require(made.fields["Location"])
        #expect(try desk.koi.request(.get, path)["state"] == "sent")
        #expect(try desk.deliver().count == 1)
    }

    @Test func `says of a test mail at once why it failed`() throws {
        let desk = try MailDesk()
        let made = try desk.koi.request(.post, "/v1/mail-tests", Self.test)
        desk.answer(with: DeliveryFailure.tooSlow)
        try desk.deliver()
        let shown = try desk.koi.request(.get, try #require(made.fields["Location"]))
        #expect(shown["state"] == "failed")
        #expect(shown["error"]["code"] == "timeout")
    }

    @Test func `takes no test mail without a mail server`() throws {
        let koi = try TestApp()
        #expect(try koi.request(.post, "/v1/mail-tests", Self.test).code == "mail_not_configured")
        #expect(try koi.request(.post, "/v1/mail-tests", ["to": "li", "cc": "x"])["errors"].arrayValue?.count == 2)
        #expect(try koi.request(.get, "/v1/mail-tests/1").status == .notFound)
        let sales = try Colleague(role: 3, in: koi)
        #expect(try koi.request(.post, "/v1/mail-tests", Self.test, key: sales.key).code == "not_permitted")
    }

    @Test func `bounds how many test mails somebody sends`() throws {
        let desk = try MailDesk()
        for _ in 0..<MailTest.perMinute { try desk.koi.request(.post, "/v1/mail-tests", Self.test) }
        #expect(try desk.koi.request(.post, "/v1/mail-tests", Self.test).code == "too_many_requests")
    }

    @Test func `tries again, each time later, and then gives up`() throws {
        let desk = try MailDesk()
        let id = try desk.addMail()
        desk.answer(with: DeliveryFailure.closed)
        var waits: [Int64] = []
        while let message = try desk.messages().first, message.finishedAt == nil, waits.count < 20 {
            try desk.deliver()
            let due = try desk.due(of: id)
            waits.append((due - desk.koi.clock.now) / 60_000)
            desk.koi.clock.advance(by: .milliseconds(max(0, due - desk.koi.clock.now)))
        }
        #expect(waits == [1, 3, 9, 27, 81, 243, 729, 1_440, 0])
        let message = try #require(try desk.messages().first)
        #expect(message.state == .failed)
        #expect(message.attempts == NewOutboxMessage.usualAttempts)
        #expect(message.failure?.code == "connection_lost")
    }

    @Test func `gives up at once what can never be delivered`() throws {
        let desk = try MailDesk()
        try desk.addMail()
        desk.answer(with: DeliveryFailure.refused(SMTPReply(code: 550, lines: ["No such user"]), ofMail: true))
        try desk.deliver()
        #expect(try desk.messages().first?.state == .failed)
    }

    @Test func `delivers under the same number what was under way when the process died`() throws {
        let desk = try MailDesk()
        let id = try desk.addMail()
        let token = try #require(try desk.messages().first?.token)
        try desk.koi.app.perform { transaction in
            let store = OutboxStore(transaction.connection)
            if let message = try store.find(id) { try store.begin(message) }
        }
        let letters = try desk.deliver()
        #expect(letters.map(\.message.id) == ["koi.\(token)@example.com"])
        #expect(try desk.messages().first?.attempts == 2)
    }

    @Test func `counts no attempt that was given up since Koi stops`() throws {
        let desk = try MailDesk()
        try desk.addMail()
        desk.answer(with: ClientConnection.Stopped())
        try desk.deliver(once: true)
        let message = try #require(try desk.messages().first)
        #expect(message.state == .waiting)
        #expect(message.attempts == 0)
    }

    @Test func `is undone with its cause`() throws {
        let desk = try MailDesk()
        struct Undone: Error {}
        #expect(throws: Undone.self) {
            try desk.koi.app.perform { transaction in
                try transaction.outbox.add(NewOutboxMessage(recipient: .address("li@example.com"), template: "test"))
                throw Undone()
            }
        }
        #expect(try desk.deliver().isEmpty)
    }

    @Test func `tries at once what waits, when the settings of mail change`() throws {
        let desk = try MailDesk()
        try desk.addMail()
        desk.answer(with: DeliveryFailure.closed)
        try desk.deliver()
        desk.answer(with: nil)
        #expect(try desk.deliver().isEmpty)
        try desk.koi.request(.patch, "/v1/settings", ["mail": ["fromName": "Koi"]])
        #expect(try desk.deliver().count == 1)
    }

    @Test func `keeps what was delivered for a month`() throws {
        let desk = try MailDesk()
        try desk.addMail()
        try desk.deliver()
        let worker = try desk.koi.worker(OutboxTrimming.kind)
        desk.koi.clock.advance(by: .milliseconds(OutboxTrimming.keptFor))
        try worker.runDue()
        #expect(try desk.messages().count == 1)
        desk.koi.clock.advance(by: .seconds(86_400))
        try worker.runDue()
        #expect(try desk.messages().isEmpty)
        worker.stop()
    }
}

extension MailDesk {
    @discardableResult
    fileprivate func addMail() throws -> Int64 {
        try koi.app.perform {
            try $0.outbox.add(NewOutboxMessage(recipient: .address("li@example.com"), template: "test"))
        }
    }

    fileprivate func due(of id: Int64) throws -> Int64 {
        try koi.app.perform { transaction in
            try transaction.connection.first("SELECT due FROM outbox WHERE id = ?", [.integer(id)]) { $0.int(0) } ?? 0
        }
    }
}
