import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `The list of accesses` {
    /// One read in clear, one refusal and one failed sign-in.
    private func koi() throws -> TestApp {
        let koi = try TestApp()
        let viewer = try koi.person(["*": ["read": "all"]], held: ["customers": ["phone": ["read": "masked"]]])
        try koi.make("customers", ["name": "Acme", "phone": "023 6868 1234"])
        try koi.app.ledger.flush()
        koi.clock.advance(by: .seconds(3_600))
        try koi.request(.get, "/v1/customers/1")
        try koi.request(.delete, "/v1/customers/1", key: viewer.key)
        koi.app.ledger.note(.failedSignIn(account: "2", address: "192.0.2.1"))
        try koi.app.ledger.flush()
        return koi
    }

    @Test func `tells who read what, what was refused and who failed to sign in`() throws {
        let koi = try koi()
        let items = try koi.request(.get, "/v1/accesses?from=2026-11-22T10:00:00Z").items
        #expect(items.map { $0["kind"] } == ["failed_sign_in", "refused", "read"])
        let refused = try #require(items[1].objectValue)
        #expect(
            JSONValue.object(refused) == [
                "id": refused["id"] ?? nil, "at": "2026-11-22T10:00:00.000Z", "kind": "refused",
                "actor": ["kind": "key", "id": 2], "user": 2, "request": refused["request"] ?? nil,
                "address": "127.0.0.1", "account": nil, "method": "DELETE", "path": "/v1/customers/{id}",
                "resource": "customers", "records": [1], "fields": [], "code": "not_permitted", "count": 1,
            ]
        )
        #expect(items[2]["fields"] == ["phone"] && items[2]["records"] == [1])
        #expect(items[0]["account"] == "2" && items[0]["actor"] == .null)
    }

    @Test func `is narrowed by user, resource, record, kind and time`() throws {
        let koi = try koi()
        func kinds(_ query: String) throws -> [JSONValue] {
            try koi.request(.get, "/v1/accesses?from=2026-11-22T10:00:00Z&" + query).items.map { $0["kind"] }
        }
        #expect(try kinds("user=2") == ["refused"])
        #expect(try kinds("user=me") == ["read"])
        #expect(try kinds("kind=read,failed_sign_in") == ["failed_sign_in", "read"])
        #expect(try kinds("resource=customers") == ["refused", "read"])
        #expect(try kinds("resource=customers&record=1") == ["refused", "read"])
        #expect(try kinds("resource=customers&record=7") == [])
        #expect(try kinds("to=2026-11-22T10:00:00Z") == [])
    }

    @Test func `is read page by page`() throws {
        let koi = try TestApp()
        for record in 1...5 { koi.app.ledger.note(.read(koi.entry(records: [Int64(record)]))) }
        try koi.app.ledger.flush()
        var seen: [JSONValue] = []
        var target: String? = "/v1/accesses?limit=2"
        while let next = target {
            let page = try koi.request(.get, next)
            seen += page.items.map { $0["records"] }
            target = page["next"].stringValue.map { "/v1/accesses?limit=2&cursor=" + $0 }
        }
        #expect(seen == [[5], [4], [3], [2], [1]])
    }

    @Test(arguments: ["kind=other", "limit=0", "record=1", "cursor=x", "colour=red", "to=soon"])
    func `refuses a parameter that cannot be used, by name`(_ query: String) throws {
        let answer = try TestApp().request(.get, "/v1/accesses?" + query)
        #expect(answer.code == "bad_parameter")
        #expect(answer["errors"].arrayValue?.first?["field"].stringValue == String(query.prefix { $0 != "=" }))
    }

    @Test func `is closed to whom no role opens it, and shows one's own part where it says so`() throws {
        let koi = try koi()
        let closed = try koi.person(named: "Closed", ["*": ["read": "all"]])
        #expect(try koi.request(.get, "/v1/accesses", key: closed.key).status == .forbidden)
        try koi.app.ledger.flush()
        let own = try koi.person(named: "Own", ["*": ["read": "all"], "accesses": ["read": "own"]])
        try koi.request(.delete, "/v1/customers/1", key: own.key)
        try koi.app.ledger.flush()
        #expect(try koi.request(.get, "/v1/accesses", key: own.key).items.map { $0["user"] } == [.integer(own.id)])
    }

    @Test func `forgets what is older than the days that are kept`() throws {
        let koi = try TestApp()
        for _ in 1...1_200 { koi.app.ledger.note(.read(koi.entry(records: [1]))) }
        try koi.app.ledger.flush()
        let worker = try koi.worker(AccessTrimming.kind(keptFor: 180))
        koi.clock.advance(by: .seconds(86_400))
        koi.app.ledger.note(.read(koi.entry(records: [2])))
        try koi.app.ledger.flush()
        koi.clock.advance(by: .seconds(179 * 86_400 + 12 * 3_600))
        try worker.runDue()
        #expect(try koi.accesses().map { $0["records"] } == [[2]])
        #expect(try koi.job(named: "trimAccesses")?.state == .waiting)
        withExtendedLifetime(worker) { worker.stop() }
    }
}
