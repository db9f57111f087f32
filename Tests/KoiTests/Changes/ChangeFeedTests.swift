import Dispatch
import Glibc
import KoiJSON
import KoiLock
import KoiSQLite
import Testing

@testable import Koi
@testable import KoiHTTP

struct `The feed of changes` {
    private func changes(_ koi: TestApp, _ query: String = "after=0", key: String? = nil) throws -> [JSONValue] {
        let answer = try koi.request(.get, "/v1/changes?" + query, key: key)
        try #require(answer.status == .ok, "\(answer.text)")
        return answer.items
    }

    private func told(_ items: [JSONValue]) -> [String] {
        items.map { "\($0["type"].stringValue ?? "") \($0["effect"].stringValue ?? "") \($0["subject"]["id"].text)" }
    }

    private func head(_ koi: TestApp) throws -> Int64 {
        try koi.app.perform { try EventLog.head($0.connection).sequence }
    }

    @Test func `gives each event with the record as it is by now`() throws {
        let koi = try TestApp()
        let id = try koi.make("customers", ["name": "Acme"])
        try koi.request(.patch, "/v1/customers/\(id)", ["name": "Acme 2", "tier": "vip"])

        let items = try changes(koi, "after=0&resource=customers")

        #expect(told(items) == ["customer.created stored \(id)", "customer.changed stored \(id)"])
        let record = try koi.request(.get, "/v1/customers/\(id)").json
        #expect(items.map { $0["record"] } == [record, record])
        #expect(items[0]["at"] == record["createdAt"])
    }

    @Test func `tells what was removed and restored`() throws {
        let koi = try TestApp()
        let id = try koi.make("customers", ["name": "Acme"])
        let after = try head(koi)
        try koi.request(.delete, "/v1/customers/\(id)")

        #expect(told(try changes(koi, "after=\(after)")) == ["customer.removed removed \(id)"])
        try koi.request(.put, "/v1/customers/\(id)/restoration")

        let items = try changes(koi, "after=\(after + 1)")
        #expect(told(items) == ["customer.restored stored \(id)"])
        #expect(items[0]["record"]["name"] == "Acme")
    }

