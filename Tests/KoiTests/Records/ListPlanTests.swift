import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `A list is read` {
    private static let own = Visibility.owned(field: "owner", by: [1])
    private static let team = Visibility.owned(field: "owner", by: [1, 2])
    private static let shared = Visibility.any([own, .shared([5, 6], with: 1)])

    /// How SQLite reads a list, a step a line, with 100 customers of whom every second is user 1's, every tenth user 2's.
    private func steps(_ parameters: [Parameter], _ visibility: Visibility) throws -> [String] {
        let koi = try TestApp()
        return try koi.app.perform { transaction in
            let service = RecordService(Customer.resource, transaction)
            for name in ["B", "C"] { _ = try RecordService(User.resource, transaction).add(["name": .string(name)]) }
            for number in 1...100 {
                let owner: Int64 = number % 2 == 0 ? 1 : number % 5 == 0 ? 2 : 3
                _ = try service.add(["name": .string("A\(number)"), "owner": .integer(owner)])
            }
            let query = try ListQueryParser(Customer.resource, transaction).parse(parameters)
            let plan = try ListPlan(query, Customer.resource, visibility, transaction)
            let encoder = Customer.resource.encoder
            let page = RecordSQL.page(encoder, query, visibility, plan, after: nil, limit: query.limit + 1)
            return try transaction.connection.rows("EXPLAIN QUERY PLAN " + page.sql, page.values) { $0.text(3) }
        }
    }

    @Test func `along the index of owners, and what is shared by its numbers, without a walk through all`() throws {
        let steps = try steps([], Self.shared)
        #expect(steps.contains { $0.hasPrefix("SEARCH t USING INDEX customers_owner") })
        #expect(steps.contains { $0.hasPrefix("SEARCH t USING INTEGER PRIMARY KEY") })
        #expect(!steps.contains { $0.hasPrefix("SCAN t") })
    }

    @Test func `in its order where the owners have many records, else from theirs`() throws {
        // The two cost the same where the owners have the square root of 100 · limit records; they have 60.
        let few = try steps([("sort", "name"), ("limit", "50")], Self.team)
        #expect(few.contains { $0.hasPrefix("SEARCH t USING INDEX customers_owner") })
        let many = try steps([("sort", "name"), ("limit", "5")], Self.team)
        #expect(many.contains("SCAN t USING INDEX customers_name"))
        let withShares = try steps([("sort", "name"), ("limit", "5")], Self.shared)
        #expect(withShares.contains("SCAN t USING INDEX customers_name"))
        #expect(withShares.contains { $0.hasPrefix("SEARCH t USING INTEGER PRIMARY KEY") })
    }

    @Test func `from the owners' records where no index has its order`() throws {
        let steps = try steps([("sort", "-size"), ("limit", "5")], Self.team)
        #expect(steps.contains { $0.hasPrefix("SEARCH t USING INDEX customers_owner") })
    }

    @Test func `from the table itself where no index leads to it, not by way of another index`() throws {
        #expect(try steps([("sort", "-size")], .all).first == "SCAN t")
        #expect(try steps([("sort", "name")], .all).first == "SCAN t USING INDEX customers_name")
        let led = try steps([("sort", "size"), ("tier", "vip")], .all)
        #expect(led.first?.hasPrefix("SEARCH t USING INDEX customers_tier") == true)
    }

    @Test func `and counted from the table itself where no index leads to what is counted`() throws {
        let koi = try TestApp()
        for (filter, step) in [
            ("region", "SCAN t"), ("tier", "SEARCH t USING INDEX customers_tier"),
            ("", "SCAN t USING INDEX"),
        ] {
            let steps = try koi.app.perform { transaction in
                let parameters = filter.isEmpty ? [] : [(filter, filter == "tier" ? "vip" : "重庆")]
                let query = try ListQueryParser(Customer.resource, transaction).parse(parameters)
                let indexed = try transaction.catalog.indexes.columns(of: Customer.resource, transaction.connection)
                let plan = ListPlan(counting: query, indexed, .all)
                let count = RecordSQL.count(Customer.resource, query, .all, plan)
                return try transaction.connection.rows("EXPLAIN QUERY PLAN " + count.sql, count.values) { $0.text(3) }
            }
            #expect(steps.contains { filter == "region" ? $0 == step : $0.hasPrefix(step) }, "\(steps)")
        }
    }
}
