import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `The job that takes back` {
    private let lake: Lake
    private let anna: Office.Person

    init() throws {
        lake = try Lake()
        anna = try lake.office.person("Anna")
    }

    private let rules: JSONValue = [["noContactDays": 1]]

    /// - Parameter turns: chunks, each of which has no time at all.
    private func run(turns: Int) throws -> Job {
        let id = try lake.koi.add(NewJob(RecyclingJob.kind.name, due: lake.koi.clock.now))
        let worker = try lake.koi.worker(
            JobKind(RecyclingJob.kind.name, chunk: RecyclingJob.chunk),
            holdTime: .zero
        )
        for _ in 0..<turns { guard try worker.pass() else { break } }
        return try lake.koi.job(id)
    }

    @Test func `gets further in each chunk, however long it takes to find what there is to do`() throws {
        let pool = try lake.pool(["rules": rules, "warnDays": 0, "recycles": true])
        let ids = try (0..<5).map { try lake.office.customer("C\($0)", of: anna) }
        lake.advance(days: 2)
        #expect(try run(turns: 20).state == .done)
        #expect(try lake.office.ids("pool=\(pool)") == ids)
    }

    @Test func `passes over a pool whose filter cannot be used any more, and serves the others`() throws {
        let field: JSONValue = [
            "resource": "customers", "key": "zone", "kind": "text", "labelEn": "Zone", "labelZh": "区",
        ]
        let zone = try lake.koi.request(.post, "/v1/fields", field)
        let lost = try lake.pool([
            "filter": ["custom.zone": "x"], "rules": rules, "warnDays": 0, "recycles": true,
        ])
        let later = try lake.pool(["rules": rules, "warnDays": 0, "recycles": true])
        let id = try lake.office.customer("Acme", of: anna)
        #expect(try lake.koi.request(.delete, "/v1/fields/\(zone["id"].integerValue ?? 0)").status == .noContent)
        lake.advance(days: 2)
        let preview = try lake.koi.request(.get, "/v1/pools/\(lost)/recycling")
        #expect(preview.code == "filter_unusable")
        #expect(preview.refused == ["filter bad_parameter"])
        #expect(try lake.koi.request(.get, "/v1/pools/\(later)/recycling").items.count == 1)
        #expect(try run(turns: 20).state == .done)
        #expect(try lake.office.ids("pool=\(later)") == [id])
        // What has nothing to do with it can be changed all the same.
        #expect(try lake.koi.request(.patch, "/v1/pools/\(lost)", ["name": "N", "recycles": false]).status == .ok)
        let again = try lake.koi.request(.patch, "/v1/pools/\(lost)", ["recycles": true])
        #expect(again.refused == ["filter.custom.zone bad_parameter"])
    }

    @Test func `has no search in the filter of a pool that was made before that was refused`() throws {
        let pool = try lake.pool(["rules": rules, "warnDays": 0, "recycles": true])
        _ = try lake.office.customer("Acme", of: anna)
        try lake.koi.app.perform {
            _ = try $0.connection.run(
                "UPDATE pools SET filter = ? WHERE id = ?",
                [.text(#"{"q":"nobody"}"#), .integer(pool)]
            )
        }
        lake.advance(days: 2)
        #expect(try lake.koi.request(.get, "/v1/pools/\(pool)/recycling").code == "filter_unusable")
        _ = try run(turns: 20)
        #expect(try lake.office.ids("pool=\(pool)") == [])
    }

    @Test func `asks by filters that Koi itself can ask, and by tiers of what has one`() throws {
        func refused(_ own: JSONObject) throws -> [String] {
            let usual: JSONObject = ["name": "P"]
            return try lake.koi.request(.post, "/v1/pools", .object(usual.merging(own))).refused
        }
        #expect(try refused(["filter": ["owner": "me"]]) == ["filter.owner bad_parameter"])
        #expect(
            try refused(["resource": "leads", "rules": [["tier": "vip", "noContactDays": 3]]]) == [
                "rules[0].tier no_tier"
            ]
        )
    }
}
