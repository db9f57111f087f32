import KoiHTTP
import KoiJSON
import KoiSQLite

/// What somebody does who is signed in and shows the password once more, since a session may be another's: a browser that
/// was left open.
struct OwnPassword: Sendable {
    private let app: App
    private let actor: Actor
    private let user: Int64
    private let session: Int64
    private let request: String
    private let hash: PasswordHash?
    private let name: String
    private let email: String?

    /// - Throws: `Problem` 403 where the actor is not a person who has signed in.
    init(_ call: Call, _ app: App) throws {
        self.app = app
        actor = call.actor
        (user, session) = try actor.requireSession()
        request = call.request.id
        let id = user
        (hash, name, email) = try app.database.read(on: call.request.loop) { connection in
            let row = try connection.first("SELECT name, email FROM users WHERE id = ?", [.integer(id)]) {
                ($0.text(0), $0.textOrNil(1))
            }
            return (try CredentialStore(connection).find(id), row?.0 ?? "", row?.1)
        }
    }

    /// - Throws: `Problem.invalid` where a password is none that this user should take.
    func requireGood(_ password: String, field: String) throws {
        try PasswordRules.check(password, field: field, owner: [name, email])
    }

    /// Answers with what `work` makes once the password was found right.
    ///
    /// - Parameter work: runs on a queue for passwords.
    /// - Throws: `Problem` 429 where it was tried too often.
    func confirm(
        _ password: String,
        field: String,
        _ reply: @escaping Route.Reply,
        _ work: @escaping @Sendable () throws -> Answer
    ) throws {
        let buckets = [SignInThrottle.Bucket.device(account: "user " + String(user), device: 0)]
        guard app.signIn.throttle.take(buckets, at: app.clock.now()) else { throw Problem.tooMany(retryAfter: 30) }
        try app.signIn.passwords.submit(isKnown: true) {
            reply(
                Result {
                    guard try app.signIn.passwords.matches(password, hash) else { throw OwnPassword.wrong(field) }
                    app.signIn.throttle.giveBack(buckets, at: app.clock.now())
                    return try work()
                }
            )
        }
    }

    /// Sets another password, and ends whatever somebody may have begun who knew the one before.
    func change(to password: String) throws -> Answer {
        let new = try app.signIn.passwords.hash(password)
        return try perform { transaction in
            try NewPassword(transaction).set(new, of: user, keeping: session)
            return .noContent
        }
    }

    /// - Returns: the secret, and the same as authenticator apps read it.
    func beginSecondFactor() throws -> Answer {
        try perform { transaction in
            let secret = try SecondFactor(of: user, transaction).begin()
            let body: JSONValue = [
                "secret": .string(secret),
                "uri": .string(SecondFactor.address(of: secret, for: email ?? "")),
            ]
            return .created(Array(body.text.utf8), at: "/v1/me/second-factor")
        }
    }

    func removeSecondFactor() throws -> Answer {
        try perform { transaction in
            try SecondFactor(of: user, transaction).remove()
            return .noContent
        }
    }

    /// The session may have ended and the password changed while this one was compared.
    private func perform(_ work: @escaping @Sendable (Transaction) throws -> Answer) throws -> Answer {
        try app.perform(as: actor, request: request) { transaction in
            guard try SessionStore(transaction.connection).find(session, at: transaction.now) != nil,
                try CredentialStore(transaction.connection).find(user) == hash
            else {
                throw Problem(
                    .unauthorized,
                    "unauthorized",
                    Text("The session has ended. Sign in again.", "会话已结束，请重新登录。")
                )
            }
            return try work(transaction)
        }
    }

    private static func wrong(_ field: String) -> Problem {
        let refusal = ValueRefusal("wrong_password", "This is not your password.", "密码不正确。")
        return Problem.invalid([refusal.issue(field: field)])
    }
}

/// Gives a user a password.
struct NewPassword {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Ends all sessions but one, forgets all devices but its own and revokes the link to the calendar: somebody may have used
    /// them who knew the password before.
    ///
    /// - Parameter session: the one that goes on.
    func set(_ hash: PasswordHash, of user: Int64, keeping session: Int64? = nil) throws {
        let credentials = CredentialStore(transaction.connection)
        let isChange = try credentials.find(user) != nil
        try credentials.set(hash, for: user, at: transaction.now)
        try SessionService(transaction).endAll(of: user, except: session)
        try DeviceStore(transaction.connection).forgetAll(of: user, except: session)
        try Links(transaction).revokeAll(for: user)
        try Links(transaction).revokeAll(.calendar, for: user)
        try transaction.note("user.password_changed", .account(of: user))
        let subject = EventSubject(resource: User.resource.name, id: user)
        if isChange { try transaction.notifications.add(to: user, .passwordChanged, about: subject) }
    }
}
