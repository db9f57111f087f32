import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `Consent` {
    /// What has to be said on a channel for each purpose to be sent.
    @Test(
        arguments: [
            ("transactional", nil, "sent"), ("service", nil, "sent"), ("marketing", nil, "refused no_consent"),
            ("transactional", "withdrawn", "sent"), ("service", "withdrawn", "refused opted_out"),
            ("marketing", "withdrawn", "refused opted_out"), ("service", "given", "sent"),
            ("marketing", "given", "sent"),
        ] as [(String, String?, String)]
    )
    func `says what may be sent`(purpose: String, said: String?, outcome: String) throws {
        let desk = try MailDesk.open()
        let customer = try desk.customer()
        if let said {
            for each in ["service", "marketing"] { try desk.say(said, each, of: customer) }
        }
        let made = try desk.send(purpose, to: customer)
        try desk.deliver()
        #expect(try desk.outcomes(of: made) == [outcome])
    }

    @Test func `is asked for when a message is sent, and not when it is written`() throws {
        let desk = try MailDesk.open()
        let customer = try desk.customer()
        try desk.say("given", "marketing", of: customer)
        let made = try desk.send("marketing", to: customer)
        try desk.say("withdrawn", "marketing", of: customer)
        #expect(try desk.deliver().isEmpty)
        #expect(try desk.outcomes(of: made) == ["refused opted_out"])
    }

    @Test func `is asked for again when a message is tried again`() throws {
        let desk = try MailDesk.open()
        let customer = try desk.customer()
        let made = try desk.send(to: customer)
        desk.answer(with: DeliveryFailure.closed)
        try desk.deliver()
        #expect(try desk.outcomes(of: made) == ["queued connection_lost"])
        try desk.say("withdrawn", "service", of: customer)
        desk.answer(with: nil)
        desk.koi.clock.advance(by: .seconds(60))
        #expect(try desk.deliver().isEmpty)
        #expect(try desk.outcomes(of: made) == ["refused opted_out"])
    }

    @Test func `that is withdrawn holds for every record with the address, until one with it agrees anew`() throws {
        let desk = try MailDesk.open()
        let first = try desk.customer("A", ["email": "Info@Example.com"])
        let second = try desk.customer("B", ["email": "info@example.com"])
        try desk.say("given", "marketing", of: second)
        try desk.say("withdrawn", "marketing", of: first)
        let refused = try desk.send("marketing", to: second)
        try desk.deliver()
        #expect(try desk.outcomes(of: refused) == ["refused opted_out"])
        let shown = try desk.koi.request(.get, "/v1/customers/\(second)/consents")
        #expect(shown["blocked"] == [["channel": "mail", "reasons": ["marketing"]]])
        try desk.say("given", "marketing", of: second)
        let sent = try desk.send("marketing", to: second)
        try desk.deliver()
        #expect(try desk.outcomes(of: sent) == ["sent"])
    }

    @Test func `of an address alone is none`() throws {
        let desk = try MailDesk.open()
        let made = try desk.koi.request(
            .post,
            "/v1/messages",
            [
                "channel": "mail", "purpose": "marketing", "to": ["addresses": ["x@example.com"]], "subject": "A",
                "text": "B",
            ]
        )
        try desk.deliver()
        #expect(try desk.outcomes(of: made) == ["refused no_consent"])
    }

    @Test func `is kept with its source, and each change of it is an event`() throws {
        let desk = try MailDesk()
        let customer = try desk.customer()
        let path = "/v1/customers/\(customer)/consents/sms/marketing"
        let body: JSONValue = ["state": "given", "source": "展会", "evidence": "“我同意”", "at": "2026-01-02T03:04:05Z"]
        #expect(try desk.koi.request(.put, path, body).status == .ok)
        #expect(try desk.koi.request(.put, path, body).status == .ok)
        try desk.say("withdrawn", "marketing", of: customer, channel: "sms")
        let items = try desk.koi.request(.get, "/v1/customers/\(customer)/consents").items
        #expect(items.map { $0["state"] } == ["withdrawn"])
        let events = try desk.koi.events(of: "customers").filter { $0.type == "customer.consentChanged" }
        #expect(events.count == 2)
        #expect(events.last?.payload["before"]["consent"]["evidence"] == "“我同意”")
        #expect(
            try desk.koi.request(.put, path, ["state": "given", "at": "2099-01-01T00:00:00Z"])["errors"].arrayValue?
                .count == 1
        )
        #expect(
            try desk.koi.request(.put, "/v1/customers/\(customer)/consents/mail/transactional", body).status
                == .notFound
        )
    }

    @Test func `is gone with an erased person, whose address is still not written to`() throws {
        let desk = try MailDesk.open()
        let customer = try desk.customer()
        try desk.say("withdrawn", "service", of: customer)
        let made = try desk.send("transactional", to: customer, ["subject": "Geheim", "text": "Geheim"])
        try desk.deliver()
        let export = try desk.koi.request(.get, "/v1/customers/\(customer)/subject-export")
        #expect(export.text.contains("Geheim"))
        #expect(export.text.contains("withdrawn"))
        let erased = try desk.koi.request(.post, "/v1/customers/\(customer)/erasure")
        #expect(erased.status.code < 300, "\(erased.text)")
        #expect(try desk.koi.request(.get, "/v1/customers/\(customer)/consents").items.isEmpty)
        #expect(try desk.koi.request(.get, try #require(made.fields["Location"]))["text"] == .null)
        let payloads = try desk.koi.events(of: "messages").map { $0.payload.text }.joined()
        #expect(!payloads.contains("Geheim"))
        let other = try desk.customer("B")
        let refused = try desk.send(to: other)
        try desk.deliver()
        #expect(try desk.outcomes(of: refused) == ["refused opted_out"])
    }
}

