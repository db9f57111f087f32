import Foundation
import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `What a user sees and finds` {
    private static let words = ["重庆", "机械", "电子", "贸易", "acme", "tools"]

    /// People of all reaches, customers of random owners, and random shares that are made, changed and ended.
    private static func office(seed: UInt64) throws -> (office: Office, people: [Office.Person]) {
        let office = try Office()
        let team = try office.role("Team", ["*": ["read": "team", "change": "team"], "users": ["read": "all"]])
        let teams = [try office.team("West"), try office.team("East")]
        let people = try (0..<8).map { number in
            try office.person("P\(number)", role: number < 4 ? Office.sales : team, team: teams[number % 2])
        }
        try office.koi.app.perform { transaction in
            var dice = SplitMix(seed)
            let service = RecordService(Customer.resource, transaction)
            for _ in 0..<400 {
                let name = (0..<3).map { _ in words[dice.next(below: words.count)] }.joined()
                let owner = dice.next(below: 10)
                _ = try service.add([
                    "name": .string(name), "size": .integer(Int64(dice.next(below: 30))),
                    "owner": owner < 8 ? .integer(people[owner].id) : .null,
                ])
            }
            let shares = CollaboratorService(Customer.resource, transaction)
            for _ in 0..<200 {
                let (id, person) = (Int64(dice.next(below: 400) + 1), people[dice.next(below: 8)])
                let until = [nil, transaction.now + 1, transaction.now + 1_000_000][dice.next(below: 3)]
                _ = try? shares.share(id, with: person.id, .read, until: until)
                if dice.next(below: 4) == 0 { try? shares.unshare(id, with: person.id) }
            }
            for _ in 0..<100 {
                let (id, person) = (Int64(dice.next(below: 400) + 1), people[dice.next(below: 8)])
                switch dice.next(below: 4) {
                case 0: _ = try? service.change(id, ["owner": .integer(person.id)])
                case 1: _ = try? service.change(id, ["name": "重庆tools"])
                case 2: try? service.remove(id)
                default: _ = try? service.restore(id)
                }
            }
        }
        return (office, people)
    }

    /// The living customers that a user should see, from the tables alone.
    private static func visible(to person: Office.Person, _ office: Office, isTeam: Bool) throws -> Set<Int64> {
        let now = office.koi.clock.now
        return try office.koi.app.perform { transaction in
            Set(
                try transaction.connection.rows(
                    """
                    SELECT c.id FROM customers AS c WHERE c."removedAt" IS NULL AND (
                        c.owner = ?1
                        OR ?2 AND c.owner IN (SELECT id FROM users
                            WHERE team = (SELECT team FROM users WHERE id = ?1))
                        OR EXISTS (SELECT 1 FROM collaborators AS s WHERE s.resource = 'customers'
                            AND s.record = c.id AND s."user" = ?1
                            AND coalesce(s."expiresAt", ?3 + 1) > ?3))
                    """,
                    [.integer(person.id), .integer(isTeam ? 1 : 0), .integer(now)]
                ) { $0.int(0) }
            )
        }
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `is what everybody finds, as far as the user may see it`(seed: UInt64) throws {
        let (office, people) = try Self.office(seed: seed)
        office.koi.clock.advance(by: .milliseconds(1))
        for (number, person) in people.enumerated() {
            let visible = try Self.visible(to: person, office, isTeam: number >= 4)
            #expect(Set(try office.ids(for: person.key)) == visible)
            let total = try office.koi.request(.get, "/v1/customers?limit=1&total=true", key: person.key)
            #expect(total["total"] == .integer(Int64(visible.count)))
            for word in ["重庆", "重庆机械", "acme", "tools", "chongqing", "nothing"] {
                let q = "q=" + (word.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")
                let all = try office.ids(q)
                #expect(try office.ids(q, for: person.key) == all.filter(visible.contains), "\(word) \(number)")
                let owner = people[(number + 1) % 8].id
                let owned = try office.ids(q + "&owner=\(owner)")
                #expect(
                    try office.ids(q + "&owner=\(owner)", for: person.key) == owned.filter(visible.contains)
                )
            }
        }
        #expect(try office.koi.app.check() == [])
    }

    @Test(arguments: ["name", "-name", "-updatedAt", "size", "-size", "tier,-id"])
    func `stands in the order that it has for everybody`(sort: String) throws {
        let (office, people) = try Self.office(seed: 4)
        let all = try office.ids("sort=" + sort)
        for (number, person) in people.enumerated() {
            let visible = try Self.visible(to: person, office, isTeam: number >= 4)
            for limit in [7, 500] {
                let found = try office.ids("sort=\(sort)", limit: limit, for: person.key)
                #expect(found == all.filter(visible.contains), "\(number) \(limit)")
            }
        }
    }

    @Test func `is complete also where too many people are in reach to look for each`() throws {
        let office = try Office()
        let team = try office.team("West")
        let people = try (0...RecordSearch.maximumUsers).map { try office.person("P\($0)", team: team) }
        let boss = try office.person(
            "Boss",
            role: try office.role("Team", ["*": ["read": "team"], "users": ["read": "all"]]),
            team: team
        )
        for person in people { try office.customer("Acme", of: person) }
        let ids = try office.ids("q=acme", for: boss.key)
        #expect(ids.count == people.count)
    }
}

/// Steele and others, "Fast Splittable Pseudorandom Number Generators": the same numbers in each run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func next(below bound: Int) -> Int {
        Int(next() % UInt64(bound))
    }
}
