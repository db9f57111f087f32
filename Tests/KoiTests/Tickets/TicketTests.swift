import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A ticket` {
    @Test func `begins as new, with a number that checks itself`() throws {
        let desk = try TicketDesk()

        let made = try desk.ask(["kind": "complaint"])

        #expect(made.status == .created)
        #expect(made["state"] == "new")
        #expect(made["status"] == .integer(TicketDesk.new))
        #expect(made["receivedAt"] == "2026-11-22T09:00:00.000Z")
        #expect(made["language"] == "zh")
        #expect(made["priority"] == "normal")
        let number = try #require(made["number"].stringValue)
        #expect(number.count == 8)
        #expect(TicketNumber.isValid(number))
        #expect(try desk.ask()["number"] != .string(number))
        for query in ["number=\(number)", "q=\(number)"] {
            let found = try desk.koi.request(.get, "/v1/tickets?" + query).items
            #expect(found.map { $0["id"] } == [made["id"]], "\(query)")
        }
    }

    @Test(arguments: ["12345678", "1234567", "", "x2345679", "012345679012345678901"])
    func `has no number but one that checks itself`(text: String) {
        #expect(!TicketNumber.isValid(text))
    }

    @Test func `tells a wrong digit and two that are swapped`() throws {
        let number = try #require(try TicketDesk().ask()["number"].stringValue)
        let digits = Array(number)
        for index in digits.indices.dropLast() where digits[index] != digits[index + 1] {
            var swapped = digits
            swapped.swapAt(index, index + 1)
            #expect(!TicketNumber.isValid(String(swapped)))
            var wrong = digits
            wrong[index] = digits[index + 1]
            #expect(!TicketNumber.isValid(String(wrong)))
        }
    }

    @Test func `is of the contact's only customer, and of that one's tier`() throws {
        let desk = try TicketDesk()
        let made = try desk.ask()
        #expect(made["customer"] == .integer(desk.customer))
        #expect(made["tier"] == "vip")
    }

    @Test func `belongs to whoever receives it`() throws {
        let desk = try TicketDesk()
        let key = try desk.koi.keyOfUser(role: Role.salesID)
        let made = try desk.ask(["contact": nil], key: key)
        #expect(made.status == .created, "\(made.text)")
        #expect(made["owner"] != nil)
        #expect(made["owner"] != .null)
    }

    @Test func `was not received in the future`() throws {
        #expect(try TicketDesk().ask(["receivedAt": "2026-11-23T09:00:00Z"]).refused == ["receivedAt in_future"])
    }

    @Test func `is part of no ticket that is part of it`() throws {
        let desk = try TicketDesk()
        let whole = try desk.ticket()
        let part = try desk.ticket(["parent": .integer(whole)])
        #expect(try desk.change(whole, ["parent": .integer(part)]).refused == ["parent circle"])
        #expect(try desk.change(whole, ["parent": .integer(whole)]).refused == ["parent circle"])
    }

    @Test func `says whose fault it was by its cause`() throws {
        let desk = try TicketDesk()
        #expect(try desk.ask(["cause": "poor_response"])["causeClass"] == "own")
        #expect(try desk.ask(["cause": "involuntary"])["causeClass"] == "involuntary")
    }

    @Test func `stands in the timelines of its customer and contact, with what is said`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket()
        try desk.say(ticket, "reply", "我们马上处理。")
        for path in ["customers/\(desk.customer)", "contacts/\(desk.contact)"] {
            let types = try desk.koi.request(.get, "/v1/\(path)/timeline").items.map { $0["type"] }
            #expect(types.contains("ticket.created") && types.contains("ticket.replied"), "\(path)")
        }
    }

    @Test func `says nothing any more of a customer who is erased, but how it went`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket(["description": "李明很生气", "reporterName": "李明"])
        try desk.say(ticket, "incoming", "我是李明", ["fromName": "李明", "fromAddress": "liming@example.com"])
        let path = "/v1/contacts/\(desk.contact)"
        #expect(try desk.koi.request(.get, path + "/subject-export").text.contains("我是李明"))

        #expect(try desk.koi.request(.post, path + "/erasure").status.code < 300)

        let left = try desk.show(ticket)
        #expect(left["number"].stringValue?.count == 8)
        #expect(left["kind"] == "inquiry")
        for target in ["", "/messages", "/timeline"] {
            let text = try desk.koi.request(.get, "/v1/tickets/\(ticket)" + target).text
            #expect(!text.contains("李明") && !text.contains("liming@"), "\(text)")
        }
    }

    @Test func `has a category of a tree without circles that is not too deep`() throws {
        let desk = try TicketDesk()
        var path: [Int64] = []
        for depth in 1...5 {
            let parent: JSONValue = path.last.map(JSONValue.integer) ?? .null
            path.append(try desk.make("/v1/ticket-categories", ["name": "\(depth)", "parent": parent]))
        }
        let deeper = try desk.koi.request(
            .post,
            "/v1/ticket-categories",
            ["name": "6", "parent": .integer(path[4])]
        )
        #expect(deeper.refused == ["parent too_deep"])
        let top = "/v1/ticket-categories/\(path[0])"
        #expect(try desk.koi.request(.patch, top, ["parent": .integer(path[2])]).refused == ["parent circle"])
        #expect(try desk.koi.request(.patch, top, ["parent": 1]).refused == ["parent too_deep"])
        #expect(try desk.koi.request(.delete, top).code == "category_in_use")
    }

    @Test func `takes no category that is not used any more, and keeps the one it has`() throws {
        let desk = try TicketDesk()
        let ticket = try desk.ticket(["category": 2])
        try desk.koi.request(.patch, "/v1/ticket-categories/2", ["active": false])
        #expect(try desk.ask(["category": 2]).refused == ["category inactive"])
        #expect(try desk.change(ticket, ["subject": "缺货"])["category"] == 2)
    }
}
