import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `Whoever is signed in` {
    @Test func `is told who they are and what they may do`() throws {
        let koi = try TestApp()
        let user = try koi.addUser()
        let me = try koi.browser().request(.get, "/v1/me")
        #expect(me["id"] == .integer(user))
        #expect(me["email"] == "wang@example.com")
        #expect(me["role"] == ["id": 3, "key": "sales", "name": "Sales"])
        #expect(me["rights"]["customers"]["read"] == "own")
        #expect(me["rights"]["customers"]["export"] == "none")
        #expect(me["rights"]["users"]["read"] == "all")
        #expect(me["rights"]["events"] == ["read": "none", "export": "none"])
        #expect(me["secondFactor"] == false)
        for area in Area.allCases { #expect(!me["rights"][area.rawValue].isNull) }
        for resource in Routes.resources { #expect(!me["rights"][resource.name].isNull) }
    }

    @Test func `with a key is told what the key may do`() throws {
        let koi = try TestApp()
        let made = try koi.request(.post, "/v1/keys", ["name": "shop", "scopes": ["customers.read"]])
        let me = try koi.request(.get, "/v1/me", key: made["key"].stringValue)
        #expect(me["rights"]["customers"]["read"] == "all")
        #expect(me["rights"]["customers"]["create"] == "none")
    }

    @Test func `changes name, language and time zone without any right, and nothing else`() throws {
        let koi = try TestApp()
        let user = try koi.addUser(role: 5)
        let browser = try koi.browser()
        let changed = try browser.request(
            .patch,
            "/v1/me",
            ["name": "王芳芳", "language": "en", "timeZone": "Europe/Berlin"]
        )
        #expect(changed["name"] == "王芳芳")
        #expect(changed["timeZone"] == "Europe/Berlin")
        #expect(changed["rights"]["users"]["change"] == "none")
        let refused = try browser.request(.patch, "/v1/me", ["role": 1, "email": "a@example.com", "active": false])
        #expect(refused["errors"].arrayValue?.map { $0["field"] } == ["role", "email", "active"])
        #expect(try browser.request(.patch, "/v1/me", ["timeZone": "Mars"]).status == .unprocessableContent)
        #expect(try browser.request(.patch, "/v1/users/\(user)", ["name": "A"]).status == .forbidden)
        #expect(try koi.events(of: "users").last?.type == "user.changed")
    }

    @Test func `with a narrow key does not change the user`() throws {
        let koi = try TestApp()
        let made = try koi.request(.post, "/v1/keys", ["name": "shop", "scopes": ["customers.*"]])
        let answer = try koi.request(.patch, "/v1/me", ["name": "A"], key: made["key"].stringValue)
        #expect(answer.status == .notFound)
    }

    @Test func `changes the password, which ends all other sessions and forgets their devices`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let (browser, other) = (try koi.browser(), try koi.browser())
        let new = "a quite different pond"
        let body: JSONValue = ["current": .string(TestApp.password), "new": .string(new)]
        #expect(try browser.request(.put, "/v1/me/password", body).status == .noContent)
        #expect(try browser.request(.get, "/v1/me").status == .ok)
        #expect(try other.request(.get, "/v1/me").status == .unauthorized)
        #expect(try koi.signIn().status == .unauthorized)
        #expect(try koi.signIn("wang@example.com", new).status == .created)
        let events = try koi.events(of: "accounts")
        #expect(events.last?.type == "user.password_changed")
        #expect(events.last?.payload == [:])
        // What the device spends is no longer its own.
        for number in 0..<40 { _ = try koi.signIn("wang@example.com", "wrong", from: "192.0.2.\(number)") }
        let elsewhere = try koi.signIn("wang@example.com", new, cookies: other.cookies, from: "198.51.100.1")
        #expect(elsewhere.status == .unauthorized)
        let own = try koi.signIn("wang@example.com", new, cookies: browser.cookies, from: "198.51.100.1")
        #expect(own.status == .created)
        // Of a device that was forgotten it is said that somebody has signed in there, as of any that is new.
        let told = try TestBrowser(koi, own).request(.get, "/v1/notifications").items.map { $0["kind"] }
        #expect(told.filter { $0 == "newSignIn" }.count == 2)
    }

    @Test func `changes the password only with the one before, and to a good one`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        func change(_ current: String, _ new: String) throws -> [JSONValue]? {
            try browser.request(.put, "/v1/me/password", ["current": .string(current), "new": .string(new)])["errors"]
                .arrayValue?.map { $0["field"] }
        }
        #expect(try change("wrong password", "a quite different pond") == ["current"])
        #expect(try change(TestApp.password, "short") == ["new"])
        #expect(try change(TestApp.password, "wang@example.com") == ["new"])
        let keyed = try koi.request(.put, "/v1/me/password", ["current": "a", "new": "a quite different pond"])
        #expect(keyed.code == "session_required")
        for _ in 0..<10 { _ = try change("wrong password", "a quite different pond") }
        let body: JSONValue = ["current": .string(TestApp.password), "new": "a quite different pond"]
        #expect(try browser.request(.put, "/v1/me/password", body).status == .tooManyRequests)
    }
}
