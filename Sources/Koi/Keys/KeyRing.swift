import KoiJSON
package import KoiSQLite
import Synchronization

/// The API keys: made once and shown once, kept as hashes, and remembered in memory once seen, so that the check of a
/// key that was used before costs no query.
package final class KeyRing: Sendable {
    /// The most keys that are remembered; beyond it all are forgotten and looked up anew.
    private static let maximumRemembered = 10_000

    private struct Memory {
        var actors: [String: Actor] = [:]
        /// Grows whenever all is forgotten.
        var generation = 0
    }

    private let memory = Mutex(Memory())

    package init() {}

    /// The actor behind a key; nil where there is no such key, it was revoked, or its user is not active.
    ///
    /// - Parameter reading: reads in a snapshot; not called for a key that is remembered.
    package func actor(
        for key: String,
        reading: ((Connection) throws -> Actor?) throws -> Actor?
    ) throws -> Actor? {
        try actor(for: key, find: { try reading { try find(key, $0) } })
    }

    /// What was found before a key or user changed is not remembered after it: it would never be forgotten.
    func actor(for key: String, find: () throws -> Actor?) throws -> Actor? {
        let (remembered, generation) = memory.withLock { ($0.actors[key], $0.generation) }
        if let remembered { return remembered }
        guard let actor = try find() else { return nil }
        memory.withLock { memory in
            guard memory.generation == generation else { return }
            if memory.actors.count >= KeyRing.maximumRemembered { memory.actors.removeAll() }
            memory.actors[key] = actor
        }
        return actor
    }

    /// Forgets what was remembered: after a key or user changed.
    package func forget() {
        memory.withLock { memory in
            memory.actors.removeAll()
            memory.generation += 1
        }
    }

    private func find(_ key: String, _ connection: Connection) throws -> Actor? {
        guard key.hasPrefix(APIKey.prefix), key.utf8.count <= 200 else { return nil }
        let sql = """
            SELECT k.id, u.id, u."timeZone" FROM keys AS k JOIN users AS u ON u.id = k."user"
            WHERE k.hash = ? AND k."revokedAt" IS NULL AND u.active = 1
            """
        return try connection.first(sql, [.blob(APIKey.hash(key))]) { row in
            Actor(kind: .key, user: row.int(1), key: row.int(0), timeZone: row.text(2))
        }
    }
}

/// One API key: `koi_` and 32 random bytes in URL-safe Base64.
package enum APIKey {
    static let prefix = "koi_"

    /// A key's 256 random bits need no slow hash: there is nothing to guess.
    static func hash(_ key: String) -> [UInt8] {
        Digest.sha256(Array(key.utf8))
    }

    /// Makes a key for a user and returns it; it cannot be shown again.
    ///
    /// - Throws: `Problem.notFound` where there is no such user.
    package static func create(
        name: String,
        user: Int64,
        in transaction: Transaction
    ) throws -> String {
        let exists = try transaction.connection.first(
            "SELECT 1 FROM users WHERE id = ? AND active = 1",
            [.integer(user)]
        ) { _ in true }
        guard exists != nil else { throw Problem.notFound(User.resource.label) }
        let key = prefix + Base64URL.encode(transaction.randomness.bytes(32))
        try transaction.connection.run(
            "INSERT INTO keys (name, \"user\", hash, \"createdAt\") VALUES (?, ?, ?, ?)",
            [.text(name), .integer(user), .blob(hash(key)), .integer(transaction.now)]
        )
        try transaction.events.append(
            Event(
                type: "key.created",
                subject: EventSubject(
                    resource: "keys",
                    id: transaction.connection.lastInsertedID
                ),
                payload: ["after": ["name": .string(name), "user": .integer(user)]]
            ),
            in: transaction
        )
        return key
    }
}
