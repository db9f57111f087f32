import KoiSQLite
import Logging

/// Where and when the people of the demo company act, each with their own rights, by the services that serve the API.
///
/// Of one group of moments, which are stored together.
final class DemoScene {
    let app: App
    let connection: Connection
    let salt: DemoSalt
    /// Milliseconds since 1970.
    var now: Int64
    private var transactions: [Transaction] = []

    init(_ app: App, _ connection: Connection, _ salt: DemoSalt, at now: Int64) {
        self.app = app
        self.connection = connection
        self.salt = salt
        self.now = now
    }

    /// What to do once all of it is on disk.
    var afterCommit: [@Sendable () -> Void] { transactions.flatMap(\.afterCommit) }

    /// Koi itself does something.
    func koi(at time: Int64? = nil) -> Transaction { transaction(.system, at: time) }

    /// Somebody of whom it does not matter what they may do.
    func anybody(_ user: Int64?) -> Transaction {
        transaction(Actor(kind: .system, user: user, access: .full))
    }

    /// Whoever follows a link, such as that of a form.
    func stranger() -> Transaction { transaction(Actor(kind: .link, user: nil, access: .full)) }

    /// Somebody who signed in; nil for who does not work here.
    func person(_ user: Int64) throws -> Transaction? {
        try Actor.user(user, kind: .session, in: app.catalog, connection).map { transaction($0) }
    }

    private func transaction(_ actor: Actor, at time: Int64? = nil) -> Transaction {
        let made = app.transaction(on: connection, as: actor, at: time ?? now, drawing: salt.randomness)
        transactions.append(made)
        return made
    }

    /// Does something that is left undone where Koi refuses it, as people have to.
    func tryTo(_ work: () throws -> Void) throws {
        let before = transactions.count
        do {
            try connection.savepoint(work)
        } catch let problem as Problem {
            transactions.removeSubrange(before...)
            app.logger.warning("demo: \(problem.code) \(problem.issues.map(\.field).joined(separator: " "))")
        }
    }
}
