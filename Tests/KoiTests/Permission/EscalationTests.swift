import Dispatch
import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

/// Someone who may manage users, teams, roles and keys, but sees few customers, tries to come to more.
struct `Nobody comes to more` {
    private let koi: TestApp
    private let cast: Cast

    init() throws {
        koi = try TestApp()
        cast = try Cast(koi)
        try give(.own)
    }

    /// Rights to all of the organisation, and to customers as far as `scope`.
    private func give(_ scope: Scope) throws {
        let every = Dictionary(uniqueKeysWithValues: Verb.allCases.map { ($0, Scope.all) })
        let customers = Dictionary(uniqueKeysWithValues: Verb.allCases.map { ($0, scope) })
        try cast.give(["users": every, "teams": every, "roles": every, "keys": every, "customers": customers])
    }

    private func refused(
        _ method: KoiHTTP.Method,
        _ target: String,
        _ body: JSONValue? = nil,
        key: String? = nil,
        as code: String,
        _ location: SourceLocation = #_sourceLocation
    ) throws {
        let answer = try koi.request(method, target, body, key: key ?? cast.key)
        #expect(answer.status == .forbidden, "\(method) \(target): \(answer.text)", sourceLocation: location)
        #expect(answer.code == code, "\(method) \(target): \(answer.text)", sourceLocation: location)
    }

    private func allowed(
        _ method: KoiHTTP.Method,
        _ target: String,
        _ body: JSONValue? = nil,
        key: String? = nil,
        _ location: SourceLocation = #_sourceLocation
    ) throws -> TestAnswer {
        let answer = try koi.request(method, target, body, key: key ?? cast.key)
        #expect(answer.status.code < 300, "\(method) \(target): \(answer.text)", sourceLocation: location)
        return answer
    }

    private func user(_ owner: Cast.Owner) throws -> TestAnswer {
        try koi.request(.get, "/v1/users/\(cast[owner] ?? 0)")
    }

    private func team(_ owner: Cast.Owner) throws -> Int64 { try user(owner)["team"].integerValue ?? 0 }

    // MARK: By roles

    @Test func `by changing the own role`() throws {
        let own = try user(.subject)["role"].integerValue ?? 0
        try refused(.patch, "/v1/roles/\(own)", ["permissions": ["customers": ["read": "all"]]], as: "own_role")
        try refused(.patch, "/v1/roles/\(own)", ["name": "Harmless"], as: "own_role")
        try refused(.delete, "/v1/roles/\(own)", as: "own_role")
        try refused(.patch, "/v1/users/\(cast.subject)", ["role": 1], as: "own_role")
        try refused(.patch, "/v1/users/\(cast.subject)", ["role": nil], as: "own_role")
    }

    @Test func `by making a role that may do more, or giving one more`() throws {
        let idle = try user(.colleague)["role"].integerValue ?? 0
        for permissions: JSONValue in [
            ["customers": ["read": "team"]], ["customers": ["read": "all"]], ["*": ["read": "own"]],
            ["settings": ["change": "all"]],
        ] {
            let wider: JSONValue = ["name": "Wider", "permissions": permissions]
            try refused(.post, "/v1/roles", wider, as: "wider_than_own")
            try refused(.patch, "/v1/roles/\(idle)", ["permissions": permissions], as: "wider_than_own")
        }
        _ = try allowed(.post, "/v1/roles", ["name": "Same", "permissions": ["customers": ["read": "own"]]])
    }

    @Test func `by a role without what holds fields back from the own`() throws {
        try cast.give(
            ["roles": [.read: .all, .create: .all], "customers": [.read: .own]],
            fields: ["customers": ["phone": ["read": "masked", "write": false], "email": ["read": "hidden"]]]
        )
        func role(_ fields: JSONValue) -> JSONValue {
            ["name": "Other", "permissions": ["customers": ["read": "own"]], "fields": ["customers": fields]]
        }
        let masked: JSONValue = ["read": "masked", "write": false]
        try refused(.post, "/v1/roles", role([:]), as: "wider_than_own")
        try refused(.post, "/v1/roles", role(["phone": masked]), as: "wider_than_own")
        try refused(.post, "/v1/roles", role(["phone": masked, "email": ["read": "masked"]]), as: "wider_than_own")
        try refused(
            .post,
            "/v1/roles",
            role(["phone": ["read": "masked"], "email": ["read": "hidden"]]),
            as: "wider_than_own"
        )
        _ = try allowed(.post, "/v1/roles", role(["phone": masked, "email": ["read": "hidden"]]))
    }

