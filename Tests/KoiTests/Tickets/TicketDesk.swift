import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// A Koi in which somebody serves: a customer with a contact, and the statuses that Koi brings along.
struct TicketDesk {
    /// The statuses, as the schema seeds them.
    static let new: Int64 = 1
    static let open: Int64 = 2
    static let waitingCustomer: Int64 = 3
    static let deferred: Int64 = 5
    static let resolved: Int64 = 6
    static let closed: Int64 = 7
    static let rejected: Int64 = 8

    let koi: TestApp
    let customer: Int64
    let contact: Int64

    init() throws {
        koi = try TestApp()
        customer = try TicketDesk.make(koi, "/v1/customers", ["name": "重庆机械", "tier": "vip"])
        contact = try TicketDesk.make(
            koi,
            "/v1/contacts",
            ["name": "李明", "email": "liming@example.com", "customers": [["customer": .integer(customer)]]]
        )
    }

    private static func make(_ koi: TestApp, _ path: String, _ body: JSONValue) throws -> Int64 {
        let answer = try koi.request(.post, path, body)
        return try #require(answer["id"].integerValue, "\(path): \(answer.text)")
    }

    func make(_ path: String, _ body: JSONValue) throws -> Int64 {
        try TicketDesk.make(koi, path, body)
    }

    /// Asks for a ticket of the contact with these fields.
    func ask(_ fields: JSONObject = [:], key: String? = nil) throws -> TestAnswer {
        var body: JSONObject = ["subject": "水泵漏水", "contact": .integer(contact)]
        for member in fields.members { body[member.name] = member.value }
        return try koi.request(.post, "/v1/tickets", .object(body), key: key)
    }

    func ticket(_ fields: JSONObject = [:]) throws -> Int64 {
        let answer = try ask(fields)
        return try #require(answer["id"].integerValue, "\(answer.text)")
    }

    func show(_ ticket: Int64) throws -> TestAnswer { try koi.request(.get, "/v1/tickets/\(ticket)") }

    @discardableResult
    func change(_ ticket: Int64, _ fields: JSONValue, key: String? = nil) throws -> TestAnswer {
        try koi.request(.patch, "/v1/tickets/\(ticket)", fields, key: key)
    }

    @discardableResult
    func move(_ ticket: Int64, to status: Int64, _ fields: JSONObject = [:], key: String? = nil) throws -> TestAnswer {
        var body = fields
        body["status"] = .integer(status)
        return try koi.request(.put, "/v1/tickets/\(ticket)/status", .object(body), key: key)
    }

    @discardableResult
    func say(_ ticket: Int64, _ kind: String, _ text: String, _ fields: JSONObject = [:]) throws -> TestAnswer {
        var body = fields
        body["kind"] = .string(kind)
        body["text"] = .string(text)
        return try koi.request(.post, "/v1/tickets/\(ticket)/messages", .object(body))
    }

    /// The customer is content with what was told.
    func accept(_ ticket: Int64) throws {
        let answer = try koi.request(.put, "/v1/tickets/\(ticket)/acceptance", ["accepted": true, "by": "李明"])
        try #require(answer.status == .ok, "\(answer.text)")
    }

    /// A ticket that is closed in the order in which tickets are.
    func closed() throws -> Int64 {
        let ticket = try ticket(["category": 1])
        try move(ticket, to: TicketDesk.resolved, ["message": "已更换密封圈。"])
        try accept(ticket)
        try #require(try move(ticket, to: TicketDesk.closed)["state"] == "closed")
        return ticket
    }
}
