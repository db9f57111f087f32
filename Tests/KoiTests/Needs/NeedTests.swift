import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A need` {
    @Test func `belongs to a customer, in whose timeline it stands`() throws {
        let koi = try TestApp()
        let customer = try koi.make("customers", ["name": "Acme"])
        let made = try koi.request(
            .post,
            "/v1/needs",
            ["customer": .integer(customer), "what": "每月200个轴承", "budget": 100_000, "when": "2027-01-01"]
        )
        #expect(made.status == .created, "\(made.text)")
        #expect(made["horizon"] == "now")
        #expect(made["status"] == "open")
        #expect(made["currency"] == "CNY")
        #expect(try koi.request(.get, "/v1/needs?customer=\(customer)&q=%E8%BD%B4%E6%89%BF").items.count == 1)
        let timeline = try koi.request(.get, "/v1/customers/\(customer)/timeline").items
        // With a need the customer becomes a potential one.
        #expect(timeline.map { $0["type"] } == ["customer.changed", "need.created", "customer.created"])
        #expect(try koi.request(.post, "/v1/needs", ["what": "Nobody's"]).status == .unprocessableContent)
        #expect(try koi.request(.patch, "/v1/needs/1", ["lead": 1]).status == .unprocessableContent)
    }
}
