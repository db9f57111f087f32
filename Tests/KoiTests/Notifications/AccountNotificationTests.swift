import KoiHTTP
import KoiJSON
import Testing

@testable import Koi

struct `Somebody with a password` {
    @Test func `is told of a sign-in from a device that was not seen before, and of no other`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        _ = try koi.signIn(cookies: "koi_device=\(browser.device)")
        #expect(try browser.request(.get, "/v1/notifications").items.isEmpty)
        _ = try koi.signIn(from: "192.0.2.7", fields: [("User-Agent", "Otter/1.0")])
        let items = try browser.request(.get, "/v1/notifications").items
        #expect(items.map { $0["kind"] } == ["newSignIn"])
        #expect(items.first?["text"].stringValue?.contains("Otter/1.0, 192.0.2.7") == true)
    }

    @Test func `is told when it is changed`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        let body: JSONValue = ["current": .string(TestApp.password), "new": "seven calm koi sleep"]
        #expect(try browser.request(.put, "/v1/me/password", body).status == .noContent)
        let items = try browser.request(.get, "/v1/notifications").items
        #expect(items.map { $0["kind"] } == ["passwordChanged"])
        #expect(items.first?["text"].stringValue?.hasPrefix("Your password was changed.") == true)
    }
}
