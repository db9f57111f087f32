import Foundation
import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `The score of a lead` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    private func score(_ lead: Int64, key: String? = nil) throws -> TestAnswer {
        try koi.request(.get, "/v1/leads/\(lead)/score", key: key)
    }

    private func reason(_ answer: TestAnswer, _ trait: JSONValue) -> JSONValue {
        (answer["reasons"].arrayValue ?? []).first { $0["trait"] == trait } ?? .null
    }

    /// Leads that came to an end: by referral or a bought list.
    private func finish(_ number: Int, _ source: String, _ status: String) throws {
        let before = LeadStatus(rawValue: status) == .converted ? "converted" : "new"
        for _ in 0..<number {
            let lead = try koi.make("leads", ["name": "X", "source": .string(source), "status": .string(before)])
            if before == "new" { try koi.request(.patch, "/v1/leads/\(lead)", ["status": .string(status)]) }
        }
    }

    @Test func `is by points before there is history`() throws {
        let lead = try koi.make("leads", ["name": "王芳", "mobile": "139 0013 9000", "need": "轴承", "needBudget": 1])
        let answer = try score(lead)
        #expect(answer["basis"] == "points")
        #expect(answer["score"] == 50)
        #expect(reason(answer, "need")["points"] == 20)
        #expect(try koi.request(.get, "/v1/leads/\(lead)")["score"] == 50)
        try koi.request(.patch, "/v1/leads/\(lead)", ["needBudget": nil])
        #expect(try koi.request(.get, "/v1/leads?sort=-score").items.first?["score"] == 35)
        #expect(try koi.request(.patch, "/v1/leads/\(lead)", ["score": 99]).status == .unprocessableContent)
    }

    @Test func `is from what became of others once there are enough`() throws {
        try finish(25, "referral", "converted")
        try finish(5, "purchase_list", "converted")
        try finish(5, "referral", "unqualified")
        try finish(24, "purchase_list", "unqualified")
        let good = try koi.make("leads", ["name": "Good", "source": "referral"])
        #expect(try score(good)["basis"] == "points")
        try finish(1, "purchase_list", "unqualified")
        let bad = try koi.make("leads", ["name": "Bad", "source": "purchase_list"])
        let (high, low) = (try score(good), try score(bad))
        #expect(high["basis"] == "history")
        #expect(high["history"]["converted"] == 30)
        #expect(reason(high, "source")["converted"] == 25)
        #expect(reason(high, "source")["unqualified"] == 5)
        #expect(reason(high, "source")["factor"] == 4.33)
        #expect(reason(low, "source")["factor"] == 0.23)
        // All else is alike, so the odds are those of the source alone: 26/6 to 1.
        #expect(high["score"] == 81)
        #expect(low["score"] == 19)
        #expect(try koi.request(.get, "/v1/leads/\(bad)")["score"] == 19)
    }

    @Test func `counts what a full recount does, whatever happens to leads`() throws {
        try finish(3, "referral", "converted")
        try finish(3, "visit", "unqualified")
        try koi.request(.patch, "/v1/leads/4", ["status": "contacted"])
        try koi.request(.patch, "/v1/leads/5", ["source": "referral", "region": "重庆"])
        try koi.request(.delete, "/v1/leads/6")
        try koi.request(.delete, "/v1/leads/1")
        try koi.request(.put, "/v1/leads/1/restoration")
        let open = try koi.make("leads", ["name": "Open", "company": "Acme"])
        try koi.request(.put, "/v1/leads/\(open)/conversion")
        let undone = try koi.make("leads", ["name": "Undone"])
        try koi.request(.put, "/v1/leads/\(undone)/conversion")
        try koi.request(.delete, "/v1/leads/\(undone)/conversion")
        let (kept, counted) = try koi.app.perform { transaction in
            let sql =
                "SELECT trait, value, converted, unqualified FROM lead_counts WHERE converted <> 0 OR unqualified <> 0"
            let read = { (row: Row) in "\(row.text(0)) \(row.text(1)) \(row.int(2)) \(row.int(3))" }
            let kept = try transaction.connection.rows(sql, [], read)
            try transaction.connection.run("DELETE FROM lead_counts")
            let store = RecordStore(Lead.resource, transaction.connection)
            let living = "SELECT id FROM leads WHERE \"removedAt\" IS NULL"
            for id in try transaction.connection.rows(living, [], { $0.int(0) }) {
                if let lead = try store.find(id, .all) {
                    try LeadCounts(transaction.connection).follow(lead, before: nil)
                }
            }
            return (kept.sorted(), try transaction.connection.rows(sql, [], read).sorted())
        }
        #expect(kept == counted)
        #expect(kept.contains("source referral 3 1"))
    }

    @Test func `counts no lead twice that was erased`() throws {
        let leads = try (0..<3).map { _ in
            try koi.make("leads", ["name": "X", "email": "x@example.com", "status": "converted"])
        }
        for lead in leads.dropLast() {
            #expect(try koi.request(.post, "/v1/leads/\(lead)/erasure").status == .ok)
            try koi.request(.delete, "/v1/leads/\(lead)")
        }
        #expect(try koi.app.check() == [])
        _ = try koi.app.perform { try $0.connection.run("UPDATE lead_counts SET converted = -5") }
        #expect(try koi.app.check() != [])
        // What cannot be is no reason to end.
        try finish(30, "visit", "unqualified")
        try finish(40, "visit", "converted")
        #expect(try score(leads[2]).status == .ok)
    }

    @Test func `tells nothing of fields that are held back`() throws {
        let lead = try koi.make("leads", ["name": "王芳", "mobile": "139 0013 9000", "need": "轴承"])
        let li = try koi.person(["leads": ["read": "all"]], held: ["leads": ["mobile": ["read": "masked"]]])
        #expect(try score(lead, key: li.key)["score"] == 20)
        #expect(reason(try score(lead, key: li.key), "phone") == .null)
        let shown = try koi.request(.get, "/v1/leads/\(lead)", key: li.key)
        #expect(shown["name"] == "王芳")
        #expect(shown["score"] == .null)
        #expect(try koi.request(.get, "/v1/leads?score.gte=30", key: li.key).status == .badRequest)
        #expect(try koi.request(.get, "/v1/leads?sort=score", key: li.key).status == .badRequest)
        // Who sees what others do not is written down.
        _ = try score(lead)
        let noted = try koi.noted("read").map(\.text)
        #expect(noted.contains { $0.contains("leads") && $0.contains("mobile") }, "\(noted)")
    }
}
