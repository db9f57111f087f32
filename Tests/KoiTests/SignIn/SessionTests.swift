import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `A session` {
    @Test func `that was ended is refused by the next request`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let (browser, other) = (try koi.browser(), try koi.browser())
        #expect(try other.request(.get, "/v1/customers").status == .ok)
        #expect(try browser.request(.delete, "/v1/sessions/\(other.id)").status == .noContent)
        #expect(try other.request(.get, "/v1/customers").status == .unauthorized)
        let out = try browser.request(.delete, "/v1/sessions/current")
        #expect(out.status == .noContent)
        #expect(out.fields["Set-Cookie"]?.hasPrefix("koi_session=; Path=/; Max-Age=0;") == true)
        #expect(try browser.request(.get, "/v1/customers").code == "unauthorized")
    }

    @Test func `ends when its user is set inactive, and does not come back`() throws {
        let koi = try TestApp()
        let user = try koi.addUser()
        let browser = try koi.browser()
        try koi.request(.patch, "/v1/users/\(user)", ["active": false])
        #expect(try browser.request(.get, "/v1/customers").status == .unauthorized)
        try koi.request(.patch, "/v1/users/\(user)", ["active": true])
        #expect(try browser.request(.get, "/v1/customers").status == .unauthorized)
    }

    @Test func `ends after seven days without use`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        koi.clock.advance(by: .seconds(7 * 86_400 - 1))
        #expect(try browser.request(.get, "/v1/customers").status == .ok)
        try koi.app.ledger.flush()
        koi.clock.advance(by: .seconds(7 * 86_400 - 1))
        #expect(try browser.request(.get, "/v1/customers").status == .ok)
        try koi.app.ledger.flush()
        koi.clock.advance(by: .seconds(7 * 86_400))
        #expect(try browser.request(.get, "/v1/customers").status == .unauthorized)
    }

    @Test func `ends after thirty days whatever is done in it`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        _ = try koi.app.perform { transaction in
            try transaction.connection.run(
                "UPDATE sessions SET \"lastUsedAt\" = ?",
                [.integer(transaction.now + 30 * 86_400_000 - 1)]
            )
        }
        koi.clock.advance(by: .seconds(30 * 86_400 - 1))
        #expect(try browser.request(.get, "/v1/customers").status == .ok)
        koi.clock.advance(by: .seconds(1))
        #expect(try browser.request(.get, "/v1/customers").status == .unauthorized)
    }

    @Test func `survives a restart`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        koi.close()
        let again = try TestApp(in: koi.folder, clock: koi.clock)
        let answer = try again.request(.get, "/v1/customers", key: "", fields: [("Cookie", browser.cookies)])
        #expect(answer.status == .ok)
    }

    @Test func `is listed for its own user, with what the browser said of itself`() throws {
        let koi = try TestApp()
        try koi.addUser()
        try koi.addUser("li@example.com")
        let browser = try koi.browser()
        _ = try koi.signIn(fields: [("User-Agent", String(repeating: "x", count: 300))])
        _ = try koi.signIn("li@example.com")
        let items = try browser.request(.get, "/v1/sessions").items
        #expect(items.map { $0["current"] } == [false, true])
        #expect(items[0]["agent"].stringValue?.count == 200)
        #expect(items[0]["address"] == "127.0.0.1")
        #expect(items[0]["expiresAt"] == "2026-11-29T09:00:00.000Z")
    }

    @Test func `of another is for administrators`() throws {
        let koi = try TestApp()
        let user = try koi.addUser()
        try koi.addUser("li@example.com")
        let (browser, other) = (try koi.browser(), try koi.browser("li@example.com"))
        #expect(try other.request(.get, "/v1/sessions?user=\(user)").code == "not_permitted")
        #expect(try other.request(.delete, "/v1/sessions/\(browser.id)").status == .notFound)
        #expect(try koi.request(.get, "/v1/sessions?user=\(user)").items.count == 1)
        #expect(try koi.request(.delete, "/v1/sessions/\(browser.id)").status == .noContent)
        #expect(try browser.request(.get, "/v1/customers").status == .unauthorized)
    }

    @Test func `is out of reach for a key that was narrowed`() throws {
        let koi = try TestApp()
        let user = try koi.addUser("li@example.com", role: 1)
        let browser = try koi.browser("li@example.com")
        func key(_ narrowing: JSONObject) throws -> String? {
            var body: JSONObject = ["name": "shop", "user": .integer(user)]
            for member in narrowing.members { body[member.name] = member.value }
            return try koi.request(.post, "/v1/keys", .object(body))["key"].stringValue
        }
        for narrow in [try key(["scopes": ["customers.read"]]), try key(["role": 5])] {
            #expect(try koi.request(.get, "/v1/sessions", key: narrow).code == "not_permitted")
            let end = try koi.request(.delete, "/v1/sessions/\(browser.id)", key: narrow)
            #expect(end.status == .notFound)
        }
        for wide in [try key([:]), try key(["scopes": ["users.*"]])] {
            #expect(try koi.request(.get, "/v1/sessions", key: wide).items.count == 1)
        }
        #expect(try browser.request(.get, "/v1/me").status == .ok)
    }

    @Test func `is no key, and a key no session`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        #expect(try browser.request(.get, "/v1/customers").status == .ok)
        #expect(try koi.request(.get, "/v1/customers", key: browser.session).status == .unauthorized)
        #expect(try koi.request(.get, "/v1/customers").status == .ok)
        let cookie = [("Cookie", "koi_session=\(koi.key)")]
        #expect(try koi.request(.get, "/v1/customers", key: "", fields: cookie).status == .unauthorized)
    }

    @Test func `gives way to a key`() throws {
        let koi = try TestApp()
        let user = try koi.addUser()
        let browser = try koi.browser()
        let fields = [("Cookie", browser.cookies)]
        #expect(try koi.request(.post, "/v1/customers", ["name": "A"], fields: fields)["owner"] != .integer(user))
        #expect(try koi.request(.get, "/v1/customers", key: "koi_wrong", fields: fields).status == .unauthorized)
    }
}

