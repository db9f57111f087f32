import KoiJSON
import KoiSQLite

/// Somebody who has signed in with a browser, until they sign out or stay away for long.
struct Session: Sendable {
    static let prefix = "kos_"
    /// In milliseconds: when it ends however much it is used.
    static let lifetime: Int64 = 30 * 86_400_000
    /// When it ends without having been used.
    static let idleTime: Int64 = 7 * 86_400_000

    let id: Int64
    let user: Int64
    let createdAt: Int64
    let lastUsedAt: Int64
    let expiresAt: Int64
    let address: String
    let agent: String

    /// When it ends, unless it is used before.
    var endsAt: Int64 { min(expiresAt, lastUsedAt + Session.idleTime) }

    /// A token's 256 random bits need no slow hash: there is nothing to guess.
    static func hash(_ token: String) -> [UInt8] {
        Digest.sha256(Array(token.utf8))
    }

    /// What the token of a session stands for; nil where there is no such session, or its user is not active.
    static func credential(_ token: String, in catalog: Catalog, _ connection: Connection) throws -> Credential? {
        guard token.utf8.count <= 100, let session = try SessionStore(connection).find(token),
            let actor = try Actor.user(
                session.user,
                kind: .session,
                session: session.id,
                in: catalog,
                connection
            )
        else { return nil }
        return Credential(actor: actor, expiresAt: session.endsAt)
    }

    /// - Parameter current: the session that asks.
    func json(current: Int64?) -> JSONValue {
        [
            "id": .integer(id),
            "user": .integer(user),
            "createdAt": .string(Timestamp.text(createdAt)),
            "lastUsedAt": .string(Timestamp.text(lastUsedAt)),
            "expiresAt": .string(Timestamp.text(endsAt)),
            "address": .string(address),
            "agent": .string(agent),
            "current": .bool(id == current),
        ]
    }
}