    @Test(arguments: [1, 2, 3, 4, 5])
    func `by taking from a role that may do more`(role: Int64) throws {
        try refused(.patch, "/v1/roles/\(role)", ["name": "Less"], as: "wider_than_own")
        try refused(.delete, "/v1/roles/\(role)", as: "wider_than_own")
    }

    // MARK: By users

    @Test func `by giving a role that may do more to somebody else`() throws {
        for role: JSONValue in [1, 2, 3, nil] {
            try refused(.patch, "/v1/users/\(cast[.colleague] ?? 0)", ["role": role], as: "wider_than_own")
            try refused(.post, "/v1/users", ["name": "New", "role": role], as: "wider_than_own")
        }
        // Who is given no role is a viewer, and sees everything.
        try refused(.post, "/v1/users", ["name": "New"], as: "wider_than_own")
        _ = try allowed(.post, "/v1/users", ["name": "New", "role": try user(.colleague)["role"]])
    }

    @Test func `by the address of somebody who may do more`() throws {
        let manager = try koi.request(.post, "/v1/users", ["name": "Manager", "role": 2])["id"].integerValue ?? 0
        for change: JSONValue in [["email": "me@example.com"], ["active": false], ["name": "X"], ["team": nil]] {
            try refused(.patch, "/v1/users/\(manager)", change, as: "wider_than_own")
        }
        _ = try allowed(.patch, "/v1/users/\(cast.subject)", ["email": "me@example.com"])
    }

    @Test func `by the address of somebody who sees other records by the same rights`() throws {
        let role = try koi.request(
            .post,
            "/v1/roles",
            ["name": "Sales", "permissions": ["customers": ["read": "own"]]]
        )["id"]
        let stranger = cast[.stranger] ?? 0
        try koi.request(.patch, "/v1/users/\(stranger)", ["role": role])
        try refused(.patch, "/v1/users/\(stranger)", ["email": "me@example.com"], as: "wider_than_own")
        try koi.request(.patch, "/v1/users/\(stranger)", ["email": "stranger@example.com"])
        try refused(.post, "/v1/invitations", ["user": .integer(stranger)], as: "wider_than_own")
        try refused(.get, "/v1/sessions?user=\(stranger)", as: "not_permitted")
        _ = try allowed(.patch, "/v1/users/\(stranger)", ["name": "Renamed"])
    }

    @Test func `by a narrow key in the name of somebody who may do more`() throws {
        try refused(.post, "/v1/keys", ["name": "K", "user": 1, "scopes": ["users.read"]], as: "wider_than_own")
        let key = try koi.request(.post, "/v1/keys", ["name": "K"])["id"].integerValue ?? 0
        try refused(.delete, "/v1/keys/\(key)", as: "wider_than_own")
    }

    @Test func `by an address or an end of one's own account`() throws {
        let key = try koi.app.perform { try APIKey.create(name: "S", user: cast.subject, in: $0) }
        try koi.request(.patch, "/v1/users/\(cast.subject)", ["role": 3])
        for change: JSONValue in [["email": "me@example.com"], ["active": false]] {
            try refused(.patch, "/v1/users/\(cast.subject)", change, key: key, as: "own_account")
        }
    }

    @Test func `by a key that may change users, but not see what its own user sees`() throws {
        let key = try koi.request(.post, "/v1/keys", ["name": "Narrow", "scopes": ["users.*"]])["key"].stringValue
        try refused(.patch, "/v1/users/1", ["email": "me@example.com"], key: key, as: "wider_than_own")
    }

