import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

@Suite struct LedgerTests {
    @Test func `what is noted is written by a flush, and once`() throws {
        let koi = try TestApp()
        koi.app.ledger.note(.refused(koi.entry(code: "not_permitted")))
        koi.app.ledger.note(.read(koi.entry(records: [1, 2], fields: ["phone"])))
        try koi.app.ledger.flush()
        try koi.app.ledger.flush()
        #expect(
            try koi.accesses() == [
                ["kind": "read", "records": [1, 2], "fields": ["phone"], "code": .null, "count": 1],
                ["kind": "refused", "records": [], "fields": [], "code": "not_permitted", "count": 1],
            ]
        )
    }

    @Test func `more than one write should hold is written by several`() throws {
        let koi = try TestApp()
        for number in 1...1_201 { koi.app.ledger.note(.read(koi.entry(records: [Int64(number)]))) }
        try koi.app.ledger.flush()
        #expect(try koi.accesses().map { $0["records"] } == (1...1_201).map { .array([.integer($0)]) })
    }

    @Test func `nothing is lost by an orderly stop`() throws {
        let koi = try TestApp()
        koi.app.ledger.note(.read(koi.entry(records: [7])))
        koi.close()
        let again = try TestApp(in: koi.folder)
        #expect(try again.accesses().map { $0["records"] } == [[7]])
    }

    @Test func `what comes after the stop is not taken`() throws {
        let koi = try TestApp()
        koi.app.ledger.stop()
        koi.app.ledger.note(.read(koi.entry(records: [7])))
        koi.app.ledger.stop()
        #expect(try koi.accesses() == [])
    }

    @Test func `failed sign-ins are counted for each account, address and minute`() throws {
        let koi = try TestApp()
        for _ in 1...3 { koi.app.ledger.note(.failedSignIn(account: "1", address: "192.0.2.1")) }
        koi.app.ledger.note(.failedSignIn(account: "1", address: "192.0.2.2"))
        koi.app.ledger.note(.failedSignIn(account: "2", address: "192.0.2.1"))
        try koi.app.ledger.flush()
        koi.app.ledger.note(.failedSignIn(account: "1", address: "192.0.2.1"))
        koi.clock.advance(by: .seconds(60))
        koi.app.ledger.note(.failedSignIn(account: "1", address: "192.0.2.1"))
        try koi.app.ledger.flush()
        #expect(try koi.failures() == ["1 192.0.2.1 1", "1 192.0.2.1 4", "1 192.0.2.2 1", "2 192.0.2.1 1"])
    }

    @Test func `refusals of one actor are counted for each route, reason and minute`() throws {
        let koi = try TestApp()
        func refuse(_ record: Int64, _ code: String = "not_permitted") {
            var entry = AccessEntry(at: koi.clock.now, actor: koi.somebody, request: "test", address: "192.0.2.1")
            entry.records = [record]
            entry.code = code
            koi.app.ledger.note(.refused(entry))
        }
        for record in [1, 2, 1] { refuse(Int64(record)) }
        refuse(1, "read_only")
        try koi.app.ledger.flush()
        koi.clock.advance(by: .seconds(59))
        refuse(3)
        try koi.app.ledger.flush()
        koi.clock.advance(by: .seconds(1))
        refuse(4)
        try koi.app.ledger.flush()
        #expect(try koi.accesses().map { $0["records"] } == [[1, 2, 3], [1], [4]])
        #expect(try koi.accesses().map { $0["count"] } == [4, 1, 1])
    }

    @Test func `refusals of nobody are counted for each place, reason and minute`() throws {
        let koi = try TestApp()
        for number in 0..<300 {
            try koi.request(
                .post,
                number % 2 == 0 ? "/v1/sessions" : "/v1/invitations/lookup",
                [:],
                key: "",
                fields: [("Sec-Fetch-Site", "cross-site")],
                from: "2001:db8::\(String(number, radix: 16))"
            )
        }
        try koi.app.ledger.flush()
        let items = try koi.request(.get, "/v1/accesses").items
        #expect(items.map { $0["count"] } == [300])
        #expect(items.map { $0["address"] } == ["2001:db8::/64"])
        #expect(items.map { $0["code"] } == ["cross_site"])
    }

    @Test func `failed sign-ins of whom there is not are counted as one`() throws {
        let koi = try TestApp()
        let user = try koi.addUser()
        for number in 0..<50 { _ = try koi.signIn("nobody\(number)@example.com", from: "192.0.2.1") }
        _ = try koi.signIn("wang@example.com", "wrong password", from: "192.0.2.2")
        try koi.app.ledger.flush()
        #expect(try koi.failures() == ["\(user) 192.0.2.2 1", "unknown 192.0.2.1 50"])
    }

    @Test func `failures from everywhere are so many rows of a minute at most, and leave room for what was read`() {
        var page = LedgerPage()
        for number in 0..<100_000 {
            let address = "2001:db8:\(String(number / 65_536, radix: 16)):\(String(number % 65_536, radix: 16))::1"
            page.add(.failedSignIn(account: "unknown", address: address), at: 1)
            var entry = AccessEntry(at: 1, actor: nil, request: nil, address: address)
            entry.code = "cross_site"
            page.add(.refused(entry), at: 1)
        }
        #expect(page.count == 2 * 1_001)
        for number in 0..<LedgerPage.maximumCounted + 10 {
            var entry = AccessEntry(at: 1, actor: .system, request: nil, address: "")
            entry.code = String(number)
            page.add(.refused(entry), at: 1)
        }
        #expect(page.refusals.count == LedgerPage.maximumCounted)
        #expect(page.takeLost() > 0)
        page.add(.read(AccessEntry(at: 1, actor: nil, request: nil, address: "")), at: 1)
        #expect(page.reads.count == 1)
        #expect(page.takeLost() == 0)
    }

    @Test func `what the store refuses does not hold up what follows`() throws {
        let koi = try TestApp()
        _ = try koi.app.perform { try $0.connection.run("ALTER TABLE accesses RENAME TO elsewhere") }
        koi.app.ledger.note(.read(koi.entry(records: [7])))
        try? koi.app.ledger.flush()
        _ = try koi.app.perform { try $0.connection.run("ALTER TABLE elsewhere RENAME TO accesses") }
        koi.app.ledger.note(.read(koi.entry(records: [8])))
        try koi.app.ledger.flush()
        #expect(try koi.accesses().map { $0["records"] } == [[8]])
    }

    @Test func `what was taken for a write that failed goes in front again`() throws {
        let koi = try TestApp()
        var page = LedgerPage()
        for number in 1...3 { page.add(.read(koi.entry(records: [Int64(number)])), at: 1) }
        for _ in 1...2 { page.add(.failedSignIn(account: "1", address: ""), at: 1) }
        let part = page.tearOff(2)
        page.add(.failedSignIn(account: "1", address: ""), at: 1)
        page.putBack(part)
        let whole = page
        try koi.app.perform { try whole.write($0.connection) }
        #expect(try koi.accesses().map { $0["records"] } == [[1], [2], [3]])
        #expect(try koi.failures() == ["1  3"])
    }

    @Test func `beyond the most that may wait the loss is counted`() {
        var page = LedgerPage()
        for number in 0...LedgerPage.maximumEntries { page.add(.used(key: Int64(number), at: 1), at: 1) }
        #expect(page.count == LedgerPage.maximumEntries)
        #expect(page.takeLost() == 1)
        #expect(page.takeLost() == 0)
    }

    @Test func `the use of a key is noted at most once a minute`() throws {
        let koi = try TestApp()
        func lastUse() throws -> JSONValue {
            try koi.app.ledger.flush()
            return try koi.request(.get, "/v1/keys/1")["lastUsedAt"]
        }
        #expect(try lastUse() == .null)
        #expect(try lastUse() == "2026-11-22T09:00:00.000Z")
        koi.clock.advance(by: .seconds(59))
        #expect(try lastUse() == "2026-11-22T09:00:00.000Z")
        #expect(try lastUse() == "2026-11-22T09:00:00.000Z")
        koi.clock.advance(by: .seconds(1))
        _ = try lastUse()
        #expect(try lastUse() == "2026-11-22T09:01:00.000Z")
    }

    @Test func `a use leaves the key's version as it is`() throws {
        let koi = try TestApp()
        let before = try koi.request(.get, "/v1/keys/1")["version"]
        try koi.app.ledger.flush()
        #expect(try koi.request(.get, "/v1/keys/1")["version"] == before)
    }
}

