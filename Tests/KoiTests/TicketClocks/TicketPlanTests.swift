import KoiSQLite
import Testing

@testable import Koi

/// How SQLite reads the lists of an agent, who has had very many tickets of which few are open.
struct `The work list of an agent is read` {
    private static let undone = "new,open,waiting_customer,waiting_third_party,deferred,rejected"
    private static let own = Visibility.owned(field: "owner", by: [1])

    private func steps(_ parameters: [Parameter], _ visibility: Visibility) throws -> [String] {
        let koi = try TestApp()
        return try koi.app.perform { transaction in
            let resource = Ticket.resource
            let query = try ListQueryParser(resource, transaction).parse(parameters + [("sort", "nextDueAt")])
            let plan = try ListPlan(query, resource, visibility, transaction)
            let page = RecordSQL.page(resource.encoder, query, visibility, plan, after: nil, limit: query.limit + 1)
            return try transaction.connection.rows("EXPLAIN QUERY PLAN " + page.sql, page.values) { $0.text(3) }
        }
    }

    @Test(arguments: [("owner", "tickets_due"), ("assignee", "tickets_assigned_due")])
    func `along its index, what is due first`(field: String, index: String) throws {
        for visibility in [Visibility.all, Self.own] {
            let steps = try steps([(field, "1"), ("nextDueAt.null", "false")], visibility)
            #expect(steps == ["SEARCH t USING INDEX \(index) (\(field)=? AND nextDueAt>?)"])
        }
    }

    @Test(arguments: [("owner", "tickets_work"), ("assignee", "tickets_assignee")])
    func `from what is open alone`(field: String, index: String) throws {
        for visibility in [Visibility.all, Self.own] {
            let steps = try steps([(field, "1"), ("state", Self.undone)], visibility)
            #expect(steps.first == "SEARCH t USING INDEX \(index) (\(field)=? AND state=?)")
        }
    }
}
