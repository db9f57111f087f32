import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `What is kept beside the records for reports` {
    @Test(
        arguments: [
            ("UPDATE lead_funnel SET leads = leads + 100", "lead_funnel"), ("DELETE FROM lead_funnel", "lead_funnel"),
            ("DELETE FROM lead_deals", "lead_deals"),
            ("INSERT INTO unfollowed_customers (customer, since) VALUES (1, 1)", "unfollowed_customers"),
        ]
    )
    func `is looked at by koi check`(change: String, table: String) throws {
        let desk = try SalesDesk()
        let lead = try desk.make("/v1/leads", ["name": "王芳", "source": "phone"])
        _ = try desk.deal(["lead": .integer(lead)])
        #expect(try desk.koi.app.check().isEmpty)
        _ = try desk.koi.app.perform { try $0.connection.run(change) }
        let faults = try desk.koi.app.check()
        #expect(faults.contains { $0.hasPrefix("\(table) does not agree with the records") }, "\(faults)")
    }
}
