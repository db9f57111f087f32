import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The amount of a deal` {
    @Test(
        arguments: [
            // price, quantity, discount, total
            (1_999, 1, 0, 1_999),
            (1_999, 3, 10, 5_397),
            // 0.5 of the smallest unit is rounded up: 1 × 0.5
            (1, 0.5, 0, 1),
            (1, 0.499, 0, 0),
            (333, 0.333, 0, 111),
            (100, 1, 33.33, 67),
            (1_000, 1, 99.99, 0),
            (5_000, 1, 99.99, 1),
            (7, 1, 100, 0),
            (1_000_000_000_000_000, 1, 0, 1_000_000_000_000_000),
        ] as [(Int64, Double, Double, Int64)]
    )
    func `is the sum of its lines, each rounded half up`(
        price: Int64,
        quantity: Double,
        discount: Double,
        total: Int64
    ) throws {
        let desk = try SalesDesk()
        let pump = try desk.product("PUMP", price: 5)
        let made = try desk.ask([
            "lines": [
                [
                    "product": .integer(pump), "price": .integer(price), "quantity": .number(quantity),
                    "discount": .number(discount),
                ]
            ]
        ])
        #expect(made["amount"] == .integer(total), "\(made.text)")
    }

    @Test func `takes the price of the product where a line has none`() throws {
        let desk = try SalesDesk()
        let (pump, valve) = (try desk.product("PUMP", price: 12_345), try desk.product("VALVE", price: 100))
        let made = try desk.ask(["lines": [["product": .integer(pump), "quantity": 2], ["product": .integer(valve)]]])
        #expect(made["amount"] == 24_790)
        // What was offered stays as it was offered.
        try desk.koi.request(.patch, "/v1/products/\(pump)", ["price": 1])
        let deal = try #require(made["id"].integerValue)
        #expect(try desk.koi.request(.get, "/v1/deals/\(deal)")["lines"].arrayValue?.first?["price"] == 12_345)
    }

    @Test func `that is sent has to be the sum`() throws {
        let desk = try SalesDesk()
        let pump = try desk.product("PUMP", price: 100)
        let lines: JSONValue = [["product": .integer(pump)]]
        #expect(try desk.ask(["amount": 99, "lines": lines]).refused == ["amount not_the_sum"])
        let deal = try desk.deal(["amount": 100, "lines": lines])
        #expect(try desk.change(deal, ["amount": 7]).refused == ["amount not_the_sum"])
        let more = try desk.change(deal, ["lines": [["product": .integer(pump), "quantity": 3]]])
        #expect(more["amount"] == 300)
        #expect(try desk.change(deal, ["lines": [], "amount": 7])["amount"] == 7)
    }

    @Test func `is in one currency`() throws {
        let desk = try SalesDesk()
        let pump = try desk.product("PUMP", price: 100, currency: "EUR")
        let lines: JSONValue = [["product": .integer(pump)]]

        let mixed = try desk.ask(["lines": lines])
        #expect(mixed.status == .unprocessableContent)
        #expect(mixed.refused == ["lines[0].price other_currency"])

        let deal = try desk.deal(["lines": lines, "currency": "EUR"])
        #expect(try desk.change(deal, ["currency": "CNY"]).refused == ["currency mixed_currencies"])
        let again = try desk.change(
            deal,
            ["currency": "CNY", "lines": [["product": .integer(pump), "price": 790]]]
        )
        #expect(again["amount"] == 790)
    }

    @Test(
        arguments: [
            (["quantity": 0], "lines[0].quantity bad_quantity"),
            (["quantity": -1], "lines[0].quantity bad_quantity"),
            (["quantity": 1.000_1], "lines[0].quantity bad_quantity"),
            (["quantity": 1e300], "lines[0].quantity bad_quantity"),
            (["discount": 101], "lines[0].discount bad_discount"),
            (["discount": -0.01], "lines[0].discount bad_discount"),
            (["price": -1], "lines[0].price out_of_range"),
            (["price": 1_000_000_000_000_000, "quantity": 2], "lines[0] too_much"),
            (["price": 1_000_000_000_000_000, "quantity": 1_000_000_000], "lines[0] too_much"),
        ] as [(JSONObject, String)]
    )
    func `is refused where it cannot be reckoned`(line: JSONObject, refusal: String) throws {
        let desk = try SalesDesk()
        var line = line
        line["product"] = .integer(try desk.product("PUMP", price: 5))
        #expect(try desk.ask(["lines": [.object(line)]]).refused == [refusal])
    }

    @Test func `names products that are there and sold`() throws {
        let desk = try SalesDesk()
        let pump = try desk.product("PUMP", price: 100)
        let deal = try desk.deal(["lines": [["product": .integer(pump)]]])
        try desk.koi.request(.patch, "/v1/products/\(pump)", ["active": false])

        let lines: JSONValue = [["product": .integer(pump), "quantity": 2]]
        #expect(try desk.ask(["lines": lines]).refused == ["lines[0].product inactive"])
        #expect(try desk.change(deal, ["lines": lines])["amount"] == 200)
        #expect(try desk.ask(["lines": [["product": 99, "price": 1]]]).refused == ["lines[0].product not_found"])
    }

    @Test func `tells nothing of products that the actor does not see`() throws {
        let desk = try SalesDesk()
        let office = Office(desk.koi)
        let pump = try desk.product("PUMP", price: 123_456)
        let rights: JSONValue = ["read": "all", "create": "all", "change": "all"]
        let none: JSONValue = ["read": "none", "create": "none", "change": "none"]
        let role = try office.role("No products", ["*": rights, "products": none])
        let person = try office.person("Vera", role: role)
        let body: JSONObject = ["amount": 1, "lines": [["product": .integer(pump)]]]
        let blind = try desk.ask(body, key: person.key)
        #expect(blind.refused == ["lines[0].product not_found"])
        #expect(!blind.text.contains("123456"))

        let held = try office.role("No prices", ["*": rights])
        try desk.koi.request(.patch, "/v1/roles/\(held)", ["fields": ["products": ["price": ["read": "hidden"]]]])
        let other = try office.person("Bo", role: held)
        let priced = try desk.ask(body, key: other.key)
        #expect(priced.refused == ["lines[0].price required"])
        #expect(!priced.text.contains("123456"))
        let own = try desk.ask(["lines": [["product": .integer(pump), "price": 7]]], key: other.key)
        #expect(own["amount"] == 7, "\(own.text)")
    }
}
