import KoiHTTP
import KoiJSON
import KoiSQLite

@testable import Koi

extension TestApp {
    static let password = "four wild koi swim"

    /// A user who has a password.
    @discardableResult
    func addUser(
        _ email: String = "wang@example.com",
        role: Int64 = 3,
        password: String = TestApp.password,
        cost: PasswordCost = .test
    ) throws -> Int64 {
        let made = try request(
            .post,
            "/v1/users",
            ["name": "王芳", "email": .string(email), "role": .integer(role)]
        )
        let id = made["id"].integerValue ?? 0
        try setPassword(password, of: id, cost: cost)
        return id
    }

    func setPassword(_ password: String, of user: Int64, cost: PasswordCost = .test) throws {
        let hash = try PasswordHash(of: password, salt: app.randomness.bytes(16), cost: cost)
        try app.perform { try CredentialStore($0.connection).set(hash, for: user, at: $0.now) }
    }

    /// Asks to sign in.
    func signIn(
        _ email: String = "wang@example.com",
        _ password: String = TestApp.password,
        code: String? = nil,
        cookies: String? = nil,
        from address: String = "127.0.0.1",
        fields: [(String, String)] = []
    ) throws -> TestAnswer {
        var body: JSONObject = ["email": .string(email), "password": .string(password)]
        if let code { body["code"] = .string(code) }
        return try request(
            .post,
            "/v1/sessions",
            .object(body),
            key: "",
            fields: fields + (cookies.map { [("Cookie", $0)] } ?? []),
            from: address
        )
    }

    /// A browser in which somebody has signed in.
    func browser(_ email: String = "wang@example.com", _ password: String = TestApp.password) throws -> TestBrowser {
        TestBrowser(self, try signIn(email, password))
    }
}

/// What a browser does with the cookies that it was given.
struct TestBrowser {
    private let koi: TestApp
    let answer: TestAnswer
    let session: String
    let device: String

    init(_ koi: TestApp, _ answer: TestAnswer) {
        self.koi = koi
        self.answer = answer
        session = answer.cookie("koi_session") ?? ""
        device = answer.cookie("koi_device") ?? ""
    }

    var cookies: String { "koi_session=\(session); koi_device=\(device)" }
    var id: Int64 { answer["session"]["id"].integerValue ?? 0 }

    @discardableResult
    func request(
        _ method: KoiHTTP.Method = .get,
        _ target: String,
        _ body: JSONValue? = nil,
        fields: [(String, String)] = [("Sec-Fetch-Site", "same-origin")]
    ) throws -> TestAnswer {
        try koi.request(method, target, body, key: "", fields: fields + [("Cookie", cookies)])
    }
}

extension TestAnswer {
    /// The value that a browser would keep.
    func cookie(_ name: String) -> String? {
        fields.values("Set-Cookie").first { $0.hasPrefix(name + "=") }?
            .split(separator: ";").first.map { String($0.dropFirst(name.count + 1)) }
    }
}
