import KoiHTTP
import KoiJSON
import KoiSQLite
import Testing

@testable import Koi

struct `A second factor` {
    /// RFC 6238, appendix B, of which six digits are shown.
    @Test(arguments: [
        (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
        (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
    func `has the codes of RFC 6238`(seconds: Int64, code: String) {
        let secret = Array("12345678901234567890".utf8)
        #expect(TimeCode.code(secret, step: seconds / 30) == code)
        #expect(TimeCode.step(of: code, secret, at: seconds * 1_000, after: 0) == seconds / 30)
        #expect(TimeCode.step(of: code, secret, at: (seconds + 30) * 1_000, after: 0) == seconds / 30)
        #expect(TimeCode.step(of: code, secret, at: (seconds + 60) * 1_000, after: 0) == nil)
        #expect(TimeCode.step(of: code, secret, at: seconds * 1_000, after: seconds / 30) == nil)
    }

    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("foobar", "MZXW6YTBOI"),
    ])
    func `is told in Base32`(text: String, encoded: String) {
        #expect(Base32.encode(Array(text.utf8)) == encoded)
    }

    @Test func `is asked for once a code was shown, and not before`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        let made = try browser.request(.post, "/v1/me/second-factor", ["password": .string(TestApp.password)])
        #expect(made.status == .created)
        let secret = try #require(made["secret"].stringValue)
        #expect(
            made["uri"]
                == .string(
                    "otpauth://totp/Koi:wang%40example%2Ecom?secret=\(secret)&issuer=Koi&algorithm=SHA1&digits=6&period=30"
                )
        )
        #expect(try koi.signIn().status == .created)
        let wrong = try browser.request(.put, "/v1/me/second-factor", ["code": "12345"])
        #expect(wrong["errors"].arrayValue?.first?["code"] == "wrong_code")
        let codes = try browser.request(.put, "/v1/me/second-factor", ["code": .string(koi.code(secret))])
        #expect(codes["recoveryCodes"].arrayValue?.count == 10)
        #expect(try browser.request(.get, "/v1/me")["secondFactor"] == true)
        #expect(try koi.signIn().code == "second_factor_required")
        #expect(try koi.signIn("wang@example.com", "wrong password").code == "sign_in_failed")
        #expect(try koi.eventTypes().suffix(2) == ["session.created", "second_factor.enabled"])
    }

    @Test func `takes each code once`() throws {
        let koi = try TestApp()
        let secret = try koi.addSecondFactor()
        // The code that was confirmed is spent.
        #expect(try koi.signIn(code: koi.code(secret)).code == "sign_in_failed")
        koi.clock.advance(by: .seconds(30))
        #expect(try koi.signIn(code: koi.code(secret)).status == .created)
        #expect(try koi.signIn(code: koi.code(secret)).code == "sign_in_failed")
        koi.clock.advance(by: .seconds(60))
        #expect(try koi.signIn(code: " " + koi.code(secret)).status == .created)
        #expect(try koi.signIn("wang@example.com", "wrong password", code: "123456").code == "sign_in_failed")
    }

    @Test func `counts wrong codes as wrong passwords`() throws {
        let koi = try TestApp()
        let secret = try koi.addSecondFactor()
        func signIn(_ code: String) throws -> TestAnswer { try koi.signIn(code: code, from: "192.0.2.1") }
        for number in 0..<5 { _ = try signIn("00000\(number)") }
        koi.clock.advance(by: .seconds(30))
        #expect(try signIn(koi.code(secret)).code == "sign_in_failed")
        koi.clock.advance(by: .seconds(60))
        #expect(try signIn(koi.code(secret)).status == .created)
    }

    @Test func `is replaced by each recovery code once`() throws {
        let koi = try TestApp()
        var codes: [String] = []
        _ = try koi.addSecondFactor { codes = $0 }
        #expect(Set(codes).count == 10)
        #expect(try koi.signIn(code: codes[0]).status == .created)
        #expect(try koi.signIn(code: codes[0]).code == "sign_in_failed")
        #expect(try koi.signIn(code: codes[1].uppercased().replacing("-", with: " ")).status == .created)
    }

