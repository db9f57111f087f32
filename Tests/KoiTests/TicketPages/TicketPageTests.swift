import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The customer's page of a ticket` {
    private let desk: TicketDesk

    init() throws {
        desk = try TicketDesk()
    }

    private func link(_ ticket: Int64) throws -> String {
        let made = try desk.koi.request(.post, "/v1/tickets/\(ticket)/links")
        #expect(made.status == .created, "\(made.text)")
        return try #require(made["path"].stringValue)
    }

    private func page(_ path: String) throws -> TestAnswer { try desk.koi.request(.get, path, key: "") }

    private func say(_ path: String, _ text: String) throws -> TestAnswer {
        let coded = text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let answer = try desk.koi.response(
            .post,
            path,
            .bytes(Array("text=\(coded)".utf8)),
            key: "",
            fields: [("Content-Type", "application/x-www-form-urlencoded")]
        )
        return TestAnswer(answer)
    }

    @Test func `shows how the ticket stands and what was said, and takes an answer`() throws {
        let ticket = try desk.ticket()
        try desk.say(ticket, "reply", "我们明天上午派人上门 <b>。")
        let path = try link(ticket)

        let shown = try page(path)
        #expect(shown.status == .ok)
        #expect(shown.text.contains("水泵漏水"))
        #expect(shown.text.contains("处理中"))
        #expect(!shown.text.contains("In progress"))
        #expect(shown.text.contains("我们明天上午派人上门 &lt;b&gt;。"))
        #expect(shown.text.contains("lang=\"zh\""))
        #expect(try shown.text.contains(#require(desk.show(ticket)["number"].stringValue)))

        #expect(try say(path, "好的\r\n谢谢").status == .seeOther)
        let messages = try desk.koi.request(.get, "/v1/tickets/\(ticket)/messages").items
        #expect(messages.last?["kind"] == "incoming")
        #expect(messages.last?["channel"] == "page")
        #expect(messages.last?["text"] == "好的\n谢谢")
        #expect(messages.last?["author"] == .null)
        #expect(try page(path + "?sent=1").text.contains("谢谢，我们已收到。"))
    }

    @Test func `shows that ticket alone, and no note ever`() throws {
        let product = try desk.make("/v1/products", ["name": "secret-product", "code": "secret-code"])
        let ticket = try desk.ticket([
            "description": "secret-description", "notes": "secret-notes", "remedySought": "secret-remedy",
            "expectation": "secret-expectation", "orderReference": "secret-order", "product": .integer(product),
            "reporterName": "secret-reporter", "reporterEmail": "secret@example.com", "reporterPhone": "13800138000",
            "tags": ["secret-tag"], "category": 1, "kind": "complaint", "conflict": "threatening",
        ])
        let other = try desk.ticket(["subject": "secret-other", "parent": .integer(ticket)])
        try desk.say(other, "reply", "secret-reply")
        try desk.say(ticket, "note", "secret-note")
        try desk.say(ticket, "incoming", "Hello", ["fromName": "secret-from", "fromAddress": "secret@example.com"])
        try desk.move(ticket, to: TicketDesk.resolved, ["reason": "secret-reason", "message": "Mended"])

        let text = try page(link(ticket)).text
        #expect(text.contains("Hello"))
        #expect(text.contains("Mended"))
        for word in ["secret", "13800138000", "threatening", "Poor quality", "重庆机械", "李明"] {
            #expect(!text.contains(word), "\(word)")
        }
        #expect(try !text.contains(#require(desk.show(other)["number"].stringValue)))
    }

    @Test func `is in the ticket's language, with the status as the company calls it for customers`() throws {
        let ticket = try desk.ticket(["language": "en"])
        let path = try link(ticket)
        #expect(try page(path).text.contains("<dd>Received</dd>"))
        try desk.koi.request(.patch, "/v1/ticket-statuses/1", ["customerLabel": "We have it"])
        #expect(try page(path).text.contains("<dd>We have it</dd>"))
        try desk.koi.request(.patch, "/v1/ticket-statuses/1", ["customerLabel": nil])
        #expect(try page(path).text.contains("<dd>Received</dd>"))
    }

    @Test func `tells who is responsible`() throws {
        let user = try desk.make("/v1/users", ["name": "Wang Fang", "role": .integer(Role.salesID)])
        let ticket = try desk.ticket(["owner": .integer(user)])
        #expect(try page(link(ticket)).text.contains("<dd>Wang Fang</dd>"))
    }

    @Test func `cuts off what was quoted, and keeps it`() throws {
        let ticket = try desk.ticket()
        try desk.say(ticket, "incoming", "It leaks.\n\n> Is it tight?")
        let text = try page(link(ticket)).text
        #expect(text.contains("<p class=\"words\">It leaks.</p><details>"))
        #expect(text.contains("&gt; Is it tight?</p></details>"))
    }

    @Test func `has strict headers and no script`() throws {
        let answer = try page(link(desk.ticket()))
        let policy = answer.fields["Content-Security-Policy"] ?? ""
        #expect(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"))
        #expect(answer.fields["Referrer-Policy"] == "no-referrer")
        #expect(answer.fields["Cache-Control"] == "no-store")
        #expect(!answer.text.contains("<script"))
        #expect(answer.text.contains("noindex"))
    }

    @Test func `is gone with its link, and with its ticket`() throws {
        let ticket = try desk.ticket()
        let (one, other) = (try link(ticket), try link(ticket))
        #expect(one != other)
        #expect(try desk.koi.request(.delete, "/v1/tickets/\(ticket)/links").status == .noContent)
        #expect(try page(one).status == .notFound)
        #expect(try say(other, "Hello").status == .notFound)
        let third = try link(ticket)
        try desk.koi.request(.delete, "/v1/tickets/\(ticket)")
        #expect(try page(third).status == .notFound)
        try desk.koi.request(.put, "/v1/tickets/\(ticket)/restoration")
        #expect(try page(third).status == .notFound)
        #expect(try page("/t/kol_x").status == .notFound)
    }

    @Test func `is not behind links that are for something else`() throws {
        let token = try desk.koi.app.perform { try Links($0).make(.calendar, user: 1) }
        #expect(try page("/t/" + token).status == .notFound)
    }

    @Test func `takes nothing that is empty, too long or has control characters, and shows it again`() throws {
        let path = try link(desk.ticket())
        #expect(try say(path, " \r\n").status == .unprocessableContent)
        let long = try say(path, String(repeating: "好", count: TicketPage.longestMessage + 1))
        #expect(long.status == .unprocessableContent)
        #expect(long.text.contains("好好"))
        #expect(try say(path, "a\u{1}b").status == .unprocessableContent)
    }

    @Test func `takes a second click for one, and no more in an hour than people write`() throws {
        let ticket = try desk.ticket()
        let path = try link(ticket)
        for _ in 0..<3 { #expect(try say(path, "Hello").status == .seeOther) }
        #expect(try desk.koi.request(.get, "/v1/tickets/\(ticket)/messages").items.count == 1)
        for number in 1..<TicketAnswers.perHour { #expect(try say(path, "\(number)").status == .seeOther) }
        #expect(try say(path, "more").status == .tooManyRequests)
        desk.koi.clock.advance(by: .seconds(3_600))
        #expect(try say(path, "more").status == .seeOther)
    }

    @Test func `of a ticket that ended long ago makes one other ticket, and not one for each message`() throws {
        let ticket = try desk.closed()
        let path = try link(ticket)
        desk.koi.clock.advance(by: .seconds(40 * 86_400))
        for number in 0..<3 { #expect(try say(path, "Again \(number)").status == .seeOther) }
        #expect(try say(path, "Again 2").status == .seeOther)
        let tickets = try desk.koi.request(.get, "/v1/tickets?follows=\(ticket)").items
        #expect(tickets.count == 1)
        let next = try #require(tickets.first?["id"]?.integerValue)
        #expect(try desk.koi.request(.get, "/v1/tickets/\(next)/messages").items.count == 3)
        #expect(try !page(path).text.contains("Again"))
    }

    @Test func `is given away only by who may change the ticket`() throws {
        let ticket = try desk.ticket()
        let role = try desk.make("/v1/roles", ["name": "Reader", "permissions": ["tickets": ["read": "all"]]])
        let key = try desk.koi.keyOfUser(role: role)
        #expect(try desk.koi.request(.post, "/v1/tickets/\(ticket)/links", key: key).status == .forbidden)
        #expect(try desk.koi.request(.delete, "/v1/tickets/\(ticket)/links", key: key).status == .forbidden)
        let url = try desk.koi.request(.patch, "/v1/settings", ["publicURL": "https://koi.example.com"])
        #expect(url.status == .ok)
        let made = try desk.koi.request(.post, "/v1/tickets/\(ticket)/links")
        #expect(made["url"].stringValue?.hasPrefix("https://koi.example.com/t/kol_") == true)
    }
}
