import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

/// `duplicate_keys` and `duplicate_pairs` beside the records that they are of.
struct `The index of duplicates` {
    private let koi: TestApp

    init() throws {
        koi = try TestApp()
    }

    /// Each pair with its score, from the values of all living customers, by the rules as they are told.
    private func wanted() throws -> [[Int64]] {
        let records = try living()
        var holders: [ClosedRange<Int64>: [(id: Int64, mark: Int64, kind: Duplicate.Reason.Kind)]] = [:]
        for record in records {
            for key in DuplicateKey.all(of: record) {
                holders[key.alike, default: []].append((record.id, key.mark, key.kind))
            }
        }
        var kinds: [[Int64]: Set<Duplicate.Reason.Kind>] = [:]
        for group in holders.values where group.count <= Duplicate.common {
            for first in group {
                for second in group where first.id < second.id {
                    kinds[[first.id, second.id], default: []].insert(first.mark == second.mark ? first.kind : .pinyin)
                }
            }
        }
        return kinds.map { $0.key + [Duplicate.score(of: $0.value)] }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func living() throws -> [Record] {
        try koi.app.perform { transaction in
            let store = RecordStore(Customer.resource, transaction.connection)
            return try transaction.connection.rows(
                "SELECT \(Customer.resource.encoder.selection) FROM customers AS t WHERE \"removedAt\" IS NULL"
            ) { try store.record(from: $0) }
        }
    }

    private func stored() throws -> [[Int64]] {
        try koi.app.perform { transaction in
            try transaction.connection.rows("SELECT low, high, score FROM duplicate_pairs ORDER BY low, high") {
                [$0.int(0), $0.int(1), $0.int(2)]
            }
        }
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `is what the records make it after any changes`(seed: UInt64) throws {
        var random = SplitMix(seed)
        func roll(_ sides: Int) -> Int { random.next(below: sides) }
        let names = ["重庆机械", "重慶機械有限公司", "重庆激械", "Nordlicht GmbH", "Nordlicht", "上海贸易", "X"]
        func values() -> JSONValue {
            [
                "name": .string(names[roll(names.count)]), "region": .string(["重庆", "上海"][roll(2)]),
                // One that nearly all have, others that some have.
                "website": roll(6) > 0 ? "group.example" : .null,
                "phone": .string("138 0013 80\(10 + roll(30))"),
            ]
        }
        var ids: [Int64] = []
        for _ in 0..<62 { ids.append(try koi.make("customers", values())) }
        for step in 0..<160 {
            let path = "/v1/customers/\(ids[roll(ids.count)])"
            switch roll(4) {
            case 0: try koi.request(.delete, path)
            case 1: try koi.request(.put, path + "/restoration")
            case 2: try koi.request(.patch, path, values())
            default: ids.append(try koi.make("customers", values()))
            }
            if step % 20 == 0 { #expect(try stored() == wanted(), "step \(step)") }
        }
        #expect(try stored() == wanted())
        #expect(try !stored().isEmpty)
        #expect(try koi.app.check() == [])
    }

    @Test(arguments: [
        ("DELETE FROM duplicate_keys WHERE record = 1", "duplicate_keys does not agree"),
        ("INSERT INTO duplicate_keys VALUES (7, 1)", "duplicate_keys does not agree"),
        ("UPDATE duplicate_pairs SET score = score + 1", "duplicate_pairs does not agree with customers"),
        ("DELETE FROM duplicate_pairs", "duplicate_pairs does not agree with customers"),
        ("INSERT INTO duplicate_pairs VALUES ('customers', 1, 9, 50)", "duplicate_pairs does not agree with customers"),
    ])
    func `that was changed behind Koi's back shows`(sql: String, fault: String) throws {
        try koi.make("customers", ["name": "Acme", "phone": "13800138000"])
        try koi.make("customers", ["name": "Other", "phone": "13800138000"])
        #expect(try koi.app.check() == [])
        _ = try koi.app.perform { try $0.connection.run(sql) }
        #expect(try koi.app.check().contains { $0.hasPrefix(fault) })
    }

    @Test func `costs a new customer two statements and a row for each thing that it is known by`() throws {
        let body: JSONValue = [
            "name": "重庆机械有限公司", "phone": "023 6868 1234", "email": "info@acme.com", "region": "重庆",
        ]
        let heard = Notes<String>()
        try koi.app.database.writer.exclusive { connection in
            connection.recorder = { sql, _ in if sql.contains("duplicate_") { heard.add(sql) } }
        }
        try koi.make("customers", body)
        try koi.app.database.writer.exclusive { $0.recorder = nil }
        #expect(heard.all.count == 2, "\(heard.all)")
        let rows = try koi.app.perform { transaction in
            try transaction.connection.first("SELECT count(*) FROM duplicate_keys") { $0.int(0) }
        }
        #expect(rows == 4)
    }
}
