import Dispatch
import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `A record in a pool` {
    private let lake: Lake

    init() throws {
        lake = try Lake()
    }

    @Test func `goes to who claims it first, and the others are told who and when`() throws {
        let (anna, bo) = (try lake.office.person("Anna"), try lake.office.person("Bo"))
        let pool = try lake.pool()
        let id = try lake.pooled("重庆机械", in: pool)
        let won = try lake.claim(id, by: anna)
        #expect(won.status == .ok, "\(won.text)")
        #expect(won["owner"] == .integer(anna.id))
        #expect(won["pool"] == .null)

        lake.koi.clock.advance(by: .seconds(60))
        let lost = try lake.claim(id, by: bo)
        #expect(lost.status == .conflict)
        #expect(lost.code == "claimed_already")
        #expect(lost["claimedBy"] == ["id": .integer(anna.id), "name": "Anna"])
        #expect(lost["claimedAt"] == "2026-11-22T09:00:00.000Z")
        // Whoever asks again has it still.
        let again = try lake.claim(id, by: anna)
        #expect(again.status == .ok)
        #expect(again["version"] == won["version"])

        let contests = try lake.koi.request(.get, "/v1/pools/\(pool)/contests").items
        #expect(contests.map { $0["kind"] } == ["lost", "won"])
        #expect(contests.first?["user"] == .integer(bo.id))
        #expect(contests.first?["winner"] == .integer(anna.id))
        let owners = try lake.koi.request(.get, "/v1/customers/\(id)/owners").items
        #expect(owners.last?["owner"] == .integer(anna.id))
        #expect(owners.last?["reason"] == "claimed: 公海")

        lake.advance(days: 2)
        #expect(try lake.claim(id, by: bo).status == .notFound)
    }

    @Test func `is won once by two hundred at once, and every attempt is in the log`() throws {
        let people = try (0..<20).map { try lake.office.person("P\($0)") }
        let pool = try lake.pool()
        let id = try lake.pooled("Acme", in: pool)
        let statuses = Notes<UInt16>()
        DispatchQueue.concurrentPerform(iterations: 200) { index in
            let answer = try? lake.claim(id, by: people[index % people.count])
            statuses.add(UInt16(answer?.status.code ?? 0))
        }
        let owner = try lake.koi.request(.get, "/v1/customers/\(id)")["owner"].integerValue
        let won = try lake.kinds(pool).filter { $0 == "won" }
        #expect(won.count == 1)
        // The winner's own further attempts find that it is theirs.
        #expect(statuses.all.filter { $0 == 200 }.count == 10)
        #expect(statuses.all.filter { $0 == 409 }.count == 190)
        #expect(try lake.kinds(pool).filter { $0 == "lost" }.count == 190)
        #expect(people.map(\.id).contains(owner ?? 0))
    }

    @Test func `cannot be taken by who had as many today, has as many, or had it lately`() throws {
        let (anna, bo) = (try lake.office.person("Anna"), try lake.office.person("Bo"))
        let pool = try lake.pool(["dailyClaims": 2, "holding": 3, "cooldownDays": 5])
        let ids = try (0..<5).map { try lake.pooled("C\($0)", in: pool) }
        #expect(try lake.claim(ids[0], by: anna).status == .ok)
        #expect(try lake.claim(ids[1], by: anna).status == .ok)
        #expect(try lake.claim(ids[2], by: anna).code == "claim_cap")
        lake.advance(days: 1)
        #expect(try lake.claim(ids[2], by: anna).status == .ok)
        #expect(try lake.claim(ids[3], by: anna).code == "holding_cap")

        #expect(try lake.release(ids[0], to: pool, by: anna.key).status == .ok)
        let cooling = try lake.claim(ids[0], by: anna)
        #expect(cooling.code == "cooldown")
        #expect(cooling["until"] == "2026-11-28T09:00:00.000Z")
        #expect(try lake.claim(ids[0], by: bo).status == .ok)
        try lake.release(ids[0], to: pool)
        lake.advance(days: 5)
        #expect(try lake.claim(ids[0], by: anna).status == .ok)
        let kinds = try lake.kinds(pool)
        for kind in ["claim_cap", "holding_cap", "cooldown"] { #expect(kinds.contains(kind), "\(kind)") }
        #expect(try lake.kinds(pool, "log").contains("released"))
    }

    @Test func `never goes to one person more often than the cap, however many are claimed at once`() throws {
        let anna = try lake.office.person("Anna")
        let pool = try lake.pool(["dailyClaims": 3])
        let ids = try (0..<30).map { try lake.pooled("C\($0)", in: pool) }
        DispatchQueue.concurrentPerform(iterations: 30) { index in
            _ = try? lake.claim(ids[index], by: anna)
        }
        #expect(try lake.office.ids("owner=\(anna.id)").count == 3)
        #expect(try lake.kinds(pool).filter { $0 == "claim_cap" }.count == 27)
    }

    @Test func `is for members alone: those named, and who is in a team that is named or below it`() throws {
        let above = try lake.office.team("Above")
        let below = try #require(
            try lake.koi.request(.post, "/v1/teams", ["name": "Below", "parent": .integer(above)])["id"].integerValue
        )
        let named = try lake.office.person("Named")
        let inTeam = try lake.office.person("In team", team: below)
        let other = try lake.office.person("Other")
        let manager = try lake.office.person("Manager", role: Office.manager)
        let pool = try lake.pool([
            "users": [["user": .integer(named.id)]], "teams": [["team": .integer(above)]],
        ])
        let ids = try (0..<3).map { try lake.pooled("C\($0)", in: pool) }
        #expect(try lake.claim(ids[0], by: named).status == .ok)
        #expect(try lake.claim(ids[1], by: inTeam).status == .ok)
        #expect(try lake.claim(ids[2], by: other).status == .notFound)
        #expect(try lake.claim(ids[2], by: manager).code == "not_member")
        let records = "/v1/pools/\(pool)/records"
        #expect(try lake.koi.request(.get, records, key: other.key).code == "not_member")
        #expect(try lake.koi.request(.get, records, key: inTeam.key).items.map { $0["record"] } == [.integer(ids[2])])
    }

    @Test func `that lies in no pool is claimed by nobody`() throws {
        let (anna, bo) = (try lake.office.person("Anna"), try lake.office.person("Bo"))
        try lake.pool()
        let id = try lake.office.customer("Acme", of: anna)
        #expect(try lake.claim(id, by: bo).status == .notFound)
        let manager = try lake.office.person("Manager", role: Office.manager)
        #expect(try lake.claim(id, by: manager).code == "not_in_pool")
        #expect(try lake.claim(id, by: anna).status == .ok)
        #expect(try lake.claim(900, by: anna).status == .notFound)
    }

    @Test func `leaves it when it is given to somebody, and comes in by who may change it`() throws {
        let (anna, bo) = (try lake.office.person("Anna"), try lake.office.person("Bo"))
        let pool = try lake.pool()
        let id = try lake.office.customer("Acme", of: anna)
        #expect(try lake.release(id, to: pool, by: bo.key).status == .notFound)
        #expect(try lake.release(id, to: 77, by: anna.key).refused == ["pool not_found"])
        let path = "/v1/customers/\(id)/pool"
        let bare = try lake.koi.request(.put, path, ["pool": .integer(pool)], key: anna.key)
        #expect(bare.refused == ["reason required"])
        let released = try lake.release(id, to: pool, by: anna.key)
        #expect(released["owner"] == .null)
        #expect(released["pool"] == .integer(pool))
        #expect(try lake.koi.request(.delete, "/v1/pools/\(pool)").code == "pool_not_empty")
        #expect(try lake.koi.request(.get, "/v1/customers/\(id)", key: anna.key).status == .notFound)

        _ = try lake.office.assign(id, to: bo)
        #expect(try lake.koi.request(.get, "/v1/customers/\(id)")["pool"] == .null)
        #expect(try lake.koi.request(.get, "/v1/customers?pool=\(pool)").items.isEmpty)
        #expect(try lake.koi.request(.delete, "/v1/pools/\(pool)").status == .noContent)
    }

    @Test func `leaves it when a merge gives it an owner`() throws {
        let anna = try lake.office.person("Anna")
        let pool = try lake.pool()
        let (pooled, owned) = (try lake.pooled("A", in: pool), try lake.office.customer("B", of: anna))
        let body: JSONValue = ["from": .integer(owned), "fields": ["owner": "loser"]]
        let merge = try lake.koi.request(.post, "/v1/customers/\(pooled)/merges", body)
        #expect(merge.status.code < 300, "\(merge.text)")
        let left = try lake.koi.request(.get, "/v1/customers/\(pooled)")
        #expect(left["owner"] == .integer(anna.id))
        #expect(left["pool"] == .null)
    }

    @Test func `shows no telephone before it is taken, and its name to so many looks a day`() throws {
        let anna = try lake.office.person("Anna")
        let pool = try lake.pool(["dailyViews": 2])
        let ids = try (0..<3).map { index in
            let made = try lake.koi.request(
                .post,
                "/v1/customers",
                [
                    "name": .string("Firm \(index)"), "phone": "023 6868 12\(index)4", "email": "a\(index)@example.com",
                    "region": "重庆", "industry": "机械", "owner": nil,
                ]
            )
            let id = try #require(made["id"].integerValue)
            try lake.release(id, to: pool)
            return id
        }
        let list = try lake.koi.request(.get, "/v1/pools/\(pool)/records", key: anna.key)
        #expect(list.items.first?["region"] == "重庆")
        #expect(!list.text.contains("Firm") && !list.text.contains("6868") && !list.text.contains("@"))
        func look(_ id: Int64) throws -> TestAnswer {
            try lake.koi.request(.get, "/v1/pools/\(pool)/records/\(id)", key: anna.key)
        }
        let seen = try look(ids[0])
        #expect(seen["name"] == "Firm 0")
        #expect(!seen.text.contains("6868") && !seen.text.contains("@"))
        #expect(try look(ids[1]).status == .ok)
        #expect(try look(ids[0]).status == .ok)
        #expect(try look(ids[2]).code == "view_cap")
        lake.advance(days: 1)
        #expect(try look(ids[2]).status == .ok)
        #expect(try look(900).status == .notFound)
    }
}
