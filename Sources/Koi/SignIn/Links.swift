import KoiJSON
import KoiSQLite

/// The links: a random token each, of which only the hash is kept.
package struct Links {
    static let prefix = "kol_"

    private let transaction: Transaction

    package init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Makes a link and returns its token, which cannot be shown again.
    ///
    /// - Parameters:
    ///   - uses: how often it can be used.
    ///   - isLogged: whether it is an event of its own; not for one that goes with something that is.
    package func make(
        _ purpose: LinkPurpose,
        subject: EventSubject? = nil,
        user: Int64? = nil,
        uses: Int64 = 1,
        isLogged: Bool = true
    ) throws -> String {
        let token = Links.prefix + Base64URL.encode(transaction.randomness.bytes(32))
        let id = try transaction.connection.first(
            """
            INSERT INTO links (hash, purpose, resource, record, "user", "createdAt", "expiresAt", "usesLeft")
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            RETURNING id
            """,
            [
                .blob(Links.hash(token)), .text(purpose.rawValue), SQLValue(subject?.resource), SQLValue(subject?.id),
                SQLValue(user), .integer(transaction.now), .integer(transaction.now + purpose.lifetime), .integer(uses),
            ]
        ) { $0.int(0) }
        guard isLogged else { return token }
        try transaction.note(
            "link.created",
            EventSubject(resource: "links", id: id ?? 0),
            ["after": ["purpose": .string(purpose.rawValue), "user": user.map(JSONValue.integer) ?? .null]]
        )
        return token
    }

    /// What a token stands for; nil where it is none, or was spent, revoked or has expired.
    package func find(_ token: String) throws -> Link? {
        guard token.hasPrefix(Links.prefix), token.utf8.count <= 100 else { return nil }
        let sql = """
            SELECT id, purpose, resource, record, "user", "expiresAt" FROM links
            WHERE hash = ? AND "revokedAt" IS NULL AND "usesLeft" > 0 AND "expiresAt" > ?
            """
        return try transaction.connection.first(sql, [.blob(Links.hash(token)), .integer(transaction.now)]) { row in
            LinkPurpose(rawValue: row.text(1)).map { purpose in
                Link(
                    id: row.int(0),
                    purpose: purpose,
                    subject: row.textOrNil(2).map { EventSubject(resource: $0, id: row.int(3)) },
                    user: row.intOrNil(4),
                    expiresAt: row.int(5)
                )
            }
        } ?? nil
    }

    /// Uses a link once.
    package func spend(_ link: Link) throws {
        try transaction.connection.run(
            "UPDATE links SET \"usesLeft\" = \"usesLeft\" - 1 WHERE id = ? AND \"usesLeft\" > 0",
            [.integer(link.id)]
        )
    }

    /// Revokes what lets a user in.
    package func revokeAll(for user: Int64) throws {
        try transaction.connection.run(
            """
            UPDATE links SET "revokedAt" = ?
            WHERE "user" = ? AND purpose IN ('invitation', 'password_reset') AND "revokedAt" IS NULL
            """,
            [.integer(transaction.now), .integer(user)]
        )
    }

    /// Revokes those of one purpose that are for a user.
    func revokeAll(_ purpose: LinkPurpose, for user: Int64) throws {
        try transaction.connection.run(
            "UPDATE links SET \"revokedAt\" = ? WHERE \"user\" = ? AND purpose = ? AND \"revokedAt\" IS NULL",
            [.integer(transaction.now), .integer(user), .text(purpose.rawValue)]
        )
    }

    /// Revokes those of one purpose that are about a record.
    func revokeAll(_ purpose: LinkPurpose, of subject: EventSubject) throws {
        try transaction.connection.run(
            """
            UPDATE links SET "revokedAt" = ? WHERE resource = ? AND record = ? AND purpose = ? AND "revokedAt" IS NULL
            """,
            [
                .integer(transaction.now), .text(subject.resource), .integer(subject.id), .text(purpose.rawValue),
            ]
        )
    }

    /// Revokes all of one purpose.
    package func revokeAll(_ purpose: LinkPurpose) throws {
        try transaction.connection.run(
            "UPDATE links SET \"revokedAt\" = ? WHERE purpose = ? AND \"revokedAt\" IS NULL",
            [.integer(transaction.now), .text(purpose.rawValue)]
        )
    }

    /// A token's 256 random bits need no slow hash: there is nothing to guess.
    private static func hash(_ token: String) -> [UInt8] {
        Digest.sha256(Array(token.utf8))
    }
}
