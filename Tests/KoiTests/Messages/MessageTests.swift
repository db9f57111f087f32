import Foundation
import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A message` {
    @Test func `goes to a customer, and says what came of it`() throws {
        let desk = try MailDesk()
        let customer = try desk.customer()
        let made = try desk.send("transactional", to: customer, ["subject": "报价", "text": "您好，{{customer.name}}。"])
        #expect(made.status == .created)
        #expect(made["queued"] == 1)
        let letter = try #require(try desk.deliver().first)
        #expect(letter.message.to.text == "li@example.com")
        #expect(letter.message.subject == "报价")
        #expect(letter.message.text == "您好，李明。")
        #expect(letter.message.unsubscribe == nil)
        #expect(try desk.outcomes(of: made) == ["sent"])
        let shown = try desk.koi.request(.get, try #require(made.fields["Location"]))
        #expect(shown["queued"] == 0)
        #expect(shown["sent"] == 1)
        #expect(try desk.koi.events(of: "messages").map(\.type) == ["message.created", "message.sent"])
        let timeline = try desk.koi.request(.get, "/v1/customers/\(customer)/timeline").items
        #expect(timeline.contains { $0["type"] == "message.sent" })
    }

    @Test func `has nothing of its recipient in the outbox`() throws {
        let desk = try MailDesk()
        try desk.send(to: desk.customer(), ["subject": "A", "text": "{{customer.name}}"])
        let row = try #require(try desk.messages().first)
        #expect(row.recipient == .named)
        #expect(row.parameters.members.map(\.name) == ["recipient", "user", "key"])
    }

    @Test func `names what its sender may see by the time it is sent`() throws {
        let desk = try MailDesk()
        let customer = try desk.customer("李明", ["email": "li@example.com", "phone": "13800138000"])
        let role = try desk.koi.request(
            .post,
            "/v1/roles",
            [
                "name": "R",
                "permissions": ["customers": ["read": "all"], "messages": ["read": "all", "create": "all"]],
                "fields": ["customers": ["phone": ["read": "masked"], "name": ["read": "hidden"]]],
            ]
        )
        let sender = try Colleague(role: try #require(role["id"].integerValue, "\(role.text)"), in: desk.koi)
        let text: JSONObject = ["subject": "A", "text": "{{customer.name}}/{{customer.phone}}/{{sender}}"]
        let made = try desk.send(to: customer, text, key: sender.key)
        #expect(made.status == .created, "\(made.text)")
        #expect(try desk.deliver().first?.message.text == "/138****8000/王芳")
    }

    @Test func `is not sent once its sender has left`() throws {
        let desk = try MailDesk()
        let sender = try Colleague(in: desk.koi)
        let made = try desk.send(to: desk.customer(), key: sender.key)
        try desk.koi.request(.patch, "/v1/users/\(sender.id)", ["active": false])
        #expect(try desk.deliver().isEmpty)
        #expect(try desk.outcomes(of: made) == ["refused sender_gone"])
    }

    @Test func `is not sent to who was removed, or has no address`() throws {
        let desk = try MailDesk()
        let (gone, silent) = (try desk.customer(), try desk.customer("A", [:]))
        let first = try desk.send(to: gone)
        let second = try desk.send(to: silent)
        try desk.koi.request(.delete, "/v1/customers/\(gone)")
        #expect(try desk.deliver().isEmpty)
        #expect(try desk.outcomes(of: first) == ["refused recipient_gone"])
        #expect(try desk.outcomes(of: second) == ["refused no_address"])
    }

    @Test func `says at once where there is no mail server`() throws {
        let koi = try TestApp()
        let made = try koi.request(
            .post,
            "/v1/messages",
            [
                "channel": "mail", "purpose": "service", "to": ["addresses": ["li@example.com"]], "subject": "A",
                "text": "B",
            ],
            fields: [("Accept-Language", "zh")]
        )
        #expect(made.status == .conflict)
        #expect(made.code == "mail_not_configured")
        #expect(made["detail"].stringValue?.contains("邮件服务器") == true)
    }

    @Test(
        arguments: [
            (["to": ["customers": [99]], "subject": "A", "text": "B"], "to.customers[0]"),
            (["to": ["users": [1]], "subject": "A", "text": "B"], "to.users"),
            (["to": ["addresses": ["li"]], "subject": "A", "text": "B"], "to.addresses[0]"),
            (["to": [:], "subject": "A", "text": "B"], "to"),
            (["to": ["addresses": ["li@example.com"]], "text": "B"], "subject"),
            (["to": ["addresses": ["li@example.com"]]], "text"),
            (["to": ["addresses": ["li@example.com"]], "template": 1, "text": "B"], "text"),
            (["to": ["addresses": ["li@example.com"]], "template": 9], "template"),
            (["to": ["addresses": ["li@example.com"]], "subject": "A", "text": "{{customer.nome}}"], "text"),
            (
                ["to": ["addresses": ["li@example.com"]], "subject": "A", "text": "B", "references": ["x"]],
                "references[0]"
            ),
            (
                [
                    "to": ["addresses": ["li@example.com"]], "subject": "A", "text": "B",
                    "attachments": [["name": "a", "content": "%"]],
                ], "attachments[0].content"
            ),
        ] as [(JSONObject, String)]
    )
    func `is refused with the name of what is wrong`(body: JSONObject, field: String) throws {
        let desk = try MailDesk()
        let whole = JSONObject(
            [.init(name: "channel", value: "mail"), .init(name: "purpose", value: "service")] + body.members
        )
        let made = try desk.koi.request(.post, "/v1/messages", .object(whole))
        #expect(made.status == .unprocessableContent, "\(made.text)")
        #expect(made["errors"].arrayValue?.first?["field"].stringValue == field, "\(made.text)")
        #expect(try desk.messages().isEmpty)
    }

    @Test func `is made of a template in the language that is asked for`() throws {
        let desk = try MailDesk()
        let template = try desk.koi.request(
            .post,
            "/v1/templates",
            [
                "name": "Welcome", "channel": "mail", "parameters": ["code"],
                "variants": [
                    [
                        "language": "zh", "subject": "欢迎 {{customer.name}}", "text": "代码：{{code}}",
                        "html": "<b>{{code}}</b>",
                    ],
                    ["language": "en", "subject": "Welcome", "text": "Code: {{code}}"],
                ],
            ]
        )
        let id = try #require(template["id"].integerValue, "\(template.text)")
        let customer = try desk.customer("A&B\r\n<i>".replacing("\r\n", with: " "))
        try desk.send(to: customer, ["template": .integer(id), "parameters": ["code": "<1&2>"]])
        try desk.send(to: customer, ["template": .integer(id), "parameters": ["code": "x"], "language": "en"])
        let letters = try desk.deliver().map(\.message).sorted { $0.subject > $1.subject }
        #expect(letters.map(\.subject) == ["欢迎 A&B <i>", "Welcome"])
        #expect(letters.map(\.text) == ["代码：<1&2>", "Code: x"])
        #expect(letters[0].html == "<b>&lt;1&amp;2&gt;</b>")
        let missing = try desk.send(to: customer, ["template": .integer(id), "parameters": ["cod": "x"]])
        #expect(missing["errors"].arrayValue?.map { $0["field"].stringValue } == ["parameters.code", "parameters.cod"])
    }

    @Test func `goes to all whom a filter finds, once each`() throws {
        let desk = try MailDesk()
        for number in 0..<450 {
            _ = try desk.customer(
                "K\(number)",
                ["email": .string("k\(number)@example.com"), "tier": number % 3 == 0 ? "vip" : "low"]
            )
        }
        let made = try desk.koi.request(
            .post,
            "/v1/messages",
            [
                "channel": "mail", "purpose": "service", "subject": "A", "text": "B",
                "to": ["filter": ["resource": "customers", "parameters": ["tier": "vip"]], "customers": [1]],
            ]
        )
        #expect(made.status == .created, "\(made.text)")
        let worker = try desk.koi.worker(MessageJob.kind)
        try worker.runDue()
        worker.stop()
        let job = try desk.koi.job(try #require(made["job"].integerValue))
        #expect(job.state == .done)
        let addresses = try desk.deliver().map(\.message.to.text)
        #expect(addresses.count == 150)
        #expect(Set(addresses).count == 150)
        #expect(try desk.koi.request(.get, "/v1/messages/1")["sent"] == 150)
    }

    @Test func `carries attachments and the thread it belongs to`() throws {
        let desk = try MailDesk()
        let content = Data((0..<1_000).map { UInt8(truncatingIfNeeded: $0) }).base64EncodedString()
        let made = try desk.send(
            "transactional",
            to: desk.customer(),
            [
                "subject": "A", "text": "B", "references": ["<1@example.com>", "2@example.com"],
                "attachments": [["name": "报价/2026.pdf", "type": "application/pdf", "content": .string(content)]],
            ]
        )
        #expect(made.status == .created, "\(made.text)")
        let mail = try #require(try desk.deliver().first?.message)
        #expect(mail.attachments.map(\.name) == ["报价_2026.pdf"])
        #expect(mail.attachments.first?.content.count == 1_000)
        #expect(mail.references.map(\.text) == ["1@example.com", "2@example.com"])
    }

    @Test func `shows its recipients only as far as one may see them`() throws {
        let desk = try MailDesk()
        let customer = try desk.customer()
        let made = try desk.koi.request(
            .post,
            "/v1/messages",
            [
                "channel": "mail", "purpose": "service", "subject": "A", "text": "B",
                "to": ["customers": [.integer(customer)], "addresses": ["wang@example.com"]],
            ]
        )
        let role = try desk.koi.request(
            .post,
            "/v1/roles",
            [
                "name": "R", "permissions": ["messages": ["read": "all"], "customers": ["read": "own"]],
                "fields": ["customers": ["email": ["read": "masked"]]],
            ]
        )
        let reader = try Colleague(role: try #require(role["id"].integerValue), in: desk.koi)
        let path = try #require(made.fields["Location"]) + "/recipients"
        let items = try desk.koi.request(.get, path, key: reader.key).items
        #expect(items.map { $0["record"] } == [.null, .null])
        #expect(items.map { $0["address"].stringValue } == [nil, "w***@example.com"])
        #expect(try desk.koi.request(.get, path).items.map { $0["record"] } == [.integer(customer), .null])
        #expect(try desk.koi.request(.get, path + "?state=sent").items.isEmpty)
    }

    @Test func `of a key may do no more than the key, also when a job finds its recipients`() throws {
        let desk = try MailDesk()
        _ = try desk.customer()
        let key = try desk.koi.request(
            .post,
            "/v1/keys",
            ["name": "K", "scopes": ["customers.read", "messages.create", "messages.read"]]
        )
        let secret = try #require(key["key"].stringValue, "\(key.text)")
        let made = try desk.koi.request(
            .post,
            "/v1/messages",
            [
                "channel": "mail", "purpose": "service", "subject": "A", "text": "B",
                "to": ["filter": ["resource": "customers", "parameters": [:]]],
            ],
            key: secret
        )
        #expect(made.status == .created, "\(made.text)")
        let worker = try desk.koi.worker(MessageJob.kind)
        try worker.runDue()
        worker.stop()
        try desk.koi.request(.delete, "/v1/keys/\(try #require(key["id"].integerValue))")
        #expect(try desk.deliver().isEmpty)
        #expect(try desk.outcomes(of: made) == ["refused sender_gone"])
    }

    @Test func `goes through a gateway that its sender does not see`() throws {
        let desk = try MailDesk()
        let gateway: JSONValue = [
            "name": "SMS", "channel": "sms", "url": "https://sms.example.com/", "body": ["to": "{to}"],
        ]
        #expect(try desk.koi.request(.post, "/v1/gateways", gateway).status == .created)
        let sales = try Colleague(role: 3, in: desk.koi)
        let customer = try desk.customer("A", ["phone": "13800138000", "owner": .integer(sales.id)])
        let made = try desk.send(to: customer, ["text": "x"], channel: "sms", key: sales.key)
        #expect(made.status == .created, "\(made.text)")
        try desk.deliver()
        #expect(desk.ordered.count == 1)
    }
}