struct `A write in somebody's session` {
    /// The fields of the request, and whether it may come from a page of Koi.
    @Test(arguments: [
        ([("Sec-Fetch-Site", "same-origin")], true), ([("Sec-Fetch-Site", "none")], true),
        ([("Sec-Fetch-Site", "cross-site")], false), ([("Sec-Fetch-Site", "same-site")], false),
        ([("Sec-Fetch-Site", "")], false),
        ([("Sec-Fetch-Site", "same-origin"), ("Origin", "https://evil.example")], true),
        ([("Sec-Fetch-Site", "cross-site"), ("Origin", "http://koi.example:8080")], false),
        ([("Origin", "http://koi.example:8080")], true), ([("Origin", "https://koi.example:8080")], true),
        ([("Origin", "http://koi.example")], false), ([("Origin", "http://evil.example")], false),
        ([("Origin", "null")], false), ([("Origin", "http://koi.example:8080.evil.example")], false),
        ([], true),
    ])
    func `is refused where it comes from another site`(fields: [(String, String)], isAllowed: Bool) throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        let all = fields + [("Host", "koi.example:8080")]
        let answer = try browser.request(.post, "/v1/customers", ["name": "A"], fields: all)
        #expect(answer.status == (isAllowed ? .created : .forbidden))
        #expect(isAllowed || answer.code == "cross_site")
        let list = try browser.request(.get, "/v1/customers", fields: all)
        #expect(list.items.count == (isAllowed ? 1 : 0))
        // Nor is anybody signed in by another site, as somebody else.
        #expect(try koi.signIn(fields: all).status == (isAllowed ? .created : .forbidden))
    }

    @Test func `is refused where it has no sign of a page of Koi and may be a form`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        #expect(try browser.request(.post, "/v1/backups", fields: []).code == "cross_site")
        #expect(try browser.request(.delete, "/v1/sessions/current", fields: []).status == .noContent)
    }

    @Test func `with a key may come from anywhere`() throws {
        let koi = try TestApp()
        let fields = [("Sec-Fetch-Site", "cross-site")]
        #expect(try koi.request(.post, "/v1/customers", ["name": "A"], fields: fields).status == .created)
    }
}
