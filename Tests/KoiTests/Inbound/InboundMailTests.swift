import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A mail of a customer` {
    private static let path = "/v1/inbound/email"
    private let desk: TicketDesk

    init() throws {
        desk = try TicketDesk()
    }

    /// - Parameter head: further header fields.
    private func send(
        _ text: String = "The pump leaks, and nobody calls back.",
        id: String = "1@example.com",
        from: String = "Li Ming <LiMing@example.com>",
        subject: String = "Leak",
        head: String = "",
        key: String? = nil
    ) throws -> TestAnswer {
        let bytes = Array(
            "From: \(from)\r\nSubject: \(subject)\r\nMessage-ID: <\(id)>\r\n\(head)\r\n\(text)\r\n".utf8
        )
        let answer = try desk.koi.response(
            .post,
            Self.path,
            .bytes(bytes),
            key: key,
            fields: [("Content-Type", "message/rfc822")]
        )
        return TestAnswer(answer)
    }

    private func ticket(_ answer: TestAnswer) throws -> TestAnswer {
        try desk.show(try #require(answer["ticket"].integerValue, "\(answer.text)"))
    }

    private func messages(_ answer: TestAnswer) throws -> [JSONValue] {
        let ticket = try #require(answer["ticket"].integerValue, "\(answer.text)")
        return try desk.koi.request(.get, "/v1/tickets/\(ticket)/messages").items
    }

    @Test func `becomes a ticket of who sent it`() throws {
        let answer = try send()

        #expect(answer.status == .ok)
        #expect(answer["action"] == "created")
        #expect(answer["reason"] == .null)
        #expect(answer["omitted"] == [])
        let ticket = try ticket(answer)
        #expect(ticket["number"] == answer["number"])
        #expect(ticket["subject"] == "Leak")
        #expect(ticket["channel"] == "email")
        #expect(ticket["contact"] == .integer(desk.contact))
        #expect(ticket["customer"] == .integer(desk.customer))
        #expect(ticket["reporterName"] == "Li Ming")
        #expect(ticket["reporterEmail"] == "LiMing@example.com")
        #expect(ticket["language"] == "en")
        #expect(ticket["state"] == "new")
        #expect(ticket["lastIncomingAt"] == "2026-11-22T09:00:00.000Z")
        let message = try #require(try messages(answer).first)
        #expect(message["id"] == answer["message"])
        #expect(message["kind"] == "incoming")
        #expect(message["text"] == "The pump leaks, and nobody calls back.")
        #expect(message["from"] == ["name": "Li Ming", "address": "LiMing@example.com"])
        #expect(message["author"] == .null)
    }

    @Test func `of a stranger, without subject or text, is a ticket as well`() throws {
        let answer = try send("", from: "x@example.net", subject: "")
        let ticket = try ticket(answer)
        #expect(ticket["subject"] == "（无主题）")
        #expect(ticket["contact"] == .null)
        #expect(ticket["language"] == "zh")
        #expect(try messages(answer).first?["text"] == "（无正文）")
    }

    @Test func `is of nobody where several have the address`() throws {
        let body: JSONValue = ["name": "Li Ming jr.", "email": "liming@example.com"]
        try #require(try desk.koi.request(.post, "/v1/contacts?allowDuplicate=true", body).status == .created)
        #expect(try ticket(send())["contact"] == .null)
    }

    @Test func `is of nobody whom the key does not see`() throws {
        let key = try desk.koi.keyOfUser(role: Role.salesID)
        let ticket = try ticket(send(key: key))
        #expect(ticket["contact"] == .null)
        #expect(ticket["reporterEmail"] == "LiMing@example.com")
    }

    @Test func `needs the right to make tickets`() throws {
        let role = try desk.make("/v1/roles", ["name": "Reader", "permissions": ["tickets": ["read": "all"]]])
        #expect(try send(key: desk.koi.keyOfUser(role: role)).status == .forbidden)
    }

    @Test func `counts once, however often it is handed over`() throws {
        let first = try send()
        let second = try send()
        #expect(second["action"] == "ignored")
        #expect(second["reason"] == "repeated")
        #expect(second["ticket"] == first["ticket"])
        #expect(second["message"] == first["message"])
        #expect(try messages(first).count == 1)
        // Another who uses the same Message-ID is another.
        #expect(try send(from: "x@example.net")["action"] == "created")
    }

    @Test(arguments: ["References: <1@example.com>\r\n", "In-Reply-To: <1@example.com>\r\n"])
    func `that answers another of the same sender comes to its ticket`(head: String) throws {
        let first = try send()
        let second = try send("It leaks more.", id: "2@example.com", head: head)
        #expect(second["action"] == "added")
        #expect(second["ticket"] == first["ticket"])
        #expect(try messages(first).count == 2)
    }

    @Test func `with the ticket's number comes to it where the sender takes part`() throws {
        let id = try desk.ticket()
        let number = try #require(try desk.show(id)["number"].stringValue)
        let subject = "Re: [#\(number)] Leak"
        #expect(try send(subject: subject)["ticket"] == .integer(id))
        try desk.koi.request(.patch, "/v1/customers/\(desk.customer)", ["email": "office@example.com"])
        #expect(try send(id: "2@x", from: "office@example.com", subject: subject)["ticket"] == .integer(id))
    }

    @Test func `of a stranger opens no ticket by a reference or a number`() throws {
        let first = try send()
        let number = try #require(first["number"].stringValue)
        let forged = try send(
            id: "2@x",
            from: "thief@example.net",
            subject: "[#\(number)] Re: Leak",
            head: "In-Reply-To: <1@example.com>\r\n"
        )
        #expect(forged["action"] == "created")
        #expect(forged["ticket"] != first["ticket"])
        #expect(try messages(first).count == 1)
    }

    @Test func `to a ticket in the bin makes another`() throws {
        let first = try send()
        try desk.koi.request(.delete, "/v1/tickets/\(try #require(first["ticket"].integerValue))")
        let second = try send("And?", id: "2@x", head: "In-Reply-To: <1@example.com>\r\n")
        #expect(second["action"] == "created")
        #expect(second["ticket"] != first["ticket"])
    }

    @Test func `opens a resolved ticket again`() throws {
        let id = try desk.ticket()
        try desk.move(id, to: TicketDesk.resolved)
        let number = try #require(try desk.show(id)["number"].stringValue)
        _ = try send("It still leaks.", subject: "Re: [#\(number)]")
        #expect(try desk.show(id)["state"] == "open")
    }

    @Test(arguments: [
        ("Auto-Submitted: auto-replied\r\n", "automatic"), ("Precedence: bulk\r\n", "automatic"),
        ("List-Id: <a.b>\r\n", "automatic"),
        ("X-Auto-Response-Suppress: OOF\r\n", "automatic"),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n", "report"),
    ])
    func `that no person wrote is no ticket`(head: String, reason: String) throws {
        let answer = try send(head: head)
        #expect(answer["action"] == "ignored")
        #expect(answer["reason"] == .string(reason))
        #expect(answer["ticket"] == .null)
        #expect(try desk.koi.request(.get, "/v1/tickets").items.isEmpty)
    }

    @Test func `of nobody is no ticket`() throws {
        #expect(try send(from: "")["reason"] == "no_sender")
    }

    @Test func `of Koi's own that came back is no ticket`() throws {
        let mail: JSONValue = ["server": "localhost", "port": 25, "security": "none", "from": "service@koi.example"]
        try #require(try desk.koi.request(.patch, "/v1/settings", ["mail": mail]).status == .ok)
        #expect(try send(from: "Service@koi.example")["reason"] == "own")
    }

    @Test func `beyond what a person writes in an hour is no ticket, until the hour is over`() throws {
        for number in 1...InboundLog.perSender { #expect(try send(id: "\(number)@x")["action"] == "created") }
        #expect(try send(id: "more@x")["reason"] == "too_many")
        #expect(try send(id: "other@x", from: "x@example.net")["action"] == "created")
        desk.koi.clock.advance(by: .milliseconds(InboundLog.period))
        #expect(try send(id: "more@x")["action"] == "created")
    }

    @Test func `is stored as text, as far as a ticket takes it`() throws {
        let html = try send("<script>alert(1)</script><b>Hello</b>", head: "Content-Type: text/html\r\n")
        #expect(try messages(html).first?["text"] == "Hello")
        let long = try send(String(repeating: "好", count: 120_000), id: "2@x")
        let text = try #require(try messages(long).first?["text"]?.stringValue)
        #expect(text.hasSuffix("部分内容未收录。］"))
        #expect(text.unicodeScalars.count <= TicketMessages.longestText)
        let parts = String(repeating: "--b\r\n\r\nx\r\n", count: 10_000)
        let bomb = try send(parts, id: "3@x", head: "Content-Type: multipart/mixed; boundary=b\r\n")
        #expect(bomb["omitted"] == ["parts"])
    }

    @Test func `brings its files along, each with a name that is none of a path`() throws {
        let body = """
            --b\r
            \r
            See there.\r
            --b\r
            Content-Type: text/html\r
            Content-Disposition: attachment; filename="../../a\u{202E}gpj.html"\r
            Content-Transfer-Encoding: base64\r
            \r
            iVBORw0KGgo=\r
            --b--\r
            """
        let answer = try send(body, head: "Content-Type: multipart/mixed; boundary=b\r\n")
        let message = try #require(try messages(answer).first)
        #expect(message["text"] == "See there.")
        let file = try #require(message["attachments"]?.arrayValue?.first)
        #expect(file["name"] == "agpj.html")
        #expect(file["size"] == 8)
        let (ticket, id) = (try #require(answer["ticket"].integerValue), try #require(file["id"]?.integerValue))
        let shown = try desk.koi.request(.get, "/v1/tickets/\(ticket)/files/\(id)")
        #expect(shown.status == .ok)
        #expect(shown.fields["Content-Type"] != "text/html")
        #expect(shown.fields["Content-Disposition"]?.hasPrefix("attachment") == true)
    }

    @Test func `that answers one of Koi's comes to its ticket, whoever sends it`() throws {
        let ticket = try desk.ticket()
        let id = "koi.0123456789abcdef0123456789abcdef@koi.example"
        try desk.koi.app.perform { transaction in
            try TicketMail(transaction).remember(#require(MailID(id)), of: ticket, nil)
        }
        let answer = try send(from: "colleague@example.net", head: "References: <\(id)> <other@x>\r\n")
        #expect(answer["action"] == "added")
        #expect(answer["ticket"] == .integer(ticket))
        // It is Koi's own that comes back.
        #expect(try send(id: id, from: "x@example.net")["reason"] == "own")
        // The mail of another that Koi knows is no proof.
        let forged = try send(id: "3@x", from: "thief@example.net", head: "References: <1@example.com>\r\n")
        #expect(forged["action"] == "created")
    }

    @Test func `must be one`() throws {
        #expect(try desk.koi.send(.post, Self.path, [], type: "message/rfc822").code == "no_mail")
        #expect(try desk.koi.send(.post, Self.path + "?x=1", [1], type: "message/rfc822").status == .badRequest)
        // Whatever the bytes are, they have a result.
        #expect(try desk.koi.send(.post, Self.path, [0xFF, 0x00], type: "message/rfc822")["reason"] == "no_sender")
    }
}