extension TestApp {
    /// Somebody with a key.
    var somebody: Actor {
        Actor(kind: .key, user: 1, key: 1, session: nil, timeZone: "Asia/Shanghai", access: .full)
    }

    func entry(
        records: [Int64] = [],
        fields: [String] = [],
        code: String? = nil
    ) -> AccessEntry {
        var entry = AccessEntry(at: clock.now, actor: .system, request: "test", address: "192.0.2.1")
        entry.records = records
        entry.fields = fields
        entry.code = code
        return entry
    }

    /// The rows about single requests, in order.
    func accesses() throws -> [JSONValue] {
        try app.perform { transaction in
            try transaction.connection.rows(
                #"SELECT kind, records, fields, code, "count" FROM accesses WHERE account IS NULL ORDER BY id"#
            ) { row in
                [
                    "kind": .string(row.text(0)),
                    "records": try JSONReader.read(Array(row.text(1).utf8)),
                    "fields": try JSONReader.read(Array(row.text(2).utf8)),
                    "code": row.textOrNil(3).map(JSONValue.string) ?? .null,
                    "count": .integer(row.int(4)),
                ]
            }
        }
    }

    /// Failed sign-ins as account, address and count.
    func failures() throws -> [String] {
        try app.perform { transaction in
            try transaction.connection.rows(
                #"SELECT account, address, "count" FROM accesses WHERE account IS NOT NULL ORDER BY account, address, "count""#
            ) { "\($0.text(0)) \($0.text(1)) \($0.int(2))" }
        }
    }
}
