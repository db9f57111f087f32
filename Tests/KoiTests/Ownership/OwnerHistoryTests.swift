import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `The history of owners` {
    @Test func `goes from the first owner to the current one, with dates and reasons`() throws {
        let office = try Office()
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
        let id = try office.customer("重庆机械", of: anna)
        office.koi.clock.advance(by: .seconds(60))
        #expect(try office.assign(id, to: bo, because: "Anna moved to Chengdu").status == .ok)
        office.koi.clock.advance(by: .seconds(60))
        try office.koi.request(.patch, "/v1/customers/\(id)", ["owner": nil])

        let history = try office.koi.request(.get, "/v1/customers/\(id)/owners")
        #expect(
            history.json == [
                "items": [
                    [
                        "owner": .integer(anna.id), "from": "2026-11-22T09:00:00.000Z",
                        "to": "2026-11-22T09:01:00.000Z", "by": nil, "reason": nil,
                    ],
                    [
                        "owner": .integer(bo.id), "from": "2026-11-22T09:01:00.000Z",
                        "to": "2026-11-22T09:02:00.000Z", "by": 1, "reason": "Anna moved to Chengdu",
                    ],
                    ["owner": nil, "from": "2026-11-22T09:02:00.000Z", "to": nil, "by": 1, "reason": nil],
                ],
                "next": nil,
            ]
        )
    }

    @Test func `of a record that never changed hands has its owner alone`() throws {
        let office = try Office()
        let anna = try office.person("Anna")
        let id = try office.customer("Acme", of: anna)
        try office.koi.request(.patch, "/v1/customers/\(id)", ["tier": "vip"])
        try office.koi.request(.delete, "/v1/customers/\(id)")
        try office.koi.request(.put, "/v1/customers/\(id)/restoration")
        let items = try office.koi.request(.get, "/v1/customers/\(id)/owners").items
        #expect(items.map { $0["owner"] } == [.integer(anna.id)])
        #expect(items.map { $0["to"] } == [nil])
    }

    @Test(arguments: [1, 2, 3, 7])
    func `comes page by page`(limit: Int) throws {
        let office = try Office()
        let people = [try office.person("Anna"), try office.person("Bo")]
        let id = try office.customer("Acme", of: people[0])
        for turn in 1...6 { _ = try office.assign(id, to: people[turn % 2]) }
        let whole = try office.koi.request(.get, "/v1/customers/\(id)/owners").items
        #expect(whole.count == 7)
        var found: [JSONValue] = []
        var cursor = ""
        for _ in 0...7 {
            let page = try office.koi.request(.get, "/v1/customers/\(id)/owners?limit=\(limit)\(cursor)")
            #expect(page.items.count <= limit)
            found += page.items
            guard let next = page["next"].stringValue else { break }
            cursor = "&cursor=" + next
        }
        #expect(found == whole)
    }

    @Test func `is not found where the record is not, or its owner is hidden`() throws {
        let office = try Office()
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
        let id = try office.customer("Acme", of: anna)
        #expect(try office.koi.request(.get, "/v1/customers/\(id)/owners", key: anna.key).status == .ok)
        #expect(try office.koi.request(.get, "/v1/customers/\(id)/owners", key: bo.key).status == .notFound)
        #expect(try office.koi.request(.get, "/v1/customers/99/owners").status == .notFound)
        let blind = try office.role("Blind", ["*": ["read": "all"]])
        try office.koi.request(
            .patch,
            "/v1/roles/\(blind)",
            ["fields": ["customers": ["owner": ["read": "hidden"]]]]
        )
        let cy = try office.person("Cy", role: blind)
        #expect(try office.koi.request(.get, "/v1/customers/\(id)", key: cy.key).status == .ok)
        #expect(try office.koi.request(.get, "/v1/customers/\(id)/owners", key: cy.key).status == .notFound)
    }

    @Test func `is there for each resource whose owner a client may choose, and for no other`() throws {
        let boats = Resource(
            "boats",
            singular: "boat",
            Text("boat", "船"),
            plural: Text("boats", "船"),
            owner: "skipper",
            fields: [.reference("skipper", "Skipper", "船长", to: "users")]
        )
        let koi = try TestApp(
            resources: Routes.resources + [boats],
            migrations: [
                Migration(
                    number: 9_001,
                    name: "boats",
                    sql: """
                        CREATE TABLE boats (id INTEGER PRIMARY KEY, version INTEGER NOT NULL, skipper INTEGER,
                            "externalIds" TEXT NOT NULL,
                            "createdAt" INTEGER NOT NULL, "updatedAt" INTEGER NOT NULL, "removedAt" INTEGER) STRICT;
                        """
                )
            ]
        )
        let office = Office(koi)
        let anna = try office.person("Anna")
        try koi.request(.post, "/v1/boats", ["skipper": 1])
        let given = try koi.request(.put, "/v1/boats/1/owner", ["owner": .integer(anna.id), "reason": "Storm"])
        #expect(given["skipper"] == .integer(anna.id))
        #expect(try koi.request(.get, "/v1/boats/1/owners").items.map { $0["reason"] } == [nil, "Storm"])
        for resource in ["users", "views", "keys", "teams"] {
            #expect(try koi.request(.get, "/v1/\(resource)/1/owners").code == "no_such_path")
        }
    }
}