    @Test func `but a manager sees to those of the own team`() throws {
        try koi.request(.patch, "/v1/users/\(cast.subject)", ["role": 2])
        for owner in [Cast.Owner.colleague, .junior] {
            let user = cast[owner] ?? 0
            try koi.request(.patch, "/v1/users/\(user)", ["role": 3])
            _ = try allowed(.patch, "/v1/users/\(user)", ["email": .string("\(owner.rawValue)@example.com")])
            _ = try allowed(.post, "/v1/invitations", ["user": .integer(user)])
        }
        let stranger = cast[.stranger] ?? 0
        try refused(.patch, "/v1/users/\(stranger)", ["email": "me@example.com"], as: "not_permitted")
    }

    // MARK: By teams

    @Test func `by moving to another team`() throws {
        try give(.team)
        for team: JSONValue in [.integer(try team(.boss)), .integer(try team(.stranger)), nil] {
            try refused(.patch, "/v1/users/\(cast.subject)", ["team": team], as: "own_team")
        }
    }

    @Test func `by moving others into the own team, or other teams below it`() throws {
        try give(.team)
        let (own, other) = (try team(.subject), try team(.stranger))
        let stranger = cast[.stranger] ?? 0
        try refused(.patch, "/v1/users/\(stranger)", ["team": .integer(own)], as: "wider_than_own")
        try refused(.patch, "/v1/users/\(stranger)", ["team": .integer(try team(.junior))], as: "wider_than_own")
        try refused(.patch, "/v1/teams/\(other)", ["parent": .integer(own)], as: "wider_than_own")
        try refused(.patch, "/v1/teams/\(other)", ["parent": .integer(try team(.junior))], as: "wider_than_own")
        _ = try allowed(.patch, "/v1/users/\(cast[.colleague] ?? 0)", ["team": .integer(try team(.junior))])
        _ = try allowed(.patch, "/v1/teams/\(try team(.junior))", ["parent": nil])
    }

    @Test func `by letting others see what the own role does not reach`() throws {
        // The boss's role reaches the boss's team, and so what is moved below it.
        let role = try koi.request(
            .post,
            "/v1/roles",
            ["name": "Lead", "permissions": ["customers": ["read": "team"]]]
        )["id"]
        try koi.request(.patch, "/v1/users/\(cast[.colleague] ?? 0)", ["role": role])
        let other = try team(.stranger)
        try refused(.patch, "/v1/teams/\(other)", ["parent": .integer(try team(.subject))], as: "wider_than_own")
        try give(.all)
        _ = try allowed(.patch, "/v1/teams/\(other)", ["parent": .integer(try team(.subject))])
    }

    @Test func `by leading a team, or adding a user or team to the own`() throws {
        try give(.team)
        let customer = try koi.request(
            .post,
            "/v1/customers",
            ["name": "Theirs", "owner": cast[.stranger].map(JSONValue.integer) ?? nil]
        )
        _ = try allowed(.patch, "/v1/teams/\(try team(.stranger))", ["lead": .integer(cast.subject)])
        _ = try allowed(
            .post,
            "/v1/users",
            ["name": "New", "role": try user(.colleague)["role"], "team": .integer(try team(.subject))]
        )
        _ = try allowed(.post, "/v1/teams", ["name": "New", "parent": .integer(try team(.subject))])
        #expect(try cast.ask(.get, "/v1/customers/\(customer["id"].text)").status == .notFound)
    }

    @Test func `by teams in a circle or one above the other without end`() throws {
        let (boss, harbour) = (try team(.boss), try team(.junior))
        for team in [boss, harbour] {
            let answer = try koi.request(.patch, "/v1/teams/\(boss)", ["parent": .integer(team)])
            #expect(answer.status == .unprocessableContent)
            #expect(answer["errors"].arrayValue?.first?["code"] == "circle")
        }
        var above = harbour
        for _ in 3..<20 {
            let made = try koi.request(.post, "/v1/teams", ["name": "Below", "parent": .integer(above)])
            above = try #require(made["id"].integerValue, "\(made.text)")
        }
        let tooDeep = try koi.request(.post, "/v1/teams", ["name": "Below", "parent": .integer(above)])
        #expect(tooDeep["errors"].arrayValue?.first?["code"] == "too_deep")
    }

    // MARK: By keys