    @Test func `moves on over what its reader does not see`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["customers": ["read": "own"]])
        let start = try head(koi)
        for name in ["A", "B", "C"] { try koi.addCustomer(name) }

        let answer = try koi.request(.get, "/v1/changes?after=\(start)", key: wang.key)

        #expect(answer.items.isEmpty)
        #expect(answer["position"] == koi.position(start + 3))
        #expect(answer["more"] == false)
    }

    @Test func `says where to begin where nothing is asked for`() throws {
        let koi = try TestApp()
        try koi.addCustomer("Acme")

        let answer = try koi.request(.get, "/v1/changes")

        #expect(answer.items.isEmpty)
        #expect(answer["position"] == koi.position(try head(koi)))
    }

    @Test func `goes page by page`() throws {
        let koi = try TestApp()
        for number in 1...7 { try koi.addCustomer("Customer \(number)") }
        var names: [String] = []
        var after = "0"
        var more = true

        while more {
            let page = try koi.request(.get, "/v1/changes?resource=customers&limit=2&after=\(after)")
            #expect(page.items.count <= 2)
            names += page.items.compactMap { $0["record"]["name"].stringValue }
            after = page["position"].stringValue ?? ""
            more = page["more"] == true
        }

        #expect(names == (1...7).map { "Customer \($0)" })
    }

    @Test func `tells who loses a record that it left, and who gains it that it entered`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["customers": ["read": "own"]])
        let li = try koi.person(named: "Li", ["customers": ["read": "own"]])
        let id = try koi.make("customers", ["name": "Acme", "owner": .integer(wang.id)])
        let after = try head(koi)

        try koi.request(.patch, "/v1/customers/\(id)", ["owner": .integer(li.id)])

        #expect(told(try changes(koi, "after=\(after)", key: wang.key)) == ["customer.changed left \(id)"])
        let entered = try changes(koi, "after=\(after)", key: li.key)
        #expect(told(entered) == ["customer.changed entered \(id)"])
        #expect(entered[0]["record"]["name"] == "Acme")
        // What happened while it was another's is not told.
        try koi.request(.patch, "/v1/customers/\(id)", ["tier": "vip"])
        #expect(try changes(koi, "after=\(after + 1)", key: wang.key).isEmpty)
    }

    @Test func `tells that a record was shared, and that a share has ended`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["customers": ["read": "own"]])
        let id = try koi.make("customers", ["name": "Acme"])
        let after = try head(koi)
        let expiry = koi.clock.now + 3_600_000
        let worker = try koi.worker(CollaboratorExpiry.kind)

        try koi.request(
            .put,
            "/v1/customers/\(id)/collaborators/\(wang.id)",
            ["access": "read", "expiresAt": .string(Timestamp.text(expiry))]
        )
        #expect(told(try changes(koi, "after=\(after)", key: wang.key)) == ["customer.shared entered \(id)"])
        let shared = try head(koi)
        koi.clock.advance(by: .seconds(7_200))
        try worker.runDue()

        #expect(told(try changes(koi, "after=\(shared)", key: wang.key)) == ["customer.unshared left \(id)"])
    }

    @Test func `has a reader forget what was erased, though the log does not know any more who saw it`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["contacts": ["read": "own"]])
        let made = try koi.request(.post, "/v1/contacts", ["name": "Li Na", "owner": .integer(wang.id)])
        let id = try #require(made["id"].integerValue)
        let after = try head(koi)
        try koi.request(.patch, "/v1/contacts/\(id)", ["owner": nil])

        let erased = try koi.request(.post, "/v1/contacts/\(id)/erasure")

        #expect(erased.status.code < 300, "\(erased.text)")
        #expect(told(try changes(koi, "after=\(after)", key: wang.key)).contains("contact.erased left \(id)"))
        let seen = try changes(koi, "after=\(after)&resource=contacts")
        #expect(seen.allSatisfy { !$0.text.contains("Li Na") })
    }

    @Test(arguments: ["role", "own team", "a colleague's team", "team tree", "key"])
    func `begins anew where what its reader may see has changed`(_ change: String) throws {
        let koi = try TestApp()
        let office = try koi.request(.post, "/v1/teams", ["name": "East"])
        let other = try koi.request(.post, "/v1/teams", ["name": "West"])
        let wang = try koi.person(named: "Wang", ["customers": ["read": "team"]])
        let li = try koi.person(named: "Li", ["customers": ["read": "team"]])
        for person in [wang, li] { try koi.request(.patch, "/v1/users/\(person.id)", ["team": office["id"]]) }
        let key: JSONValue = try koi.request(.get, "/v1/keys?user=\(wang.id)").items[0]["id"]
        let after = try head(koi)

        let answer =
            switch change {
            case "role":
                try koi.request(.patch, "/v1/roles/\(wang.role)", ["permissions": ["customers": ["read": "all"]]])
            case "own team": try koi.request(.patch, "/v1/users/\(wang.id)", ["team": other["id"]])
            case "a colleague's team": try koi.request(.patch, "/v1/users/\(li.id)", ["team": other["id"]])
            case "team tree": try koi.request(.patch, "/v1/teams/\(other["id"].text)", ["parent": office["id"]])
            default: try koi.request(.patch, "/v1/keys/\(key.text)", ["scopes": ["customers.*"]])
            }

        #expect(answer.status == .ok, "\(answer.text)")
        #expect(told(try changes(koi, "after=\(after)", key: wang.key)) == ["reset reset null"])
    }

    @Test func `does not begin anew for what is no concern of its reader`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["customers": ["read": "own"]])
        let li = try koi.person(named: "Li", ["customers": ["read": "team"]])
        let team = try koi.request(.post, "/v1/teams", ["name": "East"])
        let after = try head(koi)

        try koi.request(.patch, "/v1/users/\(li.id)", ["team": team["id"]])
        try koi.request(.patch, "/v1/roles/\(li.role)", ["permissions": ["customers": ["read": "all"]]])
        try koi.request(.patch, "/v1/roles/\(wang.role)", ["note": "Own records"])
        try koi.request(.patch, "/v1/users/\(wang.id)", ["language": "en"])

        #expect(try changes(koi, "after=\(after)", key: wang.key).isEmpty)
    }

    @Test func `begins anew where a field of the company goes`() throws {
        let koi = try TestApp()
        let field = try koi.request(
            .post,
            "/v1/fields",
            ["resource": "customers", "key": "colour", "kind": "text", "labelEn": "Colour", "labelZh": "颜色"]
        )
        let after = try head(koi)

        try koi.request(.delete, "/v1/fields/\(field["id"].text)")

        #expect(told(try changes(koi, "after=\(after)")) == ["reset reset null"])
        #expect(try changes(koi, "after=\(after)&resource=contacts").isEmpty)
    }

    @Test func `hides and masks as the record does`() throws {
        let koi = try TestApp()
        let wang = try koi.person(
            named: "Wang",
            ["customers": ["read": "all"]],
            held: ["customers": ["phone": ["read": "masked"], "notes": ["read": "hidden"]]]
        )
        try koi.request(.post, "/v1/customers", ["name": "Acme", "phone": "023 6868 1234", "notes": "Rich"])

        let items = try changes(koi, key: wang.key)

        #expect(items.count == 1)
        #expect(!items[0].text.contains("6868") && !items[0].text.contains("Rich"))
    }

    @Test(
        arguments: [
            ("after=-1", 400), ("after=x", 400), ("wait=61", 400), ("wait=-1", 400), ("types=session.started", 400),
            ("types=customer", 400), ("resource=keys", 400), ("resource=nothing", 400), ("colour=red", 400),
            ("types=customer.typo", 400), ("types=customer.created.x", 400), ("types=customer.", 400),
            ("after=1-", 400), ("after=x-5f0c9a3be1d24c77", 400), ("after=1-5f0c9a3be1d24c7", 400),
            ("after=1-5F0C9A3BE1D24C77", 400), ("after=1-5f0c9a3be1d24c77-x", 400), ("after=1000000000000000000", 400),
            ("after=1&after=2", 400), ("limit=0", 400),
            ("after=1000000", 409), ("after=1000000&wait=5", 409),
        ]
    )
    func `refuses what makes no sense`(_ query: String, _ status: Int) throws {
        let koi = try TestApp()

        let answer = try koi.request(.get, "/v1/changes?" + query)

        #expect(answer.status.code == status, "\(answer.text)")
        guard status == 409 else { return }
        #expect(answer.code == "position_ahead")
        #expect(answer["detail"].stringValue?.contains("number \(try head(koi)):") == true)
    }

    @Test func `goes on after a number alone as after the position that has it`() throws {
        let koi = try TestApp()
        let start = try head(koi)
        try koi.addCustomer("Acme")

        let answer = try koi.request(.get, "/v1/changes?after=\(start)")
        let again = try koi.request(.get, "/v1/changes?after=\(koi.position(start).stringValue ?? "")")

        #expect(answer.items.count == 1)
        #expect(answer.json == again.json)
    }

    @Test(arguments: ["/v1/changes?after=", "/v1/changes?wait=5&after=", "/v1/events?after=", "stream", "cut off"])
    func `refuses a position of another log`(_ place: String) throws {
        let koi = try TestApp()
        try koi.addCustomer("Acme")
        let other = "1-5f0c9a3be1d24c77"
        let stream = [("Accept", "text/event-stream")]

        let answer =
            switch place {
            case "stream": try koi.request(.get, "/v1/changes?after=" + other, fields: stream)
            case "cut off": try koi.request(.get, "/v1/events", fields: stream + [("Last-Event-ID", other)])
            default: try koi.request(.get, place + other)
            }

        #expect(answer.status == .conflict)
        #expect(answer.code == "other_log")
    }

    @Test func `judges by the rights of its own snapshot, which may be newer than those that were remembered`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["customers": ["read": "own"]])
        let id = try koi.make("customers", ["name": "Acme"])
        let start = try head(koi)
        let before = try koi.actor(of: wang.key)
        try koi.request(.put, "/v1/customers/\(id)/collaborators/\(wang.id)", ["access": "read"])
        let query = try ChangeQuery([Parameter(name: "after", value: "\(start)")], koi.app.catalog.resources)
        let fields = Fields([("Authorization", "Bearer " + wang.key)])
        let request = Request(
            head: try RequestHead(.get, "/v1/changes", fields: fields),
            peer: Peer(address: "127.0.0.1"),
            id: "test"
        )

        let page = try koi.app.database.read(on: 0) { connection in
            try ChangePage.asked(query, by: request, koi.app, koi.app.transaction(on: connection, as: before))
        }

        #expect(
            told(try JSONReader.read(page.bytes).objectValue?["items"]?.arrayValue ?? []) == [
                "customer.shared entered \(id)"
            ]
        )
    }

    @Test func `finds no rights anew where those that are remembered hold`() throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["customers": ["read": "all"]])
        let start = try head(koi)
        try koi.addCustomer("Acme")
        try koi.request(.get, "/v1/customers", key: wang.key)

        // As nothing in Koi does it: without a word to those who remember.
        _ = try koi.app.perform { transaction in
            try transaction.connection.run("UPDATE users SET role = NULL WHERE id = ?", [.integer(wang.id)])
        }

        #expect(told(try changes(koi, "after=\(start)", key: wang.key)) == ["customer.created stored 1"])
    }

    @Test(arguments: ["", "&wait=1"])
    func `does not pass over what is on disk and not yet in effect`(_ wait: String) throws {
        let koi = try TestApp()
        let wang = try koi.person(named: "Wang", ["customers": ["read": "own"]])
        let id = try koi.make("customers", ["name": "Acme"])
        let start = try head(koi)
        let held = try koi.holding { transaction in
            _ = try CollaboratorService(Customer.resource, transaction).share(id, with: wang.id, .read, until: nil)
        }

        let meanwhile = try koi.request(.get, "/v1/changes?after=\(start)" + wait, key: wang.key)
        let begun = try koi.request(.get, "/v1/changes", key: wang.key)["position"]
        held.letGo()

        #expect(meanwhile.items.isEmpty)
        #expect(begun == koi.position(start))
        let after = try #require(meanwhile["position"].stringValue)
        #expect(told(try changes(koi, "after=\(after)", key: wang.key)) == ["customer.shared entered \(id)"])
    }

    @Test(arguments: ["", "&wait=5"])
    func `says so where the log does not go back that far`(_ wait: String) throws {
        let koi = try TestApp()
        for name in ["A", "B", "C"] { try koi.addCustomer(name) }
        let head = try head(koi)
        try koi.app.perform { transaction in
            try transaction.connection.run("PRAGMA foreign_keys = OFF")
            try transaction.connection.run("DELETE FROM event_payloads WHERE sequence < ?", [.integer(head)])
            try transaction.connection.run("DELETE FROM events WHERE sequence < ?", [.integer(head)])
        }

        let gone = try koi.request(.get, "/v1/changes?after=\(head - 2)" + wait)
        let rest = try koi.request(.get, "/v1/changes?after=\(head - 1)" + wait)

        #expect(gone.status == .gone)
        #expect(gone.code == "position_gone")
        #expect(rest.items.count == 1)
    }
}
