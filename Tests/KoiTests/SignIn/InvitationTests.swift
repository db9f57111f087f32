import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `An invitation` {
    private let good = "four wild koi swim"

    private func token(_ answer: TestAnswer) throws -> String {
        let link = try #require(answer["link"].stringValue)
        return String(try #require(link.split(separator: "#").last))
    }

    private func accept(_ koi: TestApp, _ token: String, _ fields: JSONObject = [:]) throws -> TestAnswer {
        var body: JSONObject = ["token": .string(token), "password": .string(good)]
        for field in fields.members { body[field.name] = field.value }
        return try koi.request(.post, "/v1/invitations/acceptance", .object(body), key: "")
    }

    private func invite(_ koi: TestApp) throws -> (user: Int64, token: String) {
        let made = try koi.request(.post, "/v1/users", ["name": "王芳", "email": "wang@example.com"])
        let user = try #require(made["id"].integerValue)
        return (user, try token(koi.request(.post, "/v1/invitations", ["user": .integer(user)])))
    }

    @Test func `lets its user choose a password, once`() throws {
        let koi = try TestApp()
        let (user, token) = try invite(koi)
        let seen = try koi.request(.post, "/v1/invitations/lookup", ["token": .string(token)], key: "")
        #expect(seen["purpose"] == "invitation")
        #expect(seen["name"] == "王芳")
        #expect(seen["email"] == "wang@example.com")
        #expect(seen["expiresAt"] == "2026-11-29T09:00:00.000Z")
        let accepted = try accept(koi, token)
        #expect(accepted.status == .created)
        #expect(accepted["user"]["id"] == .integer(user))
        #expect(try TestBrowser(koi, accepted).request(.get, "/v1/me").status == .ok)
        #expect(try koi.signIn().status == .created)
        #expect(try accept(koi, token).code == "link_invalid")
        #expect(
            try koi.request(.post, "/v1/invitations/lookup", ["token": .string(token)], key: "").status == .notFound
        )
        #expect(
            try koi.eventTypes().suffix(4)
                == ["link.created", "user.password_changed", "session.created", "session.created"]
        )
    }

    @Test func `ends with time and by another one`() throws {
        let koi = try TestApp()
        let (user, first) = try invite(koi)
        let second = try token(koi.request(.post, "/v1/invitations", ["user": .integer(user)]))
        #expect(try accept(koi, first).code == "link_invalid")
        koi.clock.advance(by: .seconds(7 * 86_400))
        #expect(try accept(koi, second).code == "link_invalid")
        #expect(try accept(koi, "kol_wrong").status == .notFound)
        #expect(try accept(koi, koi.key).status == .notFound)
    }

    @Test(arguments: [["email": "other@example.com"], ["active": false]] as [JSONValue])
    func `ends when its user has another address or is set inactive`(change: JSONValue) throws {
        let koi = try TestApp()
        let (user, token) = try invite(koi)
        try koi.request(.patch, "/v1/users/\(user)", ["name": "王芳芳"])
        #expect(try koi.request(.post, "/v1/invitations/lookup", ["token": .string(token)], key: "").status == .ok)
        #expect(try koi.request(.patch, "/v1/users/\(user)", change).status == .ok)
        try koi.request(.patch, "/v1/users/\(user)", ["active": true])
        #expect(try accept(koi, token).code == "link_invalid")
    }

    @Test func `takes a good password, and nothing that is not asked for`() throws {
        let koi = try TestApp()
        let (_, token) = try invite(koi)
        #expect(try accept(koi, token, ["password": "short"])["errors"].arrayValue?.first?["code"] == "too_short")
        #expect(try accept(koi, token, ["name": "A"])["errors"].arrayValue?.first?["code"] == "fixed")
        #expect(try accept(koi, token).status == .created)
    }

    @Test func `of somebody who has a password replaces it and ends every session`() throws {
        let koi = try TestApp()
        let user = try koi.addUser()
        let browser = try koi.browser()
        let made = try koi.request(.post, "/v1/invitations", ["user": .integer(user)])
        #expect(made["purpose"] == "password_reset")
        #expect(try browser.request(.get, "/v1/me").status == .ok)
        let accepted = try accept(koi, token(made), ["password": "a quite different pond"])
        #expect(accepted.status == .created)
        #expect(try browser.request(.get, "/v1/me").status == .unauthorized)
        #expect(try koi.signIn().status == .unauthorized)
        #expect(try koi.signIn("wang@example.com", "a quite different pond").status == .created)
    }

    @Test func `does not get around a second factor`() throws {
        let koi = try TestApp()
        var codes: [String] = []
        _ = try koi.addSecondFactor { codes = $0 }
        let token = try token(koi.request(.post, "/v1/invitations", ["user": 2]))
        #expect(try accept(koi, token).code == "second_factor_required")
        #expect(try accept(koi, token, ["code": "000000"])["errors"].arrayValue?.first?["code"] == "wrong_code")
        #expect(try koi.signIn().code == "second_factor_required")
        for _ in 0..<3 { _ = try accept(koi, token, ["code": "000000"]) }
        #expect(try accept(koi, token, ["code": .string(codes[0])]).status == .tooManyRequests)
        koi.clock.advance(by: .seconds(60))
        #expect(try accept(koi, token, ["code": .string(codes[0])]).status == .created)
    }

    @Test func `is made by whoever may change the user and may do no less`() throws {
        let koi = try TestApp()
        let role = try koi.request(
            .post,
            "/v1/roles",
            ["name": "People", "permissions": ["*": ["read": "all"], "users": ["read": "all", "change": "all"]]]
        )
        let people = try koi.addUser("people@example.com", role: role["id"].integerValue ?? 0)
        let (viewer, sales) = (try koi.addUser("v@example.com", role: 5), try koi.addUser("s@example.com", role: 3))
        let browser = try koi.browser("people@example.com")
        func invite(_ user: Int64) throws -> TestAnswer {
            try browser.request(.post, "/v1/invitations", ["user": .integer(user)])
        }
        #expect(try invite(viewer).code == "wider_than_own")
        #expect(try invite(sales).code == "wider_than_own")
        #expect(try invite(1).code == "wider_than_own")
        #expect(try invite(people).code == "own_password")
        #expect(try invite(99).status == .notFound)
        let reader = try koi.addUser("reader@example.com", role: role["id"].integerValue ?? 0)
        #expect(try invite(reader).status == .created)
        let other = try koi.browser("s@example.com")
        #expect(try other.request(.post, "/v1/invitations", ["user": .integer(viewer)]).code == "not_permitted")
    }

    @Test func `is for somebody who could sign in`() throws {
        let koi = try TestApp()
        let user = try koi.addUser()
        try koi.request(.patch, "/v1/users/\(user)", ["active": false])
        #expect(try koi.request(.post, "/v1/invitations", ["user": .integer(user)]).code == "cannot_sign_in")
        let nameless = try koi.request(.post, "/v1/users", ["name": "Wang"])["id"]
        #expect(try koi.request(.post, "/v1/invitations", ["user": nameless]).code == "cannot_sign_in")
        #expect(try koi.request(.post, "/v1/invitations", ["user": 1]).code == "own_password")
    }

    @Test func `is not made by a key that ends or is bound to addresses`() throws {
        let koi = try TestApp()
        let user = try koi.addUser()
        for bound: JSONValue in [
            ["name": "K", "expiresAt": "2027-01-01T00:00:00Z"], ["name": "K", "addresses": ["127.0.0.1"]],
        ] {
            let key = try koi.request(.post, "/v1/keys", bound)["key"].stringValue
            let answer = try koi.request(.post, "/v1/invitations", ["user": .integer(user)], key: key)
            #expect(answer.code == "wider_than_own")
        }
        #expect(try koi.request(.post, "/v1/invitations", ["user": .integer(user)]).status == .created)
    }

    @Test func `of the first administrator works while nobody can sign in`() throws {
        let koi = try TestApp()
        let first = try #require(try koi.app.perform { try FirstAdministrator.makeLink(in: $0) })
        let token = try #require(try koi.app.perform { try FirstAdministrator.makeLink(in: $0) })
        #expect(try accept(koi, first, ["name": "A", "email": "a@example.com"]).code == "link_invalid")
        let seen = try koi.request(.post, "/v1/invitations/lookup", ["token": .string(token)], key: "")
        #expect(seen["purpose"] == "first_administrator")
        #expect(seen["name"].isNull)
        #expect(try accept(koi, token)["errors"].arrayValue?.map { $0["field"] } == ["name", "email"])
        let bad = try accept(koi, token, ["name": "王芳", "email": "wang"])
        #expect(bad["errors"].arrayValue?.map { $0["field"] } == ["email"])
        let accepted = try accept(koi, token, ["name": "王芳", "email": "wang@example.com"])
        #expect(accepted["user"]["role"]["key"] == "administrator")
        // The user that Koi made for the first key.
        #expect(accepted["user"]["id"] == 1)
        #expect(try koi.app.perform { try FirstAdministrator.makeLink(in: $0) } == nil)
    }

    @Test func `of the first administrator is worth nothing once somebody can sign in`() throws {
        let koi = try TestApp()
        let token = try #require(try koi.app.perform { try FirstAdministrator.makeLink(in: $0) })
        try koi.addUser()
        let answer = try accept(koi, token, ["name": "A", "email": "a@example.com"])
        #expect(answer.code == "link_invalid")
        #expect(try koi.app.perform { try FirstAdministrator.makeLink(in: $0) } == nil)
    }

    @Test func `is gone from the database a month after its end, as is a session`() throws {
        let koi = try TestApp()
        _ = try invite(koi)
        try koi.addUser("li@example.com")
        _ = try koi.browser("li@example.com")
        let worker = try koi.worker(SignInTrimming.kind)
        func rows() throws -> [Int64] {
            try koi.app.perform { transaction in
                try transaction.connection.rows(
                    "SELECT (SELECT count(*) FROM links) + (SELECT count(*) FROM sessions)"
                ) { $0.int(0) }
            }
        }
        koi.clock.advance(by: .seconds(29 * 86_400))
        try worker.runDue()
        #expect(try rows() == [2])
        koi.clock.advance(by: .seconds(40 * 86_400))
        try worker.runDue()
        #expect(try rows() == [0])
    }
}