    @Test(arguments: [Cast.Owner.colleague, .stranger, .boss])
    func `by a key in the name of somebody who sees other records`(owner: Cast.Owner) throws {
        let role = try koi.request(
            .post,
            "/v1/roles",
            ["name": "Sales", "permissions": ["customers": ["read": "own"]]]
        )["id"]
        let user = cast[owner] ?? 0
        try koi.request(.patch, "/v1/users/\(user)", ["role": role])
        let key: JSONValue = ["name": "Theirs", "user": .integer(user), "scopes": ["customers.read"]]
        try refused(.post, "/v1/keys", key, as: "wider_than_own")
        try koi.request(.patch, "/v1/users/\(user)", ["active": false])
        try refused(.post, "/v1/keys", key, as: "wider_than_own")
    }

    @Test func `by a key for an administrator, or one of theirs made wider`() throws {
        let scopes: JSONValue = ["customers.read"]
        let mine: JSONValue = ["name": "Mine", "user": 1, "scopes": scopes]
        try refused(.post, "/v1/keys", mine, as: "wider_than_own")
        let theirs = try koi.request(.post, "/v1/keys", mine)["id"].text
        for change: JSONValue in [["scopes": []], ["expiresAt": nil], ["addresses": []], ["name": "X"]] {
            try refused(.patch, "/v1/keys/\(theirs)", change, as: "wider_than_own")
        }
        #expect(
            try cast.ask(.patch, "/v1/keys/\(theirs)", ["user": .integer(cast.subject)]).status == .unprocessableContent
        )
    }

    @Test func `by a key with a wider role, which gives no more than its user has`() throws {
        let key = try allowed(.post, "/v1/keys", ["name": "Wide", "role": 1])["key"].stringValue
        let customer = try koi.request(.post, "/v1/customers", ["name": "Unseen"])["id"].text
        #expect(try koi.request(.get, "/v1/customers/\(customer)", key: key).status == .notFound)
        try refused(.get, "/v1/backups", key: key, as: "not_permitted")
    }

    @Test func `by a narrow key that makes a wider one, or frees itself`() throws {
        let made = try allowed(.post, "/v1/keys", ["name": "Narrow", "scopes": ["keys.*", "customers.read"]])
        let key = made["key"].stringValue
        for scopes: JSONValue in [[], ["*.*"], ["keys.*", "customers.*"], ["users.read"]] {
            try refused(.post, "/v1/keys", ["name": "Wide", "scopes": scopes], key: key, as: "wider_than_own")
            try refused(.patch, "/v1/keys/\(made["id"].text)", ["scopes": scopes], key: key, as: "wider_than_own")
        }
        _ = try allowed(.post, "/v1/keys", ["name": "Same", "scopes": ["keys.create", "customers.read"]], key: key)
    }

    @Test func `by a key that outlives its maker or works from elsewhere`() throws {
        let made = try koi.request(
            .post,
            "/v1/keys",
            ["name": "Bound", "expiresAt": "2026-11-23T00:00:00Z", "addresses": ["127.0.0.0/16", "10.0.0.0/8"]]
        )
        let (key, path) = (made["key"].stringValue, "/v1/keys/\(made["id"].text)")
        let end: JSONValue = "2026-11-23T00:00:00.000Z"
        let tooWide: [JSONObject] = [
            [:], ["expiresAt": end], ["addresses": ["127.0.0.1"]],
            ["expiresAt": "2026-11-23T00:00:00.001Z", "addresses": ["127.0.0.1"]],
            ["expiresAt": end, "addresses": ["127.0.0.0/15"]], ["expiresAt": end, "addresses": ["127.0.0.1", "::1"]],
        ]
        for bounds in tooWide {
            try refused(
                .post,
                "/v1/keys",
                .object(JSONObject([.init(name: "name", value: "Free")] + bounds.members)),
                key: key,
                as: "wider_than_own"
            )
        }
        try refused(.patch, path, ["expiresAt": nil], key: key, as: "wider_than_own")
        try refused(.patch, path, ["addresses": []], key: key, as: "wider_than_own")
        _ = try allowed(.post, "/v1/keys", ["name": "Same", "expiresAt": end, "addresses": ["10.1.0.0/16"]], key: key)
        _ = try allowed(.patch, path, ["name": "Renamed"], key: key)
    }

    @Test func `by a key made before the role was narrowed`() throws {
        try give(.all)
        let customer = try koi.request(.post, "/v1/customers", ["name": "Seen"])["id"].text
        let made = try allowed(.post, "/v1/keys", ["name": "Old", "scopes": ["customers.*", "keys.*"]])
        let key = made["key"].stringValue
        _ = try allowed(.get, "/v1/customers/\(customer)", key: key)
        try give(.own)
        #expect(try koi.request(.get, "/v1/customers/\(customer)", key: key).status == .notFound)
        try koi.request(.patch, "/v1/users/\(cast.subject)", ["active": false])
        #expect(try koi.request(.get, "/v1/customers", key: key).status == .unauthorized)
        try koi.request(.patch, "/v1/users/\(cast.subject)", ["active": true])
        #expect(try koi.request(.get, "/v1/customers", key: key).status == .ok)
        _ = try allowed(.delete, "/v1/keys/\(made["id"].text)")
        #expect(try koi.request(.get, "/v1/customers", key: key).status == .unauthorized)
    }

    // MARK: By what nobody sets

    @Test(arguments: Routes.resources)
    func `by writing what Koi keeps`(resource: Resource) throws {
        let id = try koi.page(resource, "sort=-id&limit=1").items.first?["id"].text
        for field in resource.fields where field.isReadOnly {
            let body: JSONValue = [field.name: 1]
            for (method, target) in [(KoiHTTP.Method.post, ""), (.patch, "/" + (id ?? ""))] {
                let isThere = resource.operations.contains(method == .post ? .create : .change)
                guard isThere, method == .post || id != nil else { continue }
                let answer = try koi.request(method, "/v1/" + resource.name + target, body)
                #expect(answer.status == .unprocessableContent, "\(method) \(field.name): \(answer.text)")
                let codes = (answer["errors"].arrayValue ?? []).filter { $0["field"] == .string(field.name) }
                #expect(codes.first?["code"] == "read_only", "\(method) \(field.name)")
            }
        }
    }

    @Test func `by another's owner`() throws {
        let stranger = cast[.stranger].map(JSONValue.integer) ?? nil
        try refused(.post, "/v1/customers", ["name": "A", "owner": stranger], as: "out_of_reach")
        let own = try allowed(.post, "/v1/customers", ["name": "A"])
        #expect(own["owner"] == .integer(cast.subject))
        try refused(.patch, "/v1/customers/\(own["id"].text)", ["owner": stranger], as: "out_of_reach")
        try refused(.patch, "/v1/customers/\(own["id"].text)", ["owner": nil], as: "out_of_reach")
    }

    // MARK: The last administrator

    @Test func `by leaving Koi without an administrator`() throws {
        for change: JSONValue in [["active": false], ["role": 2]] {
            let answer = try koi.request(.patch, "/v1/users/1", change)
            #expect(answer.code == (change["role"].isNull ? "last_administrator" : "own_role"))
        }
        let other = try koi.request(.post, "/v1/users", ["name": "Other", "role": 1])["id"].text
        #expect(try koi.request(.patch, "/v1/users/\(other)", ["active": false]).status == .ok)
        #expect(try koi.request(.patch, "/v1/users/1", ["active": false]).code == "last_administrator")
    }

    @Test func `by leaving Koi to an administrator who cannot sign in`() throws {
        let first = try koi.addUser("first@example.com", role: 1)
        #expect(try koi.request(.patch, "/v1/users/\(first)", ["active": false]).code == "last_administrator")
        #expect(try koi.request(.patch, "/v1/users/\(first)", ["email": nil]).code == "last_administrator")
        let invited: JSONValue = ["name": "Second", "email": "second@example.com", "role": 1]
        let second = try koi.request(.post, "/v1/users", invited)["id"].integerValue ?? 0
        #expect(try koi.request(.patch, "/v1/users/\(first)", ["active": false]).code == "last_administrator")
        try koi.setPassword(TestApp.password, of: second)
        #expect(try koi.request(.patch, "/v1/users/\(first)", ["active": false]).status == .ok)
    }

    @Test func `by a change in the same commit as another's`() throws {
        let office = Office(koi)
        let mover = try office.role(
            "Mover",
            ["users": ["read": "all", "change": "all"], "teams": ["read": "all"], "customers": ["read": "own"]]
        )
        let leader = try office.role("Leader", ["customers": ["read": "team"]])
        let member = try office.role("Member", ["customers": ["read": "own"]])
        let (west, east) = (try office.team("West"), try office.team("East"))
        _ = try office.person("Boss", role: leader, team: west)
        let anna = try office.person("Anna", role: member, team: west)
        let actor = try office.person("Actor", role: mover)
        let code = try koi.app.perform { transaction in
            let users = RecordService(User.resource, transaction)
            _ = try users.change(anna.id, ["team": .integer(east)])
            let found = try Actor.user(actor.id, kind: .key, in: transaction.catalog, transaction.connection)
            let mover = try #require(found)
            do {
                try transaction.acting(as: mover) {
                    _ = try RecordService(User.resource, $0).change(anna.id, ["team": .integer(west)])
                }
                return ""
            } catch let problem as Problem {
                return problem.code
            }
        }
        #expect(code == "wider_than_own")
    }

    @Test func `by a star in a key's scopes, which means no area`() throws {
        let made = try koi.request(.post, "/v1/keys", ["name": "Star", "scopes": ["*.*", "jobs.read"]])
        let key = made["key"].stringValue
        #expect(try koi.request(.get, "/v1/customers", key: key).status == .ok)
        #expect(try koi.request(.get, "/v1/jobs", key: key).status == .ok)
        for path in ["/v1/events", "/v1/settings"] {
            #expect(try koi.request(.get, path, key: key).status == .forbidden)
        }
    }

    @Test func `by two administrators who send each other away at once`() throws {
        for _ in 0..<10 {
            let users = try (0..<2).map { _ in
                try koi.request(.post, "/v1/users", ["name": "Administrator", "role": 1])["id"].integerValue ?? 0
            }
            let keys = try users.map { user in
                try koi.request(.post, "/v1/keys", ["name": "Key", "user": .integer(user)])["key"].stringValue ?? ""
            }
            // The test's own administrator steps back, so that these two are the last.
            let first = try koi.app.perform { transaction in
                try transaction.connection.run(
                    "UPDATE users SET active = 0 WHERE id NOT IN (?, ?)",
                    users.map { .integer($0) }
                )
                try transaction.renewAccess()
                return users[0]
            }
            let statuses = Notes<Status>()
            DispatchQueue.concurrentPerform(iterations: 2) { number in
                let other = users[1 - number]
                let answer = try? koi.request(.patch, "/v1/users/\(other)", ["active": false], key: keys[number])
                statuses.add(answer?.status ?? .internalServerError)
            }
            #expect(statuses.all.count(where: { $0 == .ok }) == 1, "\(statuses.all)")
            #expect(statuses.all.contains { $0 == .conflict || $0 == .unauthorized }, "\(statuses.all), \(first)")
            try koi.app.perform { transaction in
                try transaction.connection.run("UPDATE users SET active = 1 WHERE id = 1")
                try transaction.renewAccess()
            }
        }
    }

    @Test func `by removing a role that somebody has`() throws {
        let role = try koi.request(.post, "/v1/roles", ["name": "Temporary"])["id"]
        let path = "/v1/roles/\(role.text)"
        let key = try koi.request(.post, "/v1/keys", ["name": "Key", "role": role])["id"].text
        #expect(try koi.request(.delete, path).code == "role_in_use")
        try koi.request(.delete, "/v1/keys/\(key)")
        try koi.request(.patch, "/v1/users/\(cast[.junior] ?? 0)", ["role": role, "active": false])
        #expect(try koi.request(.delete, path).code == "role_in_use")
        try koi.request(.patch, "/v1/users/\(cast[.junior] ?? 0)", ["role": try user(.colleague)["role"]])
        #expect(try koi.request(.delete, path).status == .noContent)
        #expect(
            try koi.request(.patch, "/v1/users/\(cast[.junior] ?? 0)", ["role": role]).status == .unprocessableContent
        )
    }
}
