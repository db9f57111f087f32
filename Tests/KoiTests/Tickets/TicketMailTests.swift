import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A reply to a ticket` {
    private struct Desk {
        let mail: MailDesk
        let ticket: Int64
        let number: String

        init(_ fields: JSONObject = [:]) throws {
            mail = try MailDesk()
            let contact = try mail.koi.request(.post, "/v1/contacts", ["name": "李明", "email": "liming@example.com"])
            var body: JSONObject = ["subject": "水泵漏水", "contact": contact["id"], "channel": "email"]
            for member in fields.members { body[member.name] = member.value }
            let made = try mail.koi.request(.post, "/v1/tickets", .object(body))
            ticket = try #require(made["id"].integerValue, "\(made.text)")
            number = try #require(made["number"].stringValue)
        }

        @discardableResult
        func say(_ text: String, _ fields: JSONObject = [:]) throws -> TestAnswer {
            var body = fields
            body["kind"] = body["kind"] ?? "reply"
            body["text"] = .string(text)
            return try mail.koi.request(.post, "/v1/tickets/\(ticket)/messages", .object(body))
        }

        func delivery(_ index: Int = 0) throws -> JSONValue {
            let items = try mail.koi.request(.get, "/v1/tickets/\(ticket)/messages").items
            return try #require(items.dropFirst(index).first)["delivery"]
        }
    }

    @Test func `goes to the contact by mail, with the number in its subject`() throws {
        let desk = try Desk()
        let said = try desk.say("我们马上处理 {{这不是占位符}}。")
        #expect(said["delivery"] == "queued", "\(said.text)")
        #expect(said["channel"] == "email")

        let letter = try #require(try desk.mail.deliver().first)

        #expect(letter.message.to.text == "liming@example.com")
        #expect(letter.message.subject == "[#\(desk.number)] 水泵漏水")
        #expect(letter.message.text == "我们马上处理 {{这不是占位符}}。")
        #expect(letter.message.references.isEmpty)
        #expect(try desk.delivery() == "sent")
    }

    @Test func `answers the mails before it, by which an answer finds the ticket`() throws {
        let desk = try Desk()
        try desk.mail.koi.app.perform { transaction in
            let id = try #require(MailID("<first@example.com>"))
            return try TicketMail(transaction).remember(id, of: desk.ticket, nil)
        }
        try desk.say("一")
        desk.mail.koi.clock.advance(by: .seconds(60))
        let first = try #require(try desk.mail.deliver().last).message
        try desk.say("二")
        desk.mail.koi.clock.advance(by: .seconds(60))
        let second = try #require(try desk.mail.deliver().last).message

        #expect(first.references.map(\.text) == ["first@example.com"])
        #expect(second.references.map(\.text) == ["first@example.com", first.id])
        try desk.mail.koi.app.perform { transaction in
            let ids = ["strange@example.com", second.id].compactMap { MailID($0) }
            let (found, none) = (
                try TicketMail(transaction).ticket(of: ids),
                try TicketMail(transaction).ticket(of: Array(ids.prefix(1)))
            )
            #expect(found == desk.ticket)
            #expect(none == nil)
        }
    }

    @Test func `that cannot be delivered says so`() throws {
        let desk = try Desk()
        try desk.say("一")
        desk.mail.answer(with: DeliveryFailure.noAddress)
        try desk.mail.deliver()
        #expect(try desk.delivery() == "failed")
    }

    @Test func `stays a record where the customer called or has no address, unless mail is asked for`() throws {
        let called = try Desk(["channel": "phone"])
        #expect(try called.say("电话已答复")["delivery"] == .null)
        #expect(try called.say("邮件确认", ["channel": "email"])["delivery"] == "queued")
        let unknown = try Desk(["contact": .null])
        #expect(try unknown.say("已答复")["delivery"] == .null)
        #expect(try unknown.say("已答复", ["channel": "email"]).refused == ["channel no_address"])
        #expect(try unknown.say("已答复", ["kind": "note"])["delivery"] == .null)
        let plain = try TicketDesk()
        #expect(try plain.say(plain.ticket(), "reply", "x", ["channel": "email"]).code == "mail_not_configured")
    }

    @Test func `goes to who wrote, where no contact is known`() throws {
        let desk = try Desk(["contact": .null, "reporterEmail": "wang@example.com"])
        try desk.say("一")
        #expect(try desk.mail.deliver().first?.message.to.text == "wang@example.com")
    }

    @Test func `takes its files along, up to what mails can`() throws {
        let desk = try Desk()
        let koi = desk.mail.koi
        let file = try koi.send(.post, "/v1/files?name=a.txt", Array("hello".utf8), type: "text/plain")
        try desk.say("见附件", ["attachments": [["file": file["id"]]]])
        let attachments = try #require(try desk.mail.deliver().first).message.attachments
        #expect(attachments.map(\.name) == ["a.txt"])
        #expect(attachments.first?.content == Array("hello".utf8))

        let bytes = [UInt8](repeating: 0x41, count: MailAttachment.maximumTotal + 1)
        let large = try koi.send(.post, "/v1/files?name=b.txt", bytes, type: "text/plain")
        let refused = try desk.say("见附件", ["attachments": [["file": large["id"]]]])
        #expect(refused.refused == ["attachments too_large"])
    }

    @Test func `is drafted from a template in the customer's language`() throws {
        let desk = try Desk(["language": "en"])
        let template = try desk.mail.koi.request(
            .post,
            "/v1/templates",
            [
                "name": "Received", "channel": "mail",
                "variants": [
                    ["language": "zh", "subject": "已收到", "text": "{{contact.name}}，您好"],
                    [
                        "language": "en", "subject": "Received",
                        "text": "Dear {{contact.name}}, {{ticket.number}}: {{ticket.priority}}",
                    ],
                ],
            ]
        )
        #expect(template.status == .created, "\(template.text)")
        let path = "/v1/tickets/\(desk.ticket)/messages/preview"

        let draft = try desk.mail.koi.request(.post, path, ["template": template["id"]])

        #expect(draft["subject"] == "Received")
        #expect(draft["text"] == .string("Dear 李明, \(desk.number): Normal"))
        #expect(try desk.mail.koi.request(.post, path, ["template": 99]).refused == ["template not_found"])
        #expect(try desk.mail.koi.request(.get, "/v1/tickets/\(desk.ticket)/messages").items.isEmpty)
    }

    @Test func `is told with the ticket into which its own was merged`() throws {
        let desk = try Desk()
        let koi = desk.mail.koi
        try desk.say("一")
        let letter = try #require(try desk.mail.deliver().first)
        let other = try #require(
            try koi.request(.post, "/v1/tickets", ["subject": "又漏水"])["id"].integerValue
        )
        let merged = try koi.request(.post, "/v1/tickets/\(other)/merges", ["from": .integer(desk.ticket)])
        #expect(merged.status.code < 300, "\(merged.text)")

        let told = try koi.request(.get, "/v1/tickets/\(other)/messages").items
        #expect(told.map { $0["text"] } == ["一"])
        try koi.app.perform { transaction in
            let id = try #require(MailID(letter.message.id))
            let byMail = try TicketMail(transaction).ticket(of: [id])
            let byNumber = try TicketThread(transaction.connection).find(number: desk.number)
            #expect(byMail == other)
            #expect(byNumber == other)
        }
        #expect(try koi.request(.delete, "/v1/merges/\(merged["id"].integerValue ?? 0)").status.code < 300)
        #expect(try koi.request(.get, "/v1/tickets/\(other)/messages").items.isEmpty)
        #expect(try koi.request(.get, "/v1/tickets/\(desk.ticket)/messages").items.count == 1)
    }
}
