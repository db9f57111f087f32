import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A referral` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func customer(_ name: String, by referrer: Int64? = nil, _ others: JSONObject = [:]) throws -> Int64 {
        var body: JSONObject = ["name": .string(name)]
        if let referrer { body["referrerCustomer"] = .integer(referrer) }
        return try koi.make("customers", .object(JSONObject(body.members + others.members)))
    }

    private func names(_ nodes: JSONValue) -> [String] {
        (nodes.arrayValue ?? []).flatMap { [$0["name"].stringValue ?? ""] + names($0["referred"]) }
    }

    @Test func `leads on from customer to customer, as deep as asked for`() throws {
        let first = try customer("A")
        let second = try customer("B", by: first)
        _ = try customer("C", by: second)
        _ = try customer("D", by: first)
        let tree = try koi.request(.get, "/v1/customers/\(first)/referrals")
        #expect(names(tree["referred"]) == ["B", "C", "D"])
        #expect(tree["count"] == 3)
        #expect(tree["isCut"] == false)
        #expect(names(try koi.request(.get, "/v1/customers/\(first)/referrals?depth=1")["referred"]) == ["B", "D"])
        #expect(try koi.request(.get, "/v1/customers/\(second)/referrals")["referrer"]["customer"] == .integer(first))
        for depth in ["0", "11", "x", "99999999999999999999"] {
            #expect(try koi.request(.get, "/v1/customers/1/referrals?depth=\(depth)").status == .badRequest, "\(depth)")
        }
    }

    @Test func `of a contact stands with the contact`() throws {
        let contact = try koi.make("contacts", ["name": "李明"])
        let first = try customer("A", by: nil, ["referrerContact": .integer(contact)])
        _ = try customer("B", by: first)
        #expect(names(try koi.request(.get, "/v1/contacts/\(contact)/referrals")["referred"]) == ["A", "B"])
    }

    @Test func `that leads back to the customer is refused`() throws {
        let first = try customer("A")
        let second = try customer("B", by: first)
        let third = try customer("C", by: second)
        for referrer in [first, second, third] {
            let refused = try koi.request(.patch, "/v1/customers/\(first)", ["referrerCustomer": .integer(referrer)])
            #expect(refused.status == .unprocessableContent)
            #expect(refused["errors"].arrayValue?.first?["code"] == "circular", "\(referrer)")
        }
        #expect(try koi.request(.patch, "/v1/customers/\(third)", ["referrerCustomer": .integer(first)]).status == .ok)
    }

    @Test func `that leads back by a contact is refused`() throws {
        let first = try customer("A")
        let second = try customer("B")
        let contact = try koi.make("contacts", ["name": "李明", "customers": [["customer": .integer(second)]]])
        try koi.request(.patch, "/v1/customers/\(first)", ["referrerContact": .integer(contact)])
        let circle = try koi.request(.patch, "/v1/customers/\(second)", ["referrerCustomer": .integer(first)])
        #expect(circle["errors"].arrayValue?.first?["code"] == "circular", "\(circle.text)")
        let own = try koi.request(.patch, "/v1/customers/\(second)", ["referrerContact": .integer(contact)])
        #expect(own["errors"].arrayValue?.first?["field"] == "referrerContact", "\(own.text)")
    }

    @Test func `in a circle that a merge has made is told once`() throws {
        let first = try customer("A")
        let second = try customer("B", by: first)
        let third = try customer("C", by: second)
        let merged = try koi.request(.post, "/v1/customers/\(third)/merges", ["from": .integer(first)])
        #expect(merged.status == .created, "\(merged.text)")
        let tree = try koi.request(.get, "/v1/customers/\(third)/referrals?depth=10")
        #expect(names(tree["referred"]) == ["B"])
        #expect(try koi.request(.patch, "/v1/customers/\(second)", ["name": "B2"]).status == .ok)
    }

    @Test func `shows nothing of customers that are not to be seen`() throws {
        let sales = try koi.keyOfUser(role: Role.salesID)
        let user = try #require(koi.request(.get, "/v1/users?sort=-id&limit=1").items.first?["id"])
        let own = try customer("A", by: nil, ["owner": user])
        let hidden = try customer("B", by: own, ["owner": 1])
        _ = try customer("C", by: hidden, ["owner": user])
        _ = try customer("D", by: own, ["owner": user])
        let tree = try koi.request(.get, "/v1/customers/\(own)/referrals", key: sales)
        #expect(names(tree["referred"]) == ["D"])
        #expect(try koi.request(.get, "/v1/customers/\(hidden)/referrals", key: sales).status == .notFound)
        #expect(try koi.request(.get, "/v1/referrals", key: sales)["customers"] == 3)
        let held = try koi.person(
            ["customers": ["read": "all"]],
            held: ["customers": ["referrerCustomer": ["read": "hidden"]]]
        )
        for path in ["customers/\(own)/referrals", "referrals"] {
            #expect(try koi.request(.get, "/v1/" + path, key: held.key).status == .forbidden, "\(path)")
        }
    }

    @Test func `counts for the share of new customers that came by one`() throws {
        #expect(try koi.request(.get, "/v1/referrals")["share"] == .null)
        let first = try customer("A")
        _ = try customer("B", by: first)
        _ = try customer("C", by: first)
        _ = try customer("D", by: nil, ["source": "referral"])
        _ = try customer("E")
        let share = try koi.request(.get, "/v1/referrals")
        #expect(share["customers"] == 5)
        #expect(share["referred"] == 3)
        #expect(share["share"] == 0.6)
        #expect(share["referrers"] == [["customer": .integer(first), "name": "A", "referred": 2]])
        #expect(try koi.request(.get, "/v1/referrals?from=2027-01-01")["customers"] == 0)
        #expect(try koi.request(.get, "/v1/referrals?cursor=x").status == .badRequest)
    }
}
