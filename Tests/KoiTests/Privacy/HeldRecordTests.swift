import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `What hangs on a person` {
    private let desk: SalesDesk

    init() throws { desk = try SalesDesk() }

    private var koi: TestApp { desk.koi }

    /// A deal with texts everywhere that speak of the person.
    private func deal(_ own: JSONObject = [:]) throws -> Int64 {
        let deal = try desk.deal(own.merging(["notes": "NOTETEXT", "contractNumber": "HT-1"]))
        let path = "/v1/deals/\(deal)"
        try koi.request(.put, path + "/deliverables/1", ["note": "DELIVERTEXT"])
        try koi.request(.post, path + "/problems", ["text": "PROBLEMTEXT"])
        let move: JSONValue = ["stage": 9, "lostReason": "price", "reason": "REASONTEXT"]
        #expect(try koi.request(.put, path + "/stage", move).status == .ok)
        try koi.request(.put, path + "/owner", ["owner": 1, "reason": "OWNERTEXT"])
        return deal
    }

    private static let texts = ["NOTETEXT", "DELIVERTEXT", "PROBLEMTEXT", "REASONTEXT"]

    private func said(of deal: Int64) throws -> String {
        try ["", "/stages", "/deliverables", "/problems", "/owners", "/timeline"]
            .map { try koi.request(.get, "/v1/deals/\(deal)" + $0).text }.joined()
    }

    @Test func `is told with it, and goes with it, whatever table it lies in`() throws {
        let deal = try deal()
        let path = "/v1/customers/\(desk.customer)"
        let told = try koi.request(.get, path + "/subject-export").text
        for text in Self.texts { #expect(told.contains(text), "\(text)") }
        #expect(try said(of: deal).contains("OWNERTEXT"))
        let file = try koi.upload("name\nx\n", as: "deals")
        #expect(file.status == .created, "\(file.text)")
        #expect(try koi.request(.post, path + "/erasure").status == .ok)
        let left = try said(of: deal)
        for text in Self.texts + ["OWNERTEXT", "HT-1"] { #expect(!left.contains(text), "\(text)") }
        #expect(try koi.request(.get, "/v1/deals/\(deal)")["name"] == .string("#\(deal)"))
        #expect(try koi.app.perform { try ImportStore($0.connection).holding(resource: "deals", limit: .max).isEmpty })
    }

    @Test func `as the contact of a deal goes, too, and leaves the customer its name and contract`() throws {
        let contact = try desk.make("/v1/contacts", ["name": "欧阳魑魅"])
        let named = try deal(["contact": .integer(contact), "name": "Pumps for 欧阳魑魅"])
        let deal = try deal(["contact": .integer(contact)])
        let path = "/v1/contacts/\(contact)"
        #expect(try koi.request(.get, path + "/subject-export").text.contains("PROBLEMTEXT"))
        #expect(try koi.request(.post, path + "/erasure").status == .ok)
        let left = try said(of: deal)
        for text in Self.texts { #expect(!left.contains(text), "\(text)") }
        let shown = try koi.request(.get, "/v1/deals/\(deal)")
        #expect(shown["name"] == "离心泵")
        #expect(shown["contractNumber"] == "HT-1")
        #expect(try koi.request(.get, "/v1/deals/\(named)")["name"] == .string("#\(named)"))
        #expect(try koi.app.check() == [])
    }

    @Test func `is in the filters of pools, as of whatever keeps filters`() throws {
        let other = try desk.make("/v1/customers", ["name": "Loser", "phone": "13911112222"])
        let pool = try desk.make(
            "/v1/pools",
            ["name": "P", "filter": ["phone": "13911112222", "referrerCustomer": .integer(other)]]
        )
        #expect(try koi.merge(other, into: desk.customer).status == .created)
        let filter = try koi.request(.get, "/v1/pools/\(pool)")["filter"]
        #expect(filter["referrerCustomer"].text.contains(String(desk.customer)), "\(filter.text)")
        try koi.request(.post, "/v1/customers/\(desk.customer)/erasure")
        #expect(!(try koi.request(.get, "/v1/pools/\(pool)").text.contains("13911112222")))
    }
}
