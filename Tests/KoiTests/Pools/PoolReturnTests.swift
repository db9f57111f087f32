import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `A record that was in a pool` {
    private let lake: Lake
    private let anna: Office.Person
    private let bo: Office.Person

    init() throws {
        lake = try Lake()
        (anna, bo) = (try lake.office.person("Anna"), try lake.office.person("Bo"))
    }

    private func customer(_ id: Int64) throws -> TestAnswer { try lake.koi.request(.get, "/v1/customers/\(id)") }

    @Test func `lies there again once a merge is undone, unless the pool has gone`() throws {
        let pools = try (0..<2).map { _ in try lake.pool() }
        for (index, pool) in pools.enumerated() {
            let pooled = try lake.pooled("A\(index)", in: pool)
            let owned = try lake.office.customer("B\(index)", of: anna)
            let merge = try lake.koi.merge(owned, into: pooled, ["owner": "loser"])
            #expect(try customer(pooled)["pool"] == .null)
            if index == 1 { #expect(try lake.koi.request(.delete, "/v1/pools/\(pool)").status == .noContent) }
            #expect(try lake.koi.unmerge(merge["id"].integerValue ?? 0).status.code < 300)
            #expect(try customer(pooled)["owner"] == .null)
            #expect(try customer(pooled)["pool"] == (index == 0 ? .integer(pool) : .null))
        }
    }

    @Test func `keeps no pool by having been merged into another`() throws {
        let pool = try lake.pool()
        let (pooled, other) = (try lake.pooled("A", in: pool), try lake.office.customer("B", of: anna))
        let merge = try lake.koi.merge(pooled, into: other)
        #expect(try lake.koi.request(.delete, "/v1/pools/\(pool)").status == .noContent)
        #expect(try lake.koi.unmerge(merge["id"].integerValue ?? 0).status.code < 300)
        #expect(try customer(pooled)["pool"] == .null)
    }

    @Test func `lies there again once the import is taken back that gave it away`() throws {
        let pool = try lake.pool()
        let made = try lake.koi.request(.post, "/v1/customers", ["name": "A", "email": "a@a.cn", "owner": nil])
        let id = try #require(made["id"].integerValue)
        try lake.release(id, to: pool)
        let text = "email,owner\na@a.cn,\(anna.id)\n"
        let done = try lake.koi.take(text, ["mode": "update", "key": "email"])
        #expect(try customer(id)["owner"] == .integer(anna.id), "\(done.text)")
        #expect(try customer(id)["pool"] == .null)
        #expect(try lake.koi.request(.delete, "/v1/imports/1/effect").status == .accepted)
        try lake.koi.worker(ImportUndo.kind).runDue()
        #expect(try customer(id)["owner"] == .null)
        #expect(try customer(id)["pool"] == .integer(pool))
    }

    @Test func `is told of by whose it is by now`() throws {
        let cy = try lake.office.person("Cy")
        let pool = try lake.pool()
        let id = try lake.pooled("Acme", in: pool)
        #expect(try lake.claim(id, by: anna).status == .ok)
        lake.koi.clock.advance(by: .seconds(60))
        _ = try lake.office.assign(id, to: cy)
        let late = try lake.claim(id, by: bo)
        #expect(late["claimedBy"] == ["id": .integer(cy.id), "name": "Cy"])
        #expect(late["claimedAt"] == "2026-11-22T09:01:00.000Z")
        _ = try lake.office.assign(id, to: nil)
        #expect(try lake.claim(id, by: bo).status == .notFound)
        let manager = try lake.office.person("Manager", role: Office.manager)
        #expect(try lake.claim(id, by: manager).code == "not_in_pool")
    }

    @Test func `cools down for everybody who had it, whoever had it since`() throws {
        let pool = try lake.pool(["cooldownDays": 5])
        let id = try lake.office.customer("Acme", of: anna)
        _ = try lake.office.assign(id, to: bo)
        #expect(try lake.release(id, to: pool, by: bo.key).status == .ok)
        #expect(try lake.claim(id, by: anna).code == "cooldown")
        lake.advance(days: 5)
        #expect(try lake.claim(id, by: anna).status == .ok)
    }
}

struct `A lead that is closed` {
    @Test func `lies in no pool, and is taken back by none`() throws {
        let lake = try Lake()
        let (anna, bo) = (try lake.office.person("Anna"), try lake.office.person("Bo"))
        let pool = try lake.pool([
            "resource": "leads", "rules": [["noContactDays": 5]], "warnDays": 0, "recycles": true,
        ])
        let ids = try (0..<3).map { index in
            let body: JSONValue = [
                "name": .string("L\(index)"), "mobile": .string("139 0013 900\(index)"), "owner": .integer(anna.id),
            ]
            return try #require(try lake.koi.request(.post, "/v1/leads", body)["id"].integerValue)
        }
        let order: JSONValue = ["pool": .integer(pool), "reason": "x"]
        #expect(try lake.koi.request(.put, "/v1/leads/\(ids[2])/pool", order).status == .ok)
        #expect(try lake.koi.request(.put, "/v1/leads/\(ids[0])/conversion", [:]).status.code < 300)
        for id in ids[1...] { try lake.koi.request(.patch, "/v1/leads/\(id)", ["status": "unqualified"]) }
        #expect(try lake.koi.request(.get, "/v1/leads/\(ids[2])")["pool"] == .null)
        lake.advance(days: 30)
        #expect(try lake.koi.request(.get, "/v1/pools/\(pool)/recycling").items == [])
        #expect(try lake.koi.request(.put, "/v1/leads/\(ids[0])/pool", order).code == "closed")
        #expect(try lake.koi.request(.get, "/v1/pools/\(pool)/records").items == [])
        // As one lies there since before it was closed.
        try lake.koi.app.perform {
            _ = try $0.connection.run(
                "UPDATE leads SET pool = ?, owner = NULL WHERE id = ?",
                [.integer(pool), .integer(ids[0])]
            )
        }
        #expect(try lake.koi.request(.get, "/v1/pools/\(pool)/records").items == [])
        #expect(try lake.koi.request(.put, "/v1/leads/\(ids[0])/claim", key: bo.key).status == .notFound)
    }
}
