import KoiJSON
import KoiSQLite

/// Deletes the files of imports that have been kept long enough, every night, and what lies in their folder without an import.
enum ImportTrimming {
    private static let step: Int64 = 20
    private static let marks: Int64 = 500

    static let kind = JobKind("trimImports", recurrence: .daily(minute: 195)) { chunk in
        let transaction = chunk.transaction
        let store = ImportStore(transaction.connection)
        while chunk.hasTime {
            let expired = try store.holding(expiredBy: transaction.now, limit: step)
            let idle = expired.filter { !$0.isAtWork }
            for order in idle { try ImportRemoval(transaction).empty(order) }
            // What is still at work is looked at again tomorrow.
            for order in expired where order.isAtWork {
                try store.expire(order.id, at: transaction.now + 86_400_000)
            }
            chunk.done += Int64(idle.count)
            guard expired.isEmpty, try !TriedRows.trim(transaction.connection, limit: marks) else { continue }
            try removeStrays(transaction, store)
            return .done(["trimmed": .integer(chunk.done)])
        }
        return .more
    }

    /// Files of imports that were never written down, since Koi ended in between.
    private static func removeStrays(_ transaction: Transaction, _ store: ImportStore) throws {
        let known = try store.files()
        let folder = transaction.catalog.imports
        let strays = folder.names(olderThan: transaction.now - 3_600_000).filter { !known.contains($0) }
        transaction.whenCommitted { for name in strays { folder.remove(name) } }
    }
}
