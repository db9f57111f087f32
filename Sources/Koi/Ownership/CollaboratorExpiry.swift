import KoiJSON
import KoiSQLite

/// Clears away shares that have ended.
///
/// They count no more from the moment at which they end; this tells the log so, and takes them out of the search index.
enum CollaboratorExpiry {
    private static let hour: Int64 = 3_600_000

    static let kind = JobKind("expireCollaborators", recurrence: .every(hour)) { chunk in
        let transaction = chunk.transaction
        let before = chunk.done
        while chunk.hasTime {
            guard let ended = try next(transaction) else {
                if chunk.done > before { try transaction.renewAccess() }
                return .done(["expired": .integer(chunk.done)])
            }
            try clear(ended, in: transaction)
            chunk.done += 1
        }
        try transaction.renewAccess()
        return .more
    }

    private struct Ended {
        let resource: String
        let record: Int64
        let share: Collaborator
    }

    private static func next(_ transaction: Transaction) throws -> Ended? {
        try transaction.connection.first(
            """
            SELECT resource, record, "user", access, "expiresAt", "createdAt" FROM collaborators
            WHERE "expiresAt" IS NOT NULL AND "expiresAt" <= ? ORDER BY "expiresAt" LIMIT 1
            """,
            [.integer(transaction.now)]
        ) { row in
            Ended(
                resource: row.text(0),
                record: row.int(1),
                share: Collaborator(
                    user: row.int(2),
                    level: Collaborator.Level(rawValue: row.text(3)) ?? .read,
                    expiresAt: row.int(4),
                    createdAt: row.int(5)
                )
            )
        }
    }

    private static func clear(_ ended: Ended, in transaction: Transaction) throws {
        if let resource = transaction.catalog.resources[ended.resource] {
            return try CollaboratorService(resource, transaction).expire(ended.share, of: ended.record)
        }
        // Of a resource that this Koi does not have.
        try transaction.connection.run(
            "DELETE FROM collaborators WHERE resource = ? AND record = ? AND \"user\" = ?",
            [.text(ended.resource), .integer(ended.record), .integer(ended.share.user)]
        )
    }
}
