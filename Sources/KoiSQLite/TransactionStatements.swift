internal import CSQLite

/// The statements that open and close transactions: prepared once for a connection and held
/// outside the cache, as every request runs some of them.
final class TransactionStatements {
    enum Kind: Int, CaseIterable {
        case begin
        case beginImmediate
        case commit
        case rollback
        case savepoint
        case release
        case rollbackTo

        // Nested savepoints share a name: SQLite means the innermost one of it.
        var sql: String {
            switch self {
            case .begin: "BEGIN"
            case .beginImmediate: "BEGIN IMMEDIATE"
            case .commit: "COMMIT"
            case .rollback: "ROLLBACK"
            case .savepoint: "SAVEPOINT request"
            case .release: "RELEASE request"
            case .rollbackTo: "ROLLBACK TO request"
            }
        }
    }

    private var statements = [Statement?](repeating: nil, count: Kind.allCases.count)

    func run(_ kind: Kind, on handle: OpaquePointer) throws {
        let statement: Statement
        if let prepared = statements[kind.rawValue] {
            statement = prepared
        } else {
            statement = try Statement.prepare(kind.sql, on: handle)
            statements[kind.rawValue] = statement
        }
        let result = sqlite3_step(statement.handle)
        defer { sqlite3_reset(statement.handle) }
        guard result == SQLITE_DONE else {
            throw SQLiteError(handle, result, sql: kind.sql, hidesDetail: false)
        }
    }

    func removeAll() {
        for index in statements.indices { statements[index] = nil }
    }
}
