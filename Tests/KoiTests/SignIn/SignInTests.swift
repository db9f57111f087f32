import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `Signing in` {
    @Test func `begins a session in which a browser asks without a key`() throws {
        let koi = try TestApp()
        let user = try koi.addUser()
        let answer = try koi.signIn("Wang@Example.com ")
        #expect(answer.status == .created)
        #expect(answer["user"]["id"] == .integer(user))
        #expect(answer["user"]["rights"]["customers"]["read"] == "own")
        #expect(answer.fields["Location"] == "/v1/sessions/1")
        let browser = TestBrowser(koi, answer)
        #expect(try browser.request(.post, "/v1/customers", ["name": "A"])["owner"] == .integer(user))
        #expect(try browser.request(.get, "/v1/customers").items.count == 1)
    }

    @Test func `gives cookies that no script reads and no other site sends`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let cookies = try koi.signIn().fields.values("Set-Cookie")
        #expect(cookies.count == 2)
        for cookie in cookies {
            #expect(cookie.contains("; HttpOnly"))
            #expect(cookie.contains("; SameSite=Strict"))
            #expect(cookie.contains("; Path=/;"))
            #expect(!cookie.contains("Secure"))
        }
        #expect(cookies[0].hasPrefix("koi_session=kos_"))
        #expect(cookies[0].contains("; Max-Age=2592000;"))
        #expect(cookies[1].hasPrefix("koi_device=kod_"))
    }

    @Test func `gives cookies for TLS alone where people come by it`() throws {
        let koi = try TestApp()
        try koi.addUser()
        try koi.request(.patch, "/v1/settings", ["publicURL": "https://koi.example.com"])
        let answer = try koi.signIn()
        #expect(answer.fields.values("Set-Cookie").allSatisfy { $0.hasSuffix("; Secure") })
        let out = try TestBrowser(koi, answer).request(.delete, "/v1/sessions/current")
        #expect(out.fields["Set-Cookie"]?.hasSuffix("; Secure") == true)
    }

    @Test func `takes over no device of another user`() throws {
        let koi = try TestApp()
        try koi.addUser()
        try koi.addUser("li@example.com")
        let browser = try koi.browser()
        let again = try koi.signIn(cookies: browser.cookies)
        #expect(again.cookie("koi_device") == browser.device)
        let other = try koi.signIn("li@example.com", cookies: browser.cookies)
        #expect(other.cookie("koi_device") != browser.device)
        let planted = try koi.signIn(cookies: "koi_device=kod_chosen")
        #expect(planted.cookie("koi_device") != "kod_chosen")
    }

    @Test func `keeps no token in the clear`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        koi.close()
        for name in try koi.folder.names() where name.hasPrefix("koi.db") {
            let bytes = try koi.bytes(of: name)
            #expect(bytes.firstRange(of: Array(browser.session.utf8)) == nil)
            #expect(bytes.firstRange(of: Array(browser.device.utf8)) == nil)
            #expect(bytes.firstRange(of: Array(TestApp.password.utf8)) == nil)
        }
    }

    @Test func `is refused in the same words whatever is wrong`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let invited = try koi.request(.post, "/v1/users", ["name": "Neu", "email": "neu@example.com"])
        let left = try koi.addUser("left@example.com")
        try koi.request(.patch, "/v1/users/\(left)", ["active": false])
        #expect(invited.status == .created)
        var answers = [
            try koi.signIn("wang@example.com", "wrong password"), try koi.signIn("nobody@example.com"),
            try koi.signIn("neu@example.com"), try koi.signIn("left@example.com"),
        ]
        for _ in 0..<20 { answers.append(try koi.signIn("wang@example.com", "wrong password")) }
        // Too many tries: the right password is not even looked at.
        answers.append(try koi.signIn())
        for answer in answers {
            #expect(answer.status == .unauthorized)
            #expect(answer.code == "sign_in_failed")
            #expect(answer.withoutRequestID == answers[0].withoutRequestID)
            #expect(answer.fields == answers[0].fields)
        }
    }

    @Test func `names what a body lacks`() throws {
        let koi = try TestApp()
        let answer = try koi.request(.post, "/v1/sessions", ["email": "a@example.com", "colour": "red"], key: "")
        #expect(answer.status == .unprocessableContent)
        #expect(answer["errors"].arrayValue?.map { $0["field"] } == ["password", "colour"])
    }

    @Test func `is an event that holds no secret`() throws {
        let koi = try TestApp()
        let user = try koi.addUser()
        let browser = try koi.browser()
        try browser.request(.delete, "/v1/sessions/current")
        let events = try koi.events(of: "sessions")
        #expect(events.map(\.type) == ["session.created", "session.ended"])
        #expect(events[0].payload == ["after": ["user": .integer(user), "address": "127.0.0.1"]])
        #expect(events[1].payload == ["after": ["user": .integer(user)]])
    }
}

