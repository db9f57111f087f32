import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

/// A Koi in which somebody sells: a customer with a contact, and the pipeline that Koi brings along.
struct SalesDesk {
    /// The standard stages, as the schema seeds them.
    static let lead: Int64 = 1
    static let firstContact: Int64 = 2
    static let needs: Int64 = 3
    static let solution: Int64 = 4
    static let quote: Int64 = 5
    static let contract: Int64 = 6
    static let execution: Int64 = 7
    static let won: Int64 = 8
    static let lost: Int64 = 9

    let koi: TestApp
    let customer: Int64
    let contact: Int64

    init(_ koi: TestApp) throws {
        self.koi = koi
        customer = try SalesDesk.make(koi, "/v1/customers", ["name": "重庆机械"])
        contact = try SalesDesk.make(koi, "/v1/contacts", ["name": "李明"])
    }

    init() throws {
        try self.init(TestApp())
    }

    private static func make(_ koi: TestApp, _ path: String, _ body: JSONValue) throws -> Int64 {
        let answer = try koi.request(.post, path, body)
        return try #require(answer["id"].integerValue, "\(path): \(answer.text)")
    }

    func make(_ path: String, _ body: JSONValue) throws -> Int64 {
        try SalesDesk.make(koi, path, body)
    }

    /// Asks for a deal of the customer with these fields.
    func ask(_ fields: JSONObject = [:], key: String? = nil) throws -> TestAnswer {
        var body: JSONObject = ["name": "离心泵", "customer": .integer(customer)]
        for member in fields.members { body[member.name] = member.value }
        return try koi.request(.post, "/v1/deals", .object(body), key: key)
    }

    func deal(_ fields: JSONObject = [:]) throws -> Int64 {
        let answer = try ask(fields)
        return try #require(answer["id"].integerValue, "\(answer.text)")
    }

    @discardableResult
    func change(_ deal: Int64, _ fields: JSONValue, key: String? = nil) throws -> TestAnswer {
        try koi.request(.patch, "/v1/deals/\(deal)", fields, key: key)
    }

    /// What a deal needs to be won.
    static let contractFields: JSONObject = [
        "amount": 500_000, "contractNumber": "HT-1", "contractFrom": "2026-12-01", "contractTo": "2027-11-30",
    ]

    /// A deal that is won from its beginning.
    func wonDeal(_ fields: JSONObject = [:]) throws -> Int64 {
        var all = SalesDesk.contractFields
        all["stage"] = .integer(SalesDesk.won)
        for member in fields.members { all[member.name] = member.value }
        return try deal(all)
    }

    func product(_ code: String, price: JSONValue, currency: JSONValue = "CNY") throws -> Int64 {
        try make(
            "/v1/products",
            ["code": .string(code), "name": .string(code), "price": price, "currency": currency]
        )
    }
}
