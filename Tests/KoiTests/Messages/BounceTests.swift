import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A bounce` {
    private static let path = "/v1/inbound/bounce"

    /// As Postfix writes it.
    private func report(
        _ token: String,
        status: String = "5.1.1",
        action: String = "failed",
        marked: Bool = true
    ) -> [UInt8] {
        let to = marked ? "bounces+\(token)@example.com" : "koi@example.com"
        return Array(
            """
            Return-Path: <>\r
            To: \(to)\r
            Subject: Undelivered Mail Returned to Sender\r
            MIME-Version: 1.0\r
            Content-Type: multipart/report; report-type=delivery-status;\r
            \tboundary="B/1=_x"\r
            \r
            This is a MIME-encapsulated message.\r
            --B/1=_x\r
            Content-Type: text/plain\r
            \r
            I'm sorry\r
            --B/1=_x\r
            Content-Type: message/delivery-status\r
            \r
            Reporting-MTA: dns; mail.example.com\r
            \r
            Final-Recipient: rfc822; li@example.com\r
            Action: \(action)\r
            Status: \(status)\r
            Diagnostic-Code: smtp; 550 5.1.1 <li@example.com>:\r
             User unknown\r
            \r
            --B/1=_x\r
            Content-Type: message/rfc822\r
            \r
            Message-ID: <koi.\(token)@example.com>\r
            Subject: Hello\r
            \r
            Hello\r
            --B/1=_x--\r

            """.utf8
        )
    }

    private func sent(_ desk: MailDesk) throws -> (message: TestAnswer, token: String, customer: Int64) {
        let customer = try desk.customer()
        let message = try desk.send("transactional", to: customer)
        try desk.deliver()
        let id = try #require(message["id"].integerValue)
        let item = try desk.koi.request(.get, "/v1/messages/\(id)/recipients").items.first
        return (message, try #require(item?["token"].stringValue), customer)
    }

    @Test(arguments: [true, false])
    func `for good marks the address, and nothing more is sent to it until it is another`(marked: Bool) throws {
        let desk = try MailDesk()
        let (message, token, customer) = try sent(desk)
        let answer = try desk.koi.send(.post, Self.path, report(token, marked: marked), type: "message/rfc822")
        #expect(answer.status == .ok, "\(answer.text)")
        #expect(try desk.outcomes(of: message) == ["failed bounced"])
        let again = try desk.send("transactional", to: customer)
        try desk.deliver()
        #expect(try desk.outcomes(of: again) == ["refused undeliverable"])
        try desk.koi.request(.patch, "/v1/customers/\(customer)", ["email": "li.ming@example.com"])
        let third = try desk.send("transactional", to: customer)
        try desk.deliver()
        #expect(try desk.outcomes(of: third) == ["sent"])
    }

    @Test(arguments: [
        ("4.2.2", "delayed", "sent"), ("5.2.2", "failed", "failed bounced"), ("5.7.1", "failed", "failed bounced"),
    ])
    func `for now, or about the mail, leaves the address as it is`(
        status: String,
        action: String,
        outcome: String
    ) throws {
        let desk = try MailDesk()
        let (message, token, customer) = try sent(desk)
        _ = try desk.koi.send(.post, Self.path, report(token, status: status, action: action), type: "message/rfc822")
        #expect(try desk.outcomes(of: message) == [outcome])
        let again = try desk.send("transactional", to: customer)
        try desk.deliver()
        #expect(try desk.outcomes(of: again) == ["sent"])
    }

    @Test func `may come as JSON of a gateway`() throws {
        let desk = try MailDesk()
        let (message, token, _) = try sent(desk)
        let body: JSONValue = ["token": .string(token), "state": "failed", "permanent": true, "reason": "absent"]
        #expect(try desk.koi.request(.post, Self.path, body).status == .ok)
        #expect(try desk.outcomes(of: message) == ["failed bounced"])
    }

    @Test func `is heard of by those who listen`() throws {
        let desk = try MailDesk()
        let (_, token, _) = try sent(desk)
        _ = try desk.koi.send(.post, Self.path, report(token), type: "message/rfc822")
        let head = try desk.koi.app.perform { try EventLog.head($0.connection).sequence }
        #expect(desk.koi.app.catalog.eventHub.head == head)
    }

    @Test func `about nothing of Koi is not there, and needs the right to change all messages`() throws {
        let desk = try MailDesk()
        let token = try sent(desk).token
        #expect(
            try desk.koi.send(.post, Self.path, report(String(repeating: "0", count: 32)), type: "message/rfc822")
                .status == .notFound
        )
        let sales = try Colleague(role: 3, in: desk.koi)
        let body: JSONValue = ["token": .string(token), "state": "failed", "permanent": true]
        #expect(try desk.koi.request(.post, Self.path, body, key: sales.key).code == "not_permitted")
    }

    @Test func `that a server says at once marks the address as well`() throws {
        let desk = try MailDesk()
        let customer = try desk.customer()
        let message = try desk.send("transactional", to: customer)
        desk.answer(
            with: DeliveryFailure.refused(
                SMTPReply(code: 550, lines: ["5.1.1 No such user"]),
                ofMail: true,
                ofAddress: true
            )
        )
        try desk.deliver()
        #expect(try desk.outcomes(of: message) == ["failed refused"])
        desk.answer(with: nil)
        let again = try desk.send("transactional", to: customer)
        try desk.deliver()
        #expect(try desk.outcomes(of: again) == ["refused undeliverable"])
    }

    @Test func `of any bytes is read to an end`() {
        let whole = report(String(repeating: "a", count: 32))
        #expect(MailReport(whole).tokens == [String(repeating: "a", count: 32)])
        #expect(MailReport(whole).diagnostic == "smtp; 550 5.1.1 <li@example.com>: User unknown")
        for end in 0..<whole.count { _ = MailReport(Array(whole[..<end])) }
        let nested = Array(String(repeating: "Content-Type: multipart/mixed; boundary=b\n\n--b\n", count: 2_000).utf8)
        #expect(MailReport(nested).tokens.isEmpty)
        let parts = Array(
            ("Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\n", count: 50_000)).utf8
        )
        #expect(MailReport(parts).tokens.isEmpty)
    }

    @Test(arguments: [
        ("5.1.1 (no such user)", "5.1.1"), ("4.2.2", "4.2.2"), ("5.123.456", "5.123.456"), ("none", nil),
        ("5" + String(repeating: "1", count: 20), nil), ("5\u{34D}\u{34D}.1.1", "5"),
    ])
    func `has a status of three numbers or none`(value: String, status: String?) {
        #expect(MailReport(report("0", status: value)).status == status)
    }

    @Test func `is quoted so many code points long at most`() {
        let marks = "a" + String(repeating: "\u{34D}", count: 1_000)
        #expect(marks.count == 1)
        #expect(marks.shown(300).unicodeScalars.count == 300)
        #expect("a\u{7}b\u{7F}\nc".shown(300) == "abc")
    }
}