struct `The commands for users` {
    @Test func `add one with a role by its key, and an invitation`() throws {
        let koi = try TestApp()
        let path = try koi.app.perform {
            try UserRequest(name: "李明", email: "Li@Example.com", role: "manager", team: nil).add(in: $0)
        }
        #expect(path.hasPrefix("/welcome.html#kol_"))
        let user = try koi.request(.get, "/v1/users/2")
        #expect(user["email"] == "li@example.com")
        #expect(user["role"] == 2)
    }

    @Test(arguments: [("", "a@example.com", nil), ("A", "", nil), ("A", "a", nil), ("A", "a@example.com", "boss")])
    func `name what is wrong`(name: String, email: String, role: String?) throws {
        let koi = try TestApp()
        #expect(throws: Problem.self) {
            try koi.app.perform { try UserRequest(name: name, email: email, role: role, team: nil).add(in: $0) }
        }
    }

    @Test func `reset a password and end every session`() throws {
        let koi = try TestApp()
        var codes: [String] = []
        _ = try koi.addSecondFactor { codes = $0 }
        let browser = TestBrowser(koi, try koi.signIn(code: codes[0]))
        _ = try koi.app.perform {
            try PasswordReset(email: "WANG@example.com", removesSecondFactor: false).make(in: $0)
        }
        #expect(try browser.request(.get, "/v1/me").status == .unauthorized)
        #expect(try koi.signIn().code == "second_factor_required")
        _ = try koi.app.perform { try PasswordReset(email: "wang@example.com", removesSecondFactor: true).make(in: $0) }
        #expect(try koi.signIn().status == .created)
        #expect(throws: Problem.self) {
            try koi.app.perform { try PasswordReset(email: "no@example.com", removesSecondFactor: false).make(in: $0) }
        }
    }
}