    @Test func `is removed with the password only`() throws {
        let koi = try TestApp()
        var codes: [String] = []
        _ = try koi.addSecondFactor { codes = $0 }
        let browser = TestBrowser(koi, try koi.signIn(code: codes[0]))
        let again = try browser.request(.post, "/v1/me/second-factor", ["password": .string(TestApp.password)])
        #expect(again.code == "second_factor_active")
        let wrong = try browser.request(.delete, "/v1/me/second-factor", ["password": "wrong password"])
        #expect(wrong["errors"].arrayValue?.first?["code"] == "wrong_password")
        let right = try browser.request(.delete, "/v1/me/second-factor", ["password": .string(TestApp.password)])
        #expect(right.status == .noContent)
        #expect(try koi.signIn().status == .created)
        #expect(try koi.signIn(code: codes[1]).status == .created)
        #expect(try koi.events(of: "accounts").map(\.type) == ["second_factor.enabled", "second_factor.disabled"])
        let told = try browser.request(.get, "/v1/notifications").items
        #expect(told.contains { $0["kind"] == "secondFactorRemoved" })
    }

    @Test func `is begun with the password only`() throws {
        let koi = try TestApp()
        try koi.addUser()
        let browser = try koi.browser()
        #expect(try browser.request(.post, "/v1/me/second-factor", [:]).status == .unprocessableContent)
        let wrong = try browser.request(.post, "/v1/me/second-factor", ["password": "wrong password"])
        #expect(wrong["errors"].arrayValue?.first?["code"] == "wrong_password")
        #expect(try browser.request(.put, "/v1/me/second-factor", ["code": "123456"]).code == "second_factor_not_begun")
    }

    @Test func `lies sealed in the database`() throws {
        let koi = try TestApp()
        _ = try koi.addSecondFactor()
        let stored = try koi.app.perform { transaction in
            try transaction.connection.first("SELECT secret FROM second_factors") { $0.blob(0) } ?? []
        }
        #expect(stored.count > TimeCode.secretLength + 16)
        #expect(try koi.app.secrets.open(stored, at: "second_factors/2").count == TimeCode.secretLength)
        #expect(throws: Problem.self) { try koi.app.secrets.open(stored, at: "second_factors/3") }
    }

    @Test func `takes a person and no key`() throws {
        let koi = try TestApp()
        #expect(
            try koi.request(.post, "/v1/me/second-factor", ["password": .string(TestApp.password)]).code
                == "session_required"
        )
        #expect(try koi.request(.put, "/v1/me/second-factor", ["code": "123456"]).code == "session_required")
        #expect(try koi.request(.delete, "/v1/me/second-factor", ["password": "a"]).code == "session_required")
    }
}

extension TestApp {
    /// The code that an authenticator app shows at this moment.
    func code(_ secret: String) -> String {
        TimeCode.code(TestApp.decoded(secret), step: clock.now / 30_000)
    }

    /// Adds a user with a second factor and returns its secret; signs nobody out.
    func addSecondFactor(_ tell: ([String]) -> Void = { _ in }) throws -> String {
        try addUser()
        let browser = try browser()
        let secret =
            try browser.request(.post, "/v1/me/second-factor", ["password": .string(TestApp.password)])["secret"]
            .stringValue ?? ""
        let codes = try browser.request(.put, "/v1/me/second-factor", ["code": .string(code(secret))])["recoveryCodes"]
        tell((codes.arrayValue ?? []).compactMap(\.stringValue))
        return secret
    }

    private static func decoded(_ base32: String) -> [UInt8] {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
        var bytes: [UInt8] = []
        var (held, bits) = (0, 0)
        for letter in base32 {
            held = (held << 5 | (letters.firstIndex(of: letter) ?? 0)) & 0xFFFF
            bits += 5
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(held >> bits & 0xFF))
        }
        return bytes
    }
}
