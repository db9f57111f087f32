import Dispatch
import KoiJSON
import KoiSQLite

/// One attempt to sign in with a password.
///
/// Whatever is wrong with it, it is refused in the same words and after the same time; only who has shown the right
/// password learns that a second factor is missing.
struct SignInAttempt: Sendable {
    private let app: App
    private let email: String
    private let password: String
    private let code: String?
    private let visit: Visit
    private let start = DispatchTime.now()

    /// - Throws: `Problem.invalid` where the body has not what it takes.
    init(_ call: Call, _ app: App) throws {
        var form = try Form(call.object())
        email = form.text("email", max: 254).lowercased()
        password = form.secret("password")
        code = form.optionalText("code", max: 100)
        try form.finish()
        visit = Visit(call.request, app)
        self.app = app
    }

    /// On the loop.
    func answer(_ reply: @escaping Route.Reply) throws {
        let account = try app.database.read(on: visit.loop) { try Account.find(email, visit, $0) }
        let buckets = account.buckets(email, visit)
        guard app.signIn.throttle.take(buckets, at: app.clock.now()) else { return refuse(account, reply) }
        do {
            try app.signIn.passwords.submit(isKnown: account.device != nil, from: visit.place) {
                self.decide(account, buckets, reply)
            }
        } catch {
            app.signIn.throttle.giveBack(buckets, at: app.clock.now())
            throw error
        }
    }

    /// On a queue for passwords.
    private func decide(
        _ account: Account,
        _ buckets: [SignInThrottle.Bucket],
        _ reply: @escaping Route.Reply
    ) {
        do {
            let answer = try signedIn(account)
            app.signIn.throttle.giveBack(buckets, at: app.clock.now())
            reply(.success(answer))
        } catch let problem as Problem where problem.code == Problem.signInFailed.code {
            refuse(account, reply)
        } catch {
            // The password was right, or nobody knows whether it was.
            app.signIn.throttle.giveBack(buckets, at: app.clock.now())
            reply(.failure(error))
        }
    }

    private func signedIn(_ account: Account) throws -> Answer {
        let passwords = app.signIn.passwords
        guard try passwords.matches(password, account.hash), let user = account.user, let hash = account.hash else {
            throw Problem.signInFailed
        }
        let renewed = hash.cost == passwords.cost ? nil : try passwords.hash(password)
        return try app.perform(request: visit.request) { transaction in
            let credentials = CredentialStore(transaction.connection)
            // It may have been changed while this one was compared.
            guard try credentials.find(user) == hash else { throw Problem.signInFailed }
            guard try SecondFactor(of: user, transaction).allows(code) else { throw Problem.signInFailed }
            if let renewed { try credentials.renew(renewed, for: user) }
            return try SessionService(transaction).begin(user, visit)
        }
    }

    private func refuse(_ account: Account, _ reply: @escaping Route.Reply) {
        app.ledger.note(.failedSignIn(account: account.name, address: visit.address))
        app.signIn.passwords.refuse(since: start) { reply(.failure(Problem.signInFailed)) }
    }
}
