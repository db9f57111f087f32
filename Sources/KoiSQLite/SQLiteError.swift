internal import CSQLite

/// What SQLite refused to do.
///
/// Carries the statement, never the values bound to it, so that it can go to a log.
package struct SQLiteError: Error, Equatable, CustomStringConvertible {
    /// The primary result code, such as `SQLITE_CONSTRAINT`.
    package let code: Int32
    /// The extended result code, such as `SQLITE_CONSTRAINT_UNIQUE`.
    package let extendedCode: Int32
    package let message: String
    package let sql: String?

    package init(extendedCode: Int32, message: String, sql: String? = nil) {
        self.code = extendedCode & 0xff
        self.extendedCode = extendedCode
        self.message = message
        self.sql = sql
    }

    package var isFull: Bool { code == SQLITE_FULL }
    package var isIOError: Bool { code == SQLITE_IOERR }
    /// A file could not be opened, such as for want of descriptors.
    package var isUnopened: Bool { code == SQLITE_CANTOPEN }
    package var isConstraint: Bool { code == SQLITE_CONSTRAINT }
    package var isBusy: Bool { code == SQLITE_BUSY || code == SQLITE_LOCKED }

    /// A read went over its budget or its time limit.
    package var isInterrupted: Bool { code == SQLITE_INTERRUPT }

    /// A `UNIQUE` or primary key constraint.
    package var isUniqueConstraint: Bool {
        extendedCode == SQLITE_CONSTRAINT | (8 << 8) || extendedCode == SQLITE_CONSTRAINT | (6 << 8)
    }

    /// A foreign key constraint, immediate or deferred.
    package var isForeignKeyConstraint: Bool { extendedCode == SQLITE_CONSTRAINT | (3 << 8) }

    /// The file itself is damaged or is no database.
    ///
    /// A damaged virtual table (`SQLITE_CORRUPT_VTAB`) is an index that can be built again, not a
    /// damaged file.
    package var isCorrupt: Bool {
        code == SQLITE_NOTADB
            || (code == SQLITE_CORRUPT && extendedCode != SQLITE_CORRUPT | (1 << 8))
    }

    package var description: String {
        let statement = sql.map { " in: \($0)" } ?? ""
        return "SQLite \(extendedCode): \(message)\(statement)"
    }
}

extension SQLiteError {
    /// The last error of a connection.
    ///
    /// With `hidesDetail`, for when values are bound, a plain `SQLITE_ERROR` gets its code's fixed
    /// sentence, because its own text may quote them (`fts5: syntax error near "…"`). Texts of other
    /// codes name only tables and columns.
    init(_ handle: OpaquePointer?, _ result: Int32, sql: String?, hidesDetail: Bool) {
        let code = result & 0xff
        let text: UnsafePointer<CChar>? =
            hidesDetail && code == SQLITE_ERROR ? sqlite3_errstr(result) : sqlite3_errmsg(handle)
        self.init(
            extendedCode: result,
            message: text.map { String(cString: $0) } ?? "unknown error",
            sql: sql
        )
    }

    static func misuse(_ message: String, sql: String? = nil) -> SQLiteError {
        SQLiteError(extendedCode: SQLITE_MISUSE, message: message, sql: sql)
    }

    static func interrupted(_ message: String) -> SQLiteError {
        SQLiteError(extendedCode: SQLITE_INTERRUPT, message: message)
    }
}
