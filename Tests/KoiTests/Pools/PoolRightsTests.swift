import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `The rights to a pool` {
    private let lake: Lake
    private let anna: Office.Person
    private let bo: Office.Person

    init() throws {
        lake = try Lake()
        (anna, bo) = (try lake.office.person("Anna"), try lake.office.person("Bo"))
    }

    private func owner(_ customer: Int64) throws -> JSONValue {
        try lake.koi.request(.get, "/v1/customers/\(customer)")["owner"]
    }

    private func restrict(_ role: Int64, _ fields: JSONValue) throws {
        let changed = try lake.koi.request(.patch, "/v1/roles/\(role)", ["fields": fields])
        #expect(changed.status == .ok, "\(changed.text)")
    }

    @Test func `let nobody take a record from its owner who could not give it to somebody else`() throws {
        let pool = try lake.pool()
        let id = try lake.office.customer("Acme", of: anna)
        try lake.office.share(id, with: bo, "write")
        #expect(try lake.release(id, to: pool, by: bo.key).code == "out_of_reach")
        #expect(try lake.claim(id, by: bo).status != .ok)
        #expect(try owner(id) == .integer(anna.id))

        let manager = try lake.office.person("Manager", role: Office.manager)
        #expect(try lake.release(id, to: pool, by: manager.key).status == .forbidden)
        let role = try lake.office.role("No assigning", ["*": ["read": "all", "change": "all"]])
        let other = try lake.office.person("Other", role: role)
        #expect(try lake.release(id, to: pool, by: other.key).code == "not_permitted")
        // One's own is given back by whoever may change it.
        let own = try lake.office.customer("Own", of: other)
        #expect(try lake.release(own, to: pool, by: other.key).status == .ok)
        #expect(try lake.release(id, to: pool).status == .ok)
    }

    @Test func `are those to change its owner: who may not write that neither gives back nor takes`() throws {
        let pool = try lake.pool()
        let role = try lake.office.role(
            "Bound",
            ["*": ["read": "all", "change": "all", "assign": "all"]]
        )
        let other = try lake.office.person("Other", role: role)
        let (own, pooled) = (try lake.office.customer("Own", of: other), try lake.pooled("Free", in: pool))
        try restrict(role, ["customers": ["owner": ["write": false]]])
        #expect(try lake.release(own, to: pool, by: other.key).refused == ["owner not_writable"])
        #expect(try lake.claim(pooled, by: other).refused == ["owner not_writable"])
        #expect(try owner(own) == .integer(other.id))
    }

    @Test func `show nothing of records to whoever may read none, and give none of a pool that is not seen`() throws {
        let pool = try lake.pool()
        let id = try lake.pooled("Acme", in: pool)
        let reader = try lake.office.person("Reader", role: lake.office.role("R", ["pools": ["read": "all"]]))
        for path in ["/v1/pools/\(pool)/records", "/v1/pools/\(pool)/records/\(id)"] {
            #expect(try lake.koi.request(.get, path, key: reader.key).status == .forbidden, "\(path)")
        }
        let role = try lake.office.role("C", ["customers": ["read": "own", "change": "own", "assign": "own"]])
        let blind = try lake.office.person("Blind", role: role)
        #expect(try lake.koi.request(.get, "/v1/pools/\(pool)", key: blind.key).status == .notFound)
        #expect(try lake.claim(id, by: blind).status == .notFound)
        #expect(try owner(id) == .null)
    }

    @Test func `tell members alone what happened in it, and why to who sees the record`() throws {
        let pool = try lake.pool(["users": [["user": .integer(anna.id)]]])
        let id = try lake.office.customer("Acme", of: anna)
        let body: JSONValue = ["pool": .integer(pool), "reason": "老板张三破产"]
        #expect(try lake.koi.request(.put, "/v1/customers/\(id)/pool", body, key: anna.key).status == .ok)
        for list in ["log", "contests"] {
            let path = "/v1/pools/\(pool)/\(list)"
            #expect(try lake.koi.request(.get, path, key: bo.key).code == "not_member", "\(list)")
            #expect(try lake.koi.request(.get, path, key: anna.key).status == .ok, "\(list)")
        }
        let log = "/v1/pools/\(pool)/log"
        #expect(try lake.koi.request(.get, log).items.first?["reason"] == "老板张三破产")
        let blank = try #require(try lake.koi.request(.get, log, key: anna.key).items.first)
        #expect(blank["kind"] == "released")
        #expect(blank["reason"] == .null)
        let manager = try lake.office.person("Manager", role: Office.manager)
        #expect(try lake.koi.request(.get, log, key: manager.key).items.first?["reason"] == "老板张三破产")
    }
}
