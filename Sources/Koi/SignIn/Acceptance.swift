import KoiHTTP
import KoiJSON
import KoiSQLite

/// What somebody does with a link who chooses a password: it is set, and signs in.
struct Acceptance: Sendable {
    private let app: App
    private let token: String
    private let password: String
    private let name: String?
    private let email: String?
    private let code: String?
    private let language: Language
    private let visit: Visit

    /// - Throws: `Problem.invalid` where the body has not what it takes.
    init(_ call: Call, _ app: App) throws {
        var form = try Form(call.object())
        token = form.text("token", max: 100)
        password = form.secret("password")
        name = form.optionalText("name", max: 200)
        email = form.optionalText("email", max: 254)
        code = form.optionalText("code", max: 100)
        try form.finish()
        language = call.language
        visit = Visit(call.request, app)
        self.app = app
    }

    /// On the loop.
    func answer(_ reply: @escaping Route.Reply) throws {
        // Whoever has no link makes nobody hash anything.
        let owner = try app.database.read(on: visit.loop) { connection in
            try self.owner(app.transaction(on: connection, as: .system, request: visit.request))
        }
        try PasswordRules.check(password, field: "password", owner: owner)
        // Codes can be guessed by whoever has the link.
        let tries = [SignInThrottle.Bucket.pair(account: "link " + token, address: "")]
        guard app.signIn.throttle.take(tries, at: app.clock.now()) else { throw Problem.tooMany(retryAfter: 60) }
        try app.signIn.passwords.submit(isKnown: false, from: visit.place) {
            reply(Result { try self.accepted() })
        }
    }

    /// Name and address of whoever will sign in.
    private func owner(_ transaction: Transaction) throws -> [String?] {
        let found = try Invitations(transaction).find(token)
        if let user = found.user {
            let given = [("name", name), ("email", email)].filter { $0.1 != nil }
            guard given.isEmpty else { throw Problem.invalid(given.map { Acceptance.fixed.issue(field: $0.0) }) }
            return [user.name, user.email]
        }
        let missing = [("name", name), ("email", email)].filter { $0.1 == nil }
        guard missing.isEmpty else { throw Problem.invalid(missing.map { ValueRefusal.required.issue(field: $0.0) }) }
        return [name, email]
    }

    private func accepted() throws -> Answer {
        let hash = try app.signIn.passwords.hash(password)
        return try app.perform(request: visit.request) { transaction in
            let link = try Invitations(transaction).find(token).link
            let user = try link.user ?? appointed(transaction)
            guard try SecondFactor(of: user, transaction).allows(code) else { throw SecondFactor.wrongCode }
            try Links(transaction).spend(link)
            let actor = try Actor.user(user, kind: .link, in: transaction.catalog, transaction.connection)
            guard let actor else { throw Problem.linkInvalid }
            try transaction.acting(as: actor) { try NewPassword($0).set(hash, of: user) }
            return try SessionService(transaction).begin(user, visit)
        }
    }

    private func appointed(_ transaction: Transaction) throws -> Int64 {
        try FirstAdministrator.appoint(name: name ?? "", email: email ?? "", language, in: transaction)
    }

    private static let fixed = ValueRefusal(
        "fixed",
        "Leave this out: the link is for a user who has it already.",
        "请勿填写：该链接对应的用户已有此信息。"
    )
}