struct `The link in a message` {
    private static let form = ("Content-Type", "application/x-www-form-urlencoded")

    /// A customer who has got advertising, and the path in it.
    private func sent(_ desk: MailDesk) throws -> (customer: Int64, path: String) {
        let customer = try desk.customer()
        try desk.say("given", "marketing", of: customer)
        try desk.send("marketing", to: customer)
        let mail = try #require(try desk.deliver().last?.message)
        let link = try #require(mail.unsubscribe)
        #expect(mail.text.contains(link))
        return (customer, String(link.dropFirst("https://koi.example.com".count)))
    }

    @Test func `ends messages with one click, and only when it is asked`() throws {
        let desk = try MailDesk.open()
        let (customer, path) = try sent(desk)
        let page = try desk.koi.request(.get, path, key: "", fields: [("Accept-Language", "zh")])
        #expect(page.status == .ok)
        #expect(page.text.contains("<form") && page.text.contains("退订") && !page.text.contains("<script"))
        #expect(page.fields["Content-Security-Policy"]?.contains("form-action 'self'") == true)
        let before = try desk.send("marketing", to: customer)
        try desk.deliver()
        #expect(try desk.outcomes(of: before) == ["sent"])
        // As a mail program does it: no origin, no cookie, a form.
        let done = try desk.koi.send(
            .post,
            path,
            Array("List-Unsubscribe=One-Click".utf8),
            type: "application/x-www-form-urlencoded"
        )
        #expect(done.status == .ok, "\(done.text)")
        for purpose in ["marketing", "service"] {
            let made = try desk.send(purpose, to: customer)
            try desk.deliver()
            #expect(try desk.outcomes(of: made) == ["refused opted_out"])
        }
        let answer = try desk.send("transactional", to: customer)
        try desk.deliver()
        #expect(try desk.outcomes(of: answer) == ["sent"])
        let event = try desk.koi.events(of: "customers").last { $0.type == "customer.consentChanged" }
        #expect(event?.payload["after"]["consent"]["source"] == "unsubscribe")
    }

    @Test func `ends them for every record with the address`() throws {
        let desk = try MailDesk.open()
        let other = try desk.customer("B", ["email": "LI@example.com"])
        try desk.say("given", "marketing", of: other)
        let path = try sent(desk).path
        _ = try desk.koi.send(.post, path, [], type: "application/x-www-form-urlencoded")
        let made = try desk.send("marketing", to: other)
        try desk.deliver()
        #expect(try desk.outcomes(of: made) == ["refused opted_out"])
    }

    @Test func `may be followed again, and by a program that was made for forms with files`() throws {
        let desk = try MailDesk.open()
        let path = try sent(desk).path
        let body = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n"
        for _ in 0..<2 {
            let done = try desk.koi.send(.post, path, Array(body.utf8), type: "multipart/form-data; boundary=b")
            #expect(done.status == .ok)
        }
        #expect(try desk.koi.events(of: "customers").count { $0.type == "customer.consentChanged" } == 3)
    }

    @Test(arguments: ["kol_x", "x", "kol_" + String(repeating: "a", count: 43)])
    func `that is none says so`(token: String) throws {
        let koi = try TestApp()
        #expect(try koi.request(.get, "/unsubscribe/" + token, key: "").status == .notFound)
        #expect(try koi.request(.post, "/unsubscribe/" + token, key: "").status == .notFound)
    }

    @Test func `is what advertising cannot go without`() throws {
        let desk = try MailDesk()
        let customer = try desk.customer()
        try desk.say("given", "marketing", of: customer)
        #expect(try desk.send("marketing", to: customer).code == "no_public_url")
    }
}
