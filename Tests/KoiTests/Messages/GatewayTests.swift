import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A gateway` {
    private static let sms: JSONObject = [
        "name": "SMS", "channel": "sms", "url": "https://sms.example.com/send?id={id}", "format": "json",
        "headers": [["name": "Authorization", "value": "Bearer {secret.token}"]],
        "body": ["to": ["{to}"], "text": "{text}", "code": "{parameter.code}", "n": 1],
        "successPath": "result.code", "successValue": "0", "receiptPath": "result.ids[0]",
    ]

    private func made(_ desk: MailDesk, _ more: JSONObject = [:]) throws -> Int64 {
        var body = Self.sms
        for member in more.members { body[member.name] = member.value }
        let answer = try desk.koi.request(.post, "/v1/gateways", .object(body))
        let id = try #require(answer["id"].integerValue, "\(answer.text)")
        let secret = try desk.koi.request(.put, "/v1/gateways/\(id)/secrets", ["token": "s3cret\"&"])
        try #require(secret.status == .noContent, "\(secret.text)")
        return id
    }

    @Test func `is asked as its template says, with everything escaped for its place`() throws {
        let desk = try MailDesk()
        _ = try made(desk)
        let customer = try desk.customer("李", ["phone": "138 0013 8000"])
        let made = try desk.send(
            to: customer,
            ["text": "您好“{{customer.name}}”\n\"{to}\"", "parameters": ["code": "a&b=c"]],
            channel: "sms"
        )
        #expect(made.status == .created, "\(made.text)")
        try desk.deliver()
        let order = try #require(desk.ordered.first)
        #expect(order.request.url.target.hasSuffix("/send?id=\(order.token)"))
        #expect(order.request.fields["Authorization"] == "Bearer s3cret\"&")
        #expect(
            try JSONReader.read(order.request.body) == [
                "to": ["138 0013 8000"], "text": "您好“李”\n\"{to}\"", "code": "a&b=c", "n": 1,
            ]
        )
        #expect(try desk.outcomes(of: made) == ["sent"])
    }

    @Test func `gets a form where it wants one`() throws {
        let desk = try MailDesk()
        _ = try made(desk, ["format": "form", "body": ["mobile": "{to}", "content": "{text}"]])
        let customer = try desk.customer("李", ["phone": "+86 138 0013 8000"])
        try desk.send(to: customer, ["text": "a&b=1 好"], channel: "sms")
        try desk.deliver()
        let order = try #require(desk.ordered.first)
        #expect(order.request.fields["Content-Type"] == "application/x-www-form-urlencoded")
        #expect(
            String(decoding: order.request.body, as: UTF8.self)
                == "mobile=%2B86%20138%200013%208000&content=a%26b%3D1%20%E5%A5%BD"
        )
    }

    @Test(
        arguments: [
            (200, #"{"result":{"code":0,"ids":["m1"]}}"#, "m1", nil), (200, #"{"result":{"code":"0"}}"#, nil, nil),
            (200, #"{"result":{"code":7}}"#, nil, "gateway_not_taken"), (200, "OK", nil, "gateway_not_taken"),
            (500, "", nil, "gateway_refused"), (400, "bad number", nil, "gateway_refused final"),
            (429, "", nil, "gateway_refused"), (302, "", nil, "gateway_refused"), (401, "", nil, "gateway_refused"),
        ] as [(Int, String, String?, String?)]
    )
    func `is believed as far as its template says how success looks`(
        status: Int,
        body: String,
        receipt: String?,
        failure: String?
    ) throws {
        let desk = try MailDesk()
        _ = try made(desk)
        try desk.send(to: desk.customer("李", ["phone": "13800138000"]), ["text": "x"], channel: "sms")
        try desk.deliver()
        let order = try #require(desk.ordered.first)
        do {
            let found = try GatewayTransport.receipt(of: order, status: status, body: Array(body.utf8))
            #expect(found == receipt)
            #expect(failure == nil)
        } catch let error as DeliveryFailure {
            #expect(error.code + (error.isFinal ? " final" : "") == failure)
        }
    }

    @Test func `never shows a secret, and forgets it when it would go elsewhere`() throws {
        let desk = try MailDesk()
        let id = try made(desk)
        let shown = try desk.koi.request(.get, "/v1/gateways/\(id)")
        #expect(shown["secrets"] == ["token"])
        #expect(!shown.text.contains("s3cret"))
        #expect(try !desk.koi.events(of: "gateways").contains { $0.payload.text.contains("s3cret") })
        try desk.koi.request(.patch, "/v1/gateways/\(id)", ["url": "https://sms.example.com/v2"])
        #expect(try desk.koi.request(.get, "/v1/gateways/\(id)")["secrets"] == ["token"])
        let moved = try desk.koi.request(.patch, "/v1/gateways/\(id)", ["url": "https://thief.example.com/send"])
        #expect(moved["secrets"] == [])
        let sent = try desk.send(to: desk.customer("李", ["phone": "13800138000"]), ["text": "x"], channel: "sms")
        try desk.deliver()
        #expect(desk.ordered.isEmpty)
        #expect(try desk.outcomes(of: sent) == ["queued no_secret"])
    }

    @Test(
        arguments: [
            (["url": "ftp://x"], "url"), (["url": "https://{to}.example.com/"], "url"),
            (["url": "https://sms.example.com/{nobody}"], "url"), (["body": ["a": ["{whom}"]]], "body.a[0]"),
            (["format": "form", "body": ["a": ["b"]]], "body.a"), (["successValue": .null], "successValue"),
            (["receiptPath": "a..b"], "receiptPath"),
            (["headers": [["name": "Host", "value": "x"]]], "headers[0].name"),
            (["headers": [["name": "A B", "value": "x"]]], "headers[0].name"),
        ] as [(JSONObject, String)]
    )
    func `is refused with the name of what is wrong`(more: JSONObject, field: String) throws {
        let koi = try TestApp()
        var body = Self.sms
        for member in more.members { body[member.name] = member.value }
        let answer = try koi.request(.post, "/v1/gateways", .object(body))
        #expect(answer["errors"].arrayValue?.contains { $0["field"].stringValue == field } == true, "\(answer.text)")
    }

    @Test func `that is missing is told at once`() throws {
        let desk = try MailDesk()
        let answer = try desk.send(to: desk.customer("李", ["phone": "13800138000"]), ["text": "x"], channel: "fax")
        #expect(answer.code == "gateway_not_configured")
    }

    @Test func `goes at its pace, and holds up no mail`() throws {
        let desk = try MailDesk()
        _ = try made(desk, ["perMinute": 6])
        for number in 0..<3 {
            try desk.send(to: desk.customer("李", ["phone": "1380013800\(number)"]), ["text": "x"], channel: "sms")
        }
        try desk.send(to: desk.customer())
        let worker = try desk.worker()
        defer { worker.stop() }
        for wanted in 1...3 {
            try worker.runDue()
            #expect(desk.ordered.count == wanted)
            desk.koi.clock.advance(by: .seconds(10))
        }
        #expect(desk.mailed.count == 1)
    }
}

struct `Quotas` {
    @Test func `have what is too much for a day wait for the next, also after a restart`() throws {
        let desk = try MailDesk()
        try desk.koi.request(.patch, "/v1/settings", ["messagesPerDay": 2])
        let customer = try desk.customer()
        for _ in 0..<3 { try desk.send("transactional", to: customer) }
        #expect(try desk.deliver().count == 2)
        #expect(try desk.deliver().count == 2)
        desk.koi.clock.advance(by: .seconds(86_400))
        #expect(try desk.deliver().count == 3)
    }

    @Test func `refuse what is too much for one address, but for answers`() throws {
        let desk = try MailDesk()
        try desk.koi.request(.patch, "/v1/settings", ["messagesPerPerson": 1, "messagesPeriod": 7])
        let customer = try desk.customer()
        let first = try desk.send(to: customer)
        try desk.deliver()
        let second = try desk.send(to: customer)
        let answer = try desk.send("transactional", to: customer)
        try desk.deliver()
        #expect(try desk.outcomes(of: first) == ["sent"])
        #expect(try desk.outcomes(of: second) == ["refused quota"])
        #expect(try desk.outcomes(of: answer) == ["sent"])
        desk.koi.clock.advance(by: .seconds(7 * 86_400 + 1))
        let later = try desk.send(to: customer)
        try desk.deliver()
        #expect(try desk.outcomes(of: later) == ["sent"])
    }
}
