import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `A collaborator` {
    private static let soon: JSONValue = "2026-11-22T10:00:00.000Z"

    @Test func `sees the shared record in every way, and changes it only where the share says so`() throws {
        let office = try Office()
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
        let id = try office.customer("重庆机械", of: anna)
        try office.customer("重庆电子", of: anna)
        let path = "/v1/customers/\(id)"
        #expect(try office.koi.request(.get, path, key: bo.key).status == .notFound)

        let made = try office.share(id, with: bo, by: anna.key)
        #expect(made.status == .created)
        #expect(made.fields["Location"] == "\(path)/collaborators/\(bo.id)")
        #expect(
            made.json == [
                "user": .integer(bo.id), "access": "read", "expiresAt": nil,
                "createdAt": "2026-11-22T09:00:00.000Z",
            ]
        )
        #expect(try office.koi.request(.get, path, key: bo.key)["name"] == "重庆机械")
        #expect(try office.ids(for: bo.key) == [id])
        #expect(try office.ids("q=chongqing", for: bo.key) == [id])
        #expect(try office.koi.request(.get, "/v1/customers?total=true", key: bo.key)["total"] == 1)
        let refused = try office.koi.request(.patch, path, ["tier": "vip"], key: bo.key)
        #expect(refused.code == "not_permitted")

        #expect(try office.share(id, with: bo, "write", by: anna.key).status == .ok)
        #expect(try office.koi.request(.patch, path, ["tier": "vip"], key: bo.key).status == .ok)
        #expect(try office.koi.request(.delete, path, key: bo.key).code == "not_permitted")
        #expect(try office.assign(id, to: bo, by: bo.key).code == "out_of_reach")
        let listed = try office.koi.request(.get, path + "/collaborators", key: bo.key)
        #expect(listed.items.map { $0["access"] } == ["write"])
        #expect(listed["next"] == nil)
    }

    @Test func `sees nothing more once the share was ended, by the owner or by themselves`() throws {
        let office = try Office()
        let (anna, bo, cy) = (try office.person("Anna"), try office.person("Bo"), try office.person("Cy"))
        let id = try office.customer("Acme", of: anna)
        let path = "/v1/customers/\(id)/collaborators/"
        try office.share(id, with: bo)
        try office.share(id, with: cy)
        #expect(try office.koi.request(.delete, path + "\(cy.id)", key: bo.key).code == "not_permitted")
        #expect(try office.koi.request(.delete, path + "\(bo.id)", key: anna.key).status == .noContent)
        #expect(try office.koi.request(.delete, path + "\(bo.id)", key: anna.key).status == .notFound)
        #expect(try office.koi.request(.delete, path + "\(cy.id)", key: cy.key).status == .noContent)
        for person in [bo, cy] {
            #expect(try office.koi.request(.get, "/v1/customers/\(id)", key: person.key).status == .notFound)
            #expect(try office.ids("q=acme", for: person.key) == [])
        }
        #expect(try office.koi.app.check() == [])
    }

    @Test func `of a limited time sees nothing from its end on, and is cleared away afterwards`() throws {
        let office = try Office()
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
        let id = try office.customer("Acme", of: anna)
        try office.share(id, with: bo, until: Self.soon)
        let worker = try office.koi.worker(CollaboratorExpiry.kind)
        office.koi.clock.advance(by: .milliseconds(3_599_999))
        #expect(try office.ids(for: bo.key) == [id])
        office.koi.clock.advance(by: .milliseconds(1))
        #expect(try office.ids(for: bo.key) == [])
        #expect(try office.ids("q=acme", for: bo.key) == [])
        #expect(try office.ids("collaborator.null=false") == [])
        #expect(try office.koi.request(.get, "/v1/customers/\(id)/collaborators").items == [])
        let end = "/v1/customers/\(id)/collaborators/\(bo.id)"
        #expect(try office.koi.request(.delete, end).status == .notFound)

        try worker.runDue()
        let event = try #require(try office.koi.events(of: "customers").last)
        #expect(event.type == "customer.unshared")
        let rows = try office.koi.app.perform {
            try $0.connection.first("SELECT count(*) FROM collaborators") { $0.int(0) }
        }
        #expect(rows == 0)
        #expect(try office.koi.app.check() == [])
    }

    @Test func `is told to the log when a share begins, changes and ends`() throws {
        let office = try Office()
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
        let id = try office.customer("Acme", of: anna)
        for _ in 1...2 { try office.share(id, with: bo) }
        try office.share(id, with: bo, "write", until: Self.soon)
        try office.koi.request(.delete, "/v1/customers/\(id)/collaborators/\(bo.id)")
        let read: JSONValue = ["collaborator": ["user": .integer(bo.id), "access": "read", "expiresAt": nil]]
        let write: JSONValue = ["collaborator": ["user": .integer(bo.id), "access": "write", "expiresAt": Self.soon]]
        #expect(
            try office.koi.events(of: "customers").dropFirst() == [
                .init(type: "customer.shared", record: id, payload: ["after": read]),
                .init(type: "customer.shared", record: id, payload: ["before": read, "after": write]),
                .init(type: "customer.unshared", record: id, payload: ["before": write]),
            ]
        )
        #expect(try office.koi.request(.get, "/v1/customers/\(id)")["version"] == 1)
    }

    @Test func `gives on no more than they have`() throws {
        let office = try Office()
        let people = try (0..<4).map { try office.person("P\($0)") }
        let id = try office.customer("Acme", of: people[0])
        try office.share(id, with: people[1], "read")
        try office.share(id, with: people[2], "write", until: Self.soon)
        #expect(try office.share(id, with: people[3], by: people[1].key).code == "not_permitted")
        #expect(try office.share(id, with: people[3], by: people[3].key).status == .notFound)
        let writer = people[2].key
        #expect(try office.share(id, with: people[3], by: writer).code == "wider_than_own")
        let later: JSONValue = "2026-11-22T10:00:00.001Z"
        #expect(try office.share(id, with: people[3], until: later, by: writer).code == "wider_than_own")
        #expect(try office.share(id, with: people[2], "write", by: writer).code == "wider_than_own")
        #expect(try office.share(id, with: people[3], "write", until: Self.soon, by: writer).status == .created)
    }

    @Test func `must be somebody to whom the share gives something`() throws {
        let office = try Office()
        let anna = try office.person("Anna")
        let id = try office.customer("Acme", of: anna)
        let none = try office.person("None", role: try office.role("None", ["users": ["read": "all"]]))
        let viewer = try office.person("Viewer", role: Office.viewer)
        let gone = try office.person("Gone")
        try office.koi.request(.patch, "/v1/users/\(gone.id)", ["active": false])
        #expect(try office.share(id, with: none).refused == ["user no_right"])
        #expect(try office.share(id, with: viewer, "write").refused == ["access no_right"])
        #expect(try office.share(id, with: gone).refused == ["user inactive_user"])
        #expect(try office.share(id, with: anna).refused == ["user is_owner"])
        #expect(try office.share(id, with: viewer, until: "2026-11-22T09:00:00Z").refused == ["expiresAt in_past"])
        let nobody = Office.Person(id: 99, key: "")
        #expect(try office.share(id, with: nobody).status == .notFound)
        #expect(try office.share(99, with: viewer).status == .notFound)
        #expect(try office.share(id, with: viewer, by: viewer.key).code == "not_permitted")
        let path = "/v1/customers/\(id)/collaborators/"
        #expect(try office.koi.request(.put, path + "me", ["access": "read"]).code == "bad_id")
        #expect(try office.koi.request(.put, path + "\(viewer.id)", [:]).refused == ["access required"])
    }

    @Test func `who became inactive or lost the right sees nothing, and again later`() throws {
        let office = try Office()
        let (anna, bo) = (try office.person("Anna"), try office.person("Bo"))
        let id = try office.customer("Acme", of: anna)
        try office.share(id, with: bo)
        let none = try office.role("None", ["users": ["read": "all"]])
        try office.koi.request(.patch, "/v1/users/\(bo.id)", ["role": .integer(none)])
        #expect(try office.koi.request(.get, "/v1/customers/\(id)", key: bo.key).status == .notFound)
        try office.koi.request(.patch, "/v1/users/\(bo.id)", ["role": .integer(Office.sales), "active": false])
        #expect(try office.koi.request(.get, "/v1/customers/\(id)", key: bo.key).status == .unauthorized)
        try office.koi.request(.patch, "/v1/users/\(bo.id)", ["active": true])
        #expect(try office.koi.request(.get, "/v1/customers/\(id)", key: bo.key).status == .ok)
    }

    @Test func `is one of a hundred at most`() throws {
        let office = try Office()
        let id = try office.customer("Acme", of: nil)
        let people = try (0...CollaboratorService.maximumPerRecord).map { try office.person("P\($0)") }
        for person in people.dropLast() { #expect(try office.share(id, with: person).status == .created) }
        let last = try #require(people.last)
        #expect(try office.share(id, with: last).code == "too_many_collaborators")
        #expect(try office.share(id, with: people[0], "write").status == .ok)
    }

    @Test func `finds what was shared by a filter of lists`() throws {
        let office = try Office()
        let (anna, bo, cy) = (try office.person("Anna"), try office.person("Bo"), try office.person("Cy"))
        let ids = try (0..<4).map { try office.customer("Acme \($0)", of: $0 < 3 ? anna : bo) }
        try office.share(ids[0], with: bo)
        try office.share(ids[1], with: bo, until: Self.soon)
        try office.share(ids[1], with: cy)
        #expect(try office.ids("collaborator=me", for: bo.key) == [ids[0], ids[1]])
        #expect(try office.ids("collaborator=\(cy.id)") == [ids[1]])
        #expect(try office.ids("collaborator=\(cy.id),\(bo.id)") == [ids[0], ids[1]])
        #expect(try office.ids("collaborator.not=\(cy.id)") == [ids[0], ids[2], ids[3]])
        #expect(try office.ids("collaborator.null=true") == [ids[2], ids[3]])
        #expect(try office.ids("collaborator=\(cy.id)", for: bo.key) == [ids[1]])
        #expect(try office.koi.request(.get, "/v1/users?collaborator=me").code == "bad_parameter")
        #expect(try office.koi.request(.get, "/v1/customers?collaborator=you").code == "bad_parameter")
    }
}
