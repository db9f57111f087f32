internal import CSQLite

extension Connection {
    /// Runs `body` with all of its effects or none: if it throws, what it did is undone.
    ///
    /// Nests. Outside a transaction it is one of its own.
    ///
    /// - Throws: `SQLiteError`, and what `body` throws.
    package func savepoint<T>(_ body: () throws -> T) throws -> T {
        try control(.savepoint)
        do {
            let value = try body()
            try control(.release)
            return value
        } catch {
            // A full disk or an I/O error may have undone the whole transaction already.
            if isInTransaction {
                try control(.rollbackTo)
                try control(.release)
            }
            throw error
        }
    }

    /// Runs `body` in a transaction that takes the write lock at once.
    ///
    /// - Throws: `SQLiteError`, also when a transaction is open already, and what `body` throws.
    package func transaction<T>(_ body: () throws -> T) throws -> T {
        try control(.beginImmediate)
        return try commitAfter(body)
    }

    /// Runs `body` on one snapshot of the database, whatever is written meanwhile.
    ///
    /// The snapshot is that of the first read in `body`.
    ///
    /// - Throws: `SQLiteError`, also when a transaction is open already, and what `body` throws.
    package func snapshot<T>(_ body: () throws -> T) throws -> T {
        try control(.begin)
        return try commitAfter(body)
    }

    func control(_ kind: TransactionStatements.Kind) throws {
        try transactions.run(kind, on: opened(sql: kind.sql))
    }

    private func commitAfter<T>(_ body: () throws -> T) throws -> T {
        do {
            let value = try body()
            liftLimit()
            try control(.commit)
            return value
        } catch {
            liftLimit()
            if isInTransaction { try control(.rollback) }
            throw error
        }
    }
}
