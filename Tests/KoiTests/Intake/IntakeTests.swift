import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A form for strangers` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    /// Makes a form and returns its address.
    private func form(_ others: JSONObject = [:]) throws -> String {
        let body: JSONObject = ["name": "Contact us", "minimumSeconds": 0]
        let all = JSONObject(body.members.filter { others[$0.name] == nil } + others.members)
        let made = try koi.request(.post, "/v1/forms", .object(all))
        return "/intake/" + (try #require(made["token"].stringValue, "\(made.text)"))
    }

    private func send(
        _ address: String,
        _ body: JSONValue,
        fields: [(String, String)] = [],
        from peer: String = "203.0.113.7"
    ) throws -> TestAnswer {
        try koi.request(.post, address, body, key: "", fields: fields, from: peer)
    }

    private func leads() throws -> [JSONValue] { try koi.request(.get, "/v1/leads?sort=id").items }

    private func stamp(_ address: String) throws -> JSONValue { try koi.request(.get, address, key: "")["stamp"] }

    // MARK: What comes by it

    @Test func `makes a lead of what it asks for, and leaves the rest out`() throws {
        let campaign = try koi.make("campaigns", ["name": "Fair"])
        let address = try form(["campaign": .integer(campaign), "leadOwner": 1, "source": "exhibition"])
        let taken = try send(
            address,
            ["name": "王芳", "mobile": "139 0013 9000", "need": "轴承\n急", "owner": 7, "status": "qualified", "x": [1]]
        )
        #expect(taken.status == .accepted)
        #expect(taken.text == #"{"received":true}"#)
        #expect(taken.fields["Access-Control-Allow-Origin"] == "*")
        let lead = try #require(leads().first)
        let expected: [String: JSONValue] = [
            "name": "王芳", "mobile": "139 0013 9000", "need": "轴承\n急", "owner": 1, "status": "new",
            "source": "exhibition", "channel": "Contact us", "campaign": .integer(campaign),
            "receivedAt": "2026-11-22T09:00:00.000Z",
        ]
        for (name, value) in expected { #expect(lead[name] == value, "\(name)") }
        let counted = try koi.request(.get, "/v1/forms/1")
        #expect(counted["accepted"] == 1)
        #expect(counted["version"] == 1)
        #expect(try koi.request(.get, "/v1/notifications").items.count == 1)
    }

    @Test func `makes a ticket of the contact who has the address, where it is for that`() throws {
        let contact = try koi.make("contacts", ["name": "李明", "email": "liming@example.com"])
        let address = try form(["makes": "ticket", "leadOwner": 1])
        let sent: JSONValue = [
            "reporterName": "Li Ming", "reporterEmail": "liming@example.com", "description": "泵漏水\n急", "status": 7,
        ]
        #expect(try send(address, sent).text == #"{"received":true}"#)
        // A second click.
        #expect(try send(address, sent).status == .accepted)

        let tickets = try koi.request(.get, "/v1/tickets").items
        #expect(tickets.count == 1)
        let expected: [String: JSONValue] = [
            "subject": "泵漏水 急", "channel": "form", "contact": .integer(contact), "owner": 1, "state": "new",
            "reporterName": "Li Ming", "reporterEmail": "liming@example.com", "description": nil,
            "lastIncomingAt": "2026-11-22T09:00:00.000Z",
        ]
        for (name, value) in expected { #expect(tickets.first?[name] == value, "\(name)") }
        let id = try #require(tickets.first?["id"]?.integerValue)
        let message = try koi.request(.get, "/v1/tickets/\(id)/messages").items.first
        #expect(message?["text"] == "泵漏水\n急")
        #expect(message?["channel"] == "form")
        #expect(try leads().isEmpty)
        #expect(try koi.request(.get, "/v1/forms/1")["accepted"] == 1)
    }

    @Test func `asks a ticket's reporter for nothing that is not theirs to say`() throws {
        let made = try koi.request(
            .post,
            "/v1/forms",
            ["name": "Complaints", "makes": "ticket", "asks": ["subject", "owner", "name"]]
        )
        #expect(made.refused == ["asks[1] unknown_field", "asks[2] unknown_field"])
        let address = try form(["makes": "ticket", "required": ["subject"]])
        #expect(try send(address, ["description": "x"]).refused == ["subject required"])
    }

    @Test(arguments: ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
    func `takes what browsers send`(type: String) throws {
        try koi.make(
            "fields",
            ["resource": "leads", "key": "colour", "kind": "text", "labelEn": "C", "labelZh": "C"]
        )
        let address = try form([
            "asks": ["name", "size", "custom.colour"], "redirect": "https://www.example.com/thanks",
        ])
        let body =
            type.hasPrefix("multipart")
            ? ["name": "Wang+Fang", "size": "1,200", "custom.colour": "红"].map { name, value in
                "--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
            }.joined() + "--b--\r\n" : "name=Wang%2BFang&size=1%2C200&custom.colour=%E7%BA%A2&submit="
        let taken = try koi.send(.post, address, Array(body.utf8), type: type)
        #expect(taken.status == .seeOther, "\(taken.text)")
        #expect(taken.fields["Location"] == "https://www.example.com/thanks")
        let lead = try #require(leads().first)
        #expect(lead["name"] == "Wang+Fang")
        #expect(lead["size"] == 1_200)
        #expect(lead["custom"] == ["colour": "红"])
    }

    @Test func `has a page without a script, in the language of its reader`() throws {
        let address = try form(["asks": ["name", "email", "need"], "required": ["name"]])
        let page = try koi.request(
            .get,
            address,
            key: "",
            fields: [("Accept", "text/html"), ("Accept-Language", "zh")]
        )
        #expect(page.status == .ok)
        #expect(page.fields["Content-Type"]?.hasPrefix("text/html") == true)
        #expect(page.fields["Content-Security-Policy"]?.contains("form-action 'self'") == true)
        for part in ["lang=\"zh\"", "需求", "type=\"email\"", "name=\"name\" required", "name=\"stamp\""] {
            #expect(page.text.contains(part), "\(part)")
        }
        #expect(!page.text.contains("<script"))
        let html = [("Accept", "text/html,*/*")]
        let refused = try send(address, ["name": "Wang", "email": "<b>"], fields: html)
        #expect(refused.text.contains("role=\"alert\""))
        #expect(!refused.text.contains("<b>"))
        #expect(try send(address, ["name": "Wang", "email": "w@example.com"], fields: html).text.contains("status"))
        #expect(try leads().count == 1)
    }

    @Test func `keeps what was typed where something is to be mended`() throws {
        try koi.make(
            "fields",
            ["resource": "leads", "key": "colour", "kind": "text", "labelEn": "Colour", "labelZh": "颜色"]
        )
        let address = try form(["asks": ["name", "need", "email", "custom.colour"], "required": ["custom.colour"]])
        let html = [("Accept", "text/html"), ("Accept-Language", "zh")]
        let refused = try send(address, ["name": "王 \"芳\"", "need": "轴承", "email": "x"], fields: html)
        #expect(refused.status == .unprocessableContent)
        for part in ["value=\"王 &quot;芳&quot;\"", ">轴承</textarea>", "value=\"x\"", "颜色: "] {
            #expect(refused.text.contains(part), "\(part)")
        }
    }

    @Test func `goes on when the company asks for more, or for less`() throws {
        try koi.make("fields", ["resource": "leads", "key": "gone", "kind": "text", "labelEn": "G", "labelZh": "G"])
        let address = try form(["asks": ["name", "custom.gone"], "required": ["custom.gone"]])
        #expect(try send(address, ["name": "Wang"]).status == .unprocessableContent)
        try koi.request(.delete, "/v1/fields/1")
        let must: JSONValue = [
            "resource": "leads", "key": "must", "kind": "text", "labelEn": "M", "labelZh": "M", "required": true,
        ]
        try koi.make("fields", must)
        #expect(try koi.request(.get, address, key: "")["fields"].arrayValue?.count == 1)
        #expect(try send(address, ["name": "Wang"]).status == .accepted)
        #expect(try leads().count == 1)
    }

    @Test func `names itself where nothing else does`() throws {
        let address = try form()
        #expect(try send(address, ["need": "轴承\n很多"]).status == .accepted)
        #expect(try leads().first?["name"] == "轴承 很多")
        let empty = try send(address, ["name": "  "])
        #expect(empty.status == .unprocessableContent)
        #expect(empty["errors"].arrayValue?.first?["field"] == "name")
        let required = try form(["required": ["mobile"]])
        #expect(try send(required, ["name": "Wang"]).status == .unprocessableContent)
    }

    @Test func `makes one lead of two clicks`() throws {
        let address = try form()
        for _ in 0..<2 { #expect(try send(address, ["name": "Wang", "email": "w@example.com"]).status == .accepted) }
        #expect(try leads().count == 1)
        koi.clock.advance(by: .seconds(700))
        #expect(try send(address, ["name": "Wang", "email": "w@example.com"]).status == .accepted)
        #expect(try leads().count == 2)
    }

    @Test func `gives nothing to an owner who has left`() throws {
        let li = try koi.make("users", ["name": "Li", "role": 3])
        let address = try form(["leadOwner": .integer(li)])
        try koi.request(.patch, "/v1/users/\(li)", ["active": false])
        #expect(try send(address, ["name": "Wang"]).status == .accepted)
        #expect(try leads().first?["owner"] == .null)
    }

    // MARK: Machines

    @Test func `takes nothing from a machine, which is answered like all others`() throws {
        let address = try form(["minimumSeconds": 3])
        let good = try stamp(address)
        koi.clock.advance(by: .seconds(5))
        let other = try stamp(try form(["minimumSeconds": 3]))
        let early = try stamp(address)
        koi.clock.advance(by: .seconds(2))
        let taken = try send(address, ["name": "Wang", "stamp": good])
        #expect(try leads().count == 1)
        let bad: [JSONValue] = [
            ["name": "A", "stamp": good, "homepage": "https://spam.example"], ["name": "B"],
            ["name": "C", "stamp": early], ["name": "D", "stamp": other], ["name": "E", "stamp": "AAAA"],
            ["name": "F", "stamp": 7],
        ]
        for body in bad {
            let answer = try send(address, body)
            #expect(answer.status == taken.status, "\(body.text)")
            #expect(answer.bytes == taken.bytes, "\(body.text)")
            #expect(answer.fields.all.map(\.value) == taken.fields.all.map(\.value), "\(body.text)")
        }
        // What is wrong with the fields is told to machines as to all others.
        #expect(try send(address, ["name": "A", "email": "no", "homepage": "x"]).status == .unprocessableContent)
        #expect(try leads().count == 1)
        #expect(try koi.request(.get, "/v1/forms/1")["discarded"] == 6)
        koi.clock.advance(by: .seconds(86_400))
        #expect(try send(address, ["name": "Late", "stamp": good]).status == .accepted)
        #expect(try leads().count == 1)
    }

    @Test func `takes so much a minute from one address, and from all`() throws {
        let address = try form()
        for number in 1...IntakeRates.perAddress {
            #expect(try send(address, ["name": .string("A\(number)")]).status == .accepted)
        }
        let refused = try send(address, ["name": "More"])
        #expect(refused.status == .tooManyRequests)
        #expect(refused.fields["Retry-After"] != nil)
        for number in IntakeRates.perAddress..<IntakeRates.perForm {
            let peer = "198.51.100.\(number % 200)"
            #expect(try send(address, ["name": .string("B\(number)")], from: peer).status == .accepted, "\(number)")
        }
        #expect(try send(address, ["name": "More"], from: "192.0.2.1").status == .tooManyRequests)
        koi.clock.advance(by: .seconds(61))
        #expect(try send(address, ["name": "Again"]).status == .accepted)
    }

    @Test func `is there for nobody once it is closed`() throws {
        let address = try form()
        try koi.request(.patch, "/v1/forms/1", ["active": false])
        #expect(try send(address, ["name": "Wang"]).status == .notFound)
        #expect(try koi.request(.get, address, key: "").status == .notFound)
        #expect(try koi.request(.get, "/intake/none", key: "", fields: [("Accept", "text/html")]).status == .notFound)
        try koi.request(.patch, "/v1/forms/1", ["active": true])
        #expect(try send(address, ["name": "Wang"]).status == .accepted)
        try koi.request(.delete, "/v1/forms/1")
        #expect(try send(address, ["name": "Wang"]).status == .notFound)
    }

    // MARK: Bad input

    @Test(
        arguments: [
            (["asks": ["owner"]], "asks[0]"), (["asks": []], "asks"),
            (["required": ["email"], "asks": ["name"]], "required[0]"),
            (["trap": "name"], "trap"), (["redirect": "example.com"], "redirect"),
            (["redirect": "https://example.com/谢谢"], "redirect"),
        ] as [(JSONObject, String)]
    )
    func `is refused where it cannot be`(fields: JSONObject, place: String) throws {
        let body = JSONObject([.init(name: "name", value: "F")] + fields.members)
        let refused = try koi.request(.post, "/v1/forms", .object(body))
        #expect(refused["errors"].arrayValue?.first?["field"] == .string(place), "\(refused.text)")
    }

    @Test(arguments: [
        ("application/json", "[1]"), ("application/json", "{"), ("multipart/form-data", "x"),
        ("multipart/form-data; boundary=b", "--b\r\n"), ("application/x-www-form-urlencoded", "name=%zz"),
    ])
    func `refuses what cannot be read`(type: String, body: String) throws {
        let address = try form()
        #expect(try koi.send(.post, address, Array(body.utf8), type: type).status == .badRequest)
        #expect(try koi.send(.post, address, Array("x".utf8), type: "text/plain").status == .unsupportedMediaType)
        #expect(try leads().isEmpty)
    }
}
