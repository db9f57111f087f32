import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `The demo company's year` {
    private func number(_ sql: String, in koi: TestApp) throws -> Int64 {
        try koi.app.perform { try $0.connection.first(sql) { $0.int(0) } ?? 0 }
    }

    @Test func `is the same for the same seed, and another for another`() throws {
        func log(_ seed: UInt64) throws -> [String] {
            let koi = try PlayedYear(customers: 12, leads: 16, seed: seed).koi
            return try koi.app.perform { transaction in
                try transaction.connection.rows(
                    """
                    SELECT e.at || ' ' || e.type || ' ' || e.record || ' ' || p.payload
                    FROM events AS e JOIN event_payloads AS p ON p.sequence = e.sequence
                    WHERE e.type NOT LIKE 'key.%' AND e.record > 0 ORDER BY e.sequence
                    """
                ) { $0.text(0) }
            }
        }
        let first = try log(1)
        #expect(try log(1) == first)
        #expect(try log(2) != first)
    }

    @Test func `is full of what happens where people sell`() throws {
        let koi = try PlayedYear(customers: 60, leads: 90).koi
        let happens = [
            "SELECT count(*) FROM leads WHERE status = 'converted'",
            "SELECT count(*) FROM leads WHERE status = 'unqualified'",
            "SELECT count(*) FROM leads WHERE \"removedAt\" IS NULL AND status IN ('new', 'contacted', 'qualified')",
            "SELECT count(*) FROM leads WHERE \"firstResponseAt\" > \"responseDueAt\"",
            "SELECT count(*) FROM leads WHERE \"referrerCustomer\" IS NOT NULL",
            "SELECT count(*) FROM leads WHERE campaign IS NOT NULL",
            "SELECT count(*) FROM assignments WHERE cause = 'unfollowed'",
            "SELECT count(*) FROM deals WHERE state = 'won' AND \"contractTo\" IS NOT NULL",
            "SELECT count(*) FROM deals WHERE state = 'lost'",
            "SELECT count(*) FROM deals WHERE state = 'open'",
            "SELECT count(*) FROM deals WHERE lead IS NOT NULL",
            "SELECT count(*) FROM deal_stages WHERE missing IS NOT NULL",
            "SELECT count(*) FROM deal_problems",
            "SELECT count(*) FROM deal_deliverables",
            "SELECT count(*) FROM needs WHERE status = 'met'",
            "SELECT count(*) FROM tasks WHERE \"doneAt\" IS NULL",
            "SELECT count(*) FROM tasks WHERE \"doneAt\" IS NOT NULL",
            "SELECT count(*) FROM activities WHERE deal IS NOT NULL",
            "SELECT count(*) FROM pool_entries WHERE kind = 'recycled'",
            "SELECT count(*) FROM pool_entries WHERE kind = 'won'",
            "SELECT count(*) FROM customers WHERE pool IS NOT NULL",
            "SELECT count(*) FROM customers WHERE lifecycle = 'signed'",
            "SELECT count(*) FROM ownerships WHERE reason = '离职'",
            "SELECT count(*) FROM absences",
            "SELECT count(*) FROM tasks WHERE cause = 'productMatch'",
            "SELECT count(*) FROM targets",
        ]
        for sql in happens {
            let count = try number(sql, in: koi)
            #expect(count > 0, "\(sql)")
        }
        let leaver = "SELECT count(*) FROM users WHERE email = 'sun.li@demo.example' AND active = 1"
        #expect(try number(leaver, in: koi) == 0)
        #expect(try number("SELECT count(*) FROM jobs WHERE state = 'failed' OR error IS NOT NULL", in: koi) == 0)
    }

    @Test func `goes forward, and ends with its last day`() throws {
        let koi = try PlayedYear(customers: 12, leads: 16).koi
        let backward = """
            SELECT count(*) FROM events AS e JOIN events AS before ON before.sequence = e.sequence - 1
            WHERE e.at < before.at AND before.at <
            """
        let end = try #require(Timestamp.read(PlayedYear.end))
        #expect(try number(backward + " \(end)", in: koi) == 0)
        #expect(try number("SELECT count(*) FROM events WHERE type <> 'key.created' AND at >= \(end)", in: koi) <= 1)
        #expect(try number("SELECT count(*) FROM leads WHERE \"createdAt\" >= \(end)", in: koi) == 0)
    }

    @Test func `leaves a log that holds together`() throws {
        let koi = try PlayedYear(customers: 30, leads: 40).koi
        let faults = try koi.app.perform { try EventChain.verify($0.connection) }
        #expect(faults == [])
    }
}