struct `Guessing` {
    private let wrong = "wrong password"

    @Test func `an account from elsewhere does not lock out a device that it knows`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        for number in 0..<40 { _ = try koi.signIn("wang@example.com", wrong, from: "192.0.2.\(number)") }
        // Not even from the same address.
        for _ in 0..<10 { _ = try koi.signIn("wang@example.com", wrong) }
        #expect(try koi.signIn(from: "198.51.100.1").status == .unauthorized)
        #expect(try koi.signIn(cookies: browser.cookies, from: "198.51.100.1").status == .created)
        #expect(try koi.signIn(cookies: browser.cookies).status == .created)
    }

    @Test func `an account from elsewhere does not lock out an address that it knows`() throws {
        let koi = try TestApp()
        try koi.addUser()
        #expect(try koi.signIn(from: "203.0.113.7").status == .created)
        for number in 0..<40 { _ = try koi.signIn("wang@example.com", wrong, from: "192.0.2.\(number)") }
        #expect(try koi.signIn(from: "203.0.113.7").status == .created)
    }

    /// Everybody who comes through a proxy on this machine has its address.
    @Test(arguments: ["127.0.0.1", "127.0.0.2", "::1", "::ffff:127.0.0.1"])
    func `many accounts through a proxy locks nobody out`(proxy: String) throws {
        let koi = try TestApp()
        try koi.addUser()
        for number in 0..<60 { _ = try koi.signIn("nobody\(number)@example.com", wrong, from: proxy) }
        #expect(try koi.signIn(from: proxy).status == .created)
    }

    /// Nobody knows for whom a trusted proxy asks that does not say.
    @Test(arguments: ["10.0.0.1", ""])
    func `many accounts through a silent proxy locks nobody out, and from a resolved address ends`(proxy: String) throws
    {
        let range = try #require(AddressRange("10.0.0.0/8"))
        let koi = try TestApp(proxies: TrustedProxies(ranges: [range], includesUnixSockets: true))
        try koi.addUser()
        for number in 0..<60 { _ = try koi.signIn("nobody\(number)@example.com", wrong, from: proxy) }
        #expect(try koi.signIn(from: proxy).status == .created)
        for number in 0..<60 { _ = try koi.signIn("nobody\(number)@example.com", wrong, from: "127.0.0.1") }
        #expect(try koi.signIn(from: "127.0.0.1").status == .unauthorized)
    }

    @Test func `one account through a proxy ends, but for the devices that it knows`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        for _ in 0..<19 { _ = try koi.signIn("wang@example.com", wrong) }
        #expect(try koi.signIn().status == .created)
        for _ in 0..<20 { _ = try koi.signIn("wang@example.com", wrong) }
        // Somebody has signed in from there before, which says nothing of a proxy.
        #expect(try koi.signIn().status == .unauthorized)
        #expect(try koi.signIn(cookies: browser.cookies).status == .created)
    }

    @Test func `many accounts from one address ends, and all of an IPv6 line is one address`() throws {
        let koi = try TestApp()
        try koi.addUser()
        for number in 0..<30 {
            _ = try koi.signIn("nobody\(number)@example.com", wrong, from: "2001:db8::\(String(number, radix: 16))")
        }
        #expect(try koi.signIn(from: "2001:db8::ffff").status == .unauthorized)
        #expect(try koi.signIn(from: "2001:db8:0:1::1").status == .created)
    }

    @Test func `may go on after a while`() throws {
        let koi = try TestApp()
        try koi.addUser()
        for _ in 0..<6 { _ = try koi.signIn("wang@example.com", wrong, from: "192.0.2.1") }
        #expect(try koi.signIn(from: "192.0.2.1").status == .unauthorized)
        koi.clock.advance(by: .seconds(60))
        #expect(try koi.signIn(from: "192.0.2.1").status == .created)
    }

    @Test func `from many places is remembered within bounds`() {
        let throttle = SignInThrottle()
        for number in 0..<150_000 { _ = throttle.take([.address(String(number))], at: 0) }
        for _ in 0..<29 { #expect(throttle.take([.address("a")], at: 0)) }
        #expect(throttle.remembered <= 100_001)
        #expect(throttle.take([.address("a")], at: 0))
        #expect(!throttle.take([.address("a")], at: 0))
    }
}

extension TestAnswer {
    var withoutRequestID: JSONValue {
        var object = json.objectValue ?? [:]
        object["requestId"] = nil
        return .object(object)
    }
}