struct `To give a record to another owner` {
    @Test func `answers the record and tells the event why`() throws {
        let office = try Office()
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
        let id = try office.customer("Acme", of: anna)
        let given = try office.assign(id, to: bo, because: "Region 西南", fields: [("If-Match", "\"1\"")])
        #expect(given["owner"] == .integer(bo.id))
        #expect(given.fields["ETag"]?.hasPrefix("\"2-") == true)
        let event = try #require(try office.koi.events(of: "customers").last)
        #expect(event.type == "customer.changed")
        #expect(
            event.payload == [
                "before": ["owner": .integer(anna.id)], "after": ["owner": .integer(bo.id)], "reason": "Region 西南",
            ]
        )
    }

    @Test func `changes nothing where the owner is the same`() throws {
        let office = try Office()
        let anna = try office.person("Anna")
        let id = try office.customer("Acme", of: anna)
        #expect(try office.assign(id, to: anna, because: "Why not")["version"] == 1)
        #expect(try office.koi.request(.get, "/v1/customers/\(id)/owners").items.count == 1)
    }

    @Test func `is refused beyond one's reach, and where it was changed meanwhile`() throws {
        let office = try Office()
        let west = try office.team("West")
        let (anna, bo) = (try office.person("Anna", team: west), try office.person("Bo"))
        let boss = try office.person("Boss", role: Office.manager, team: west)
        let id = try office.customer("Acme", of: anna)
        #expect(try office.assign(id, to: bo, by: anna.key).code == "out_of_reach")
        #expect(try office.assign(id, to: bo, by: boss.key).code == "out_of_reach")
        #expect(try office.assign(id, to: bo, by: bo.key).status == .notFound)
        #expect(try office.assign(id, to: bo, fields: [("If-Match", "\"7\"")]).status == .preconditionFailed)
        #expect(try office.assign(id, to: boss, by: boss.key)["owner"] == .integer(boss.id))
    }

    @Test(
        arguments: [
            ([:], ["owner required"]), (["owner": "me"], ["owner not_integer"]), (["owner": 99], ["owner not_found"]),
            (["owner": 1, "colour": "red"], ["colour unknown_field"]),
            (["owner": 1, "reason": .string(String(repeating: "长", count: 501))], ["reason too_long"]),
        ] as [(JSONValue, [String])]
    )
    func `needs a body as it should be`(body: JSONValue, refused: [String]) throws {
        let office = try Office()
        let id = try office.customer("Acme", of: nil)
        let answer = try office.koi.request(.put, "/v1/customers/\(id)/owner", body)
        #expect(answer.status == .unprocessableContent)
        #expect(answer.refused == refused)
    }

    @Test func `or to give one away at its creation, needs a user who is active`() throws {
        let office = try Office()
        let gone = try office.person("Gone")
        try office.koi.request(.patch, "/v1/users/\(gone.id)", ["active": false])
        let id = try office.customer("Acme", of: nil)
        #expect(try office.assign(id, to: gone).refused == ["owner inactive_user"])
        let made = try office.koi.request(.post, "/v1/customers", ["name": "B", "owner": .integer(gone.id)])
        #expect(made.refused == ["owner inactive_user"])
        let changed = try office.koi.request(.patch, "/v1/customers/\(id)", ["owner": .integer(gone.id)])
        #expect(changed.refused == ["owner inactive_user"])
    }
}
