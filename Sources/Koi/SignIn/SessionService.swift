import KoiJSON
import KoiSQLite

/// Begins and ends sessions, with what follows: events, and that nobody is let in by one that has ended.
struct SessionService {
    private let transaction: Transaction
    private let store: SessionStore

    init(_ transaction: Transaction) {
        self.transaction = transaction
        store = SessionStore(transaction.connection)
    }

    /// Signs a user in who has shown everything that it takes.
    ///
    /// - Returns: 201 with the session and the user, which has the browser keep both cookies.
    /// - Throws: `Problem.signInFailed` where the user is not active any more.
    func begin(_ user: Int64, _ visit: Visit) throws -> Answer {
        let token = Session.prefix + Base64URL.encode(transaction.randomness.bytes(32))
        let devices = DeviceStore(transaction.connection)
        // Only what this user was given: another's token is known to that other.
        let known = try visit.deviceToken.flatMap { try devices.find($0, of: user) == nil ? nil : $0 }
        let deviceToken = known ?? DeviceStore.prefix + Base64URL.encode(transaction.randomness.bytes(32))
        // The first one is no news.
        let isNews = try known == nil && devices.hasSignedIn(user)
        let device = try devices.remember(deviceToken, of: user, at: transaction.now)
        guard
            let session = try store.insert(token, user: user, device: device, visit, at: transaction.now),
            let actor = try Actor.user(
                user,
                kind: .session,
                session: session.id,
                in: transaction.catalog,
                transaction.connection
            )
        else { throw Problem.signInFailed }
        for surplus in try store.surplus(of: user) { try end(surplus, of: user) }
        if isNews { try tell(user, session) }
        let payload: JSONObject = ["after": ["user": .integer(user), "address": .string(visit.address)]]
        let user = try transaction.acting(as: actor) { transaction in
            try transaction.note("session.created", EventSubject(resource: "sessions", id: session.id), payload)
            return try Me(transaction).document()
        }
        let body: JSONValue = ["session": session.json(current: session.id), "user": user]
        return .created(Array(body.text.utf8), at: "/v1/sessions/" + String(session.id)).settingCookies([
            Cookie.session.keeping(token, seconds: Session.lifetime / 1_000, isSecure: visit.isSecure),
            Cookie.device.keeping(deviceToken, seconds: DeviceStore.lifetime / 1_000, isSecure: visit.isSecure),
        ])
    }

    /// It may have been somebody else.
    private func tell(_ user: Int64, _ session: Session) throws {
        try transaction.notifications.add(
            to: user,
            .newSignIn,
            about: EventSubject(resource: "sessions", id: session.id),
            ["address": .string(session.address), "agent": .string(session.agent)],
            by: user
        )
    }

    func end(_ id: Int64, of user: Int64) throws {
        try store.end(id, at: transaction.now)
        try transaction.note(
            "session.ended",
            EventSubject(resource: "sessions", id: id),
            ["after": ["user": .integer(user)]]
        )
        let keys = transaction.catalog.keys
        transaction.whenCommitted { keys.forget() }
    }

    /// - Parameter kept: one that goes on.
    func endAll(of user: Int64, except kept: Int64? = nil) throws {
        for session in try store.list(of: user, at: transaction.now) where session.id != kept {
            try end(session.id, of: user)
        }
    }
}

extension Transaction {
    func note(_ type: String, _ subject: EventSubject, _ payload: JSONObject = [:]) throws {
        try events.append(Event(type: type, subject: subject, payload: payload), in: self)
    }

    /// Does a part of this in another actor's name.
    func acting<T>(as actor: Actor, _ work: (Transaction) throws -> T) throws -> T {
        let part = part(as: actor)
        let value = try work(part)
        for write in part.owed { owe(write) }
        absorb(part)
        return value
    }
}
