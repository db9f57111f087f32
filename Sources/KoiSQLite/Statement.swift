internal import CSQLite

/// A prepared statement of one connection.
@usableFromInline
final class Statement {
    @usableFromInline let handle: OpaquePointer
    @usableFromInline let sql: String
    @usableFromInline let isReadOnly: Bool
    let parameterCount: Int
    /// Set while a caller steps through it; the same text asked for meanwhile gets another one.
    var isInUse = false
    /// When the cache last gave it out, on the cache's own clock.
    var lastUse: UInt64 = 0

    private init(_ handle: OpaquePointer, sql: String) {
        self.handle = handle
        self.sql = sql
        isReadOnly = sqlite3_stmt_readonly(handle) != 0
        parameterCount = Int(sqlite3_bind_parameter_count(handle))
    }

    deinit {
        sqlite3_finalize(handle)
    }

    /// Prepares exactly one statement.
    ///
    /// - Throws: `SQLiteError` for SQL that SQLite refuses, for none, and for more than one,
    ///   whose rest would otherwise be dropped in silence.
    static func prepare(_ sql: String, on connection: OpaquePointer) throws -> Statement {
        var text = sql
        return try text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            guard let handle = try next(&rest, on: connection, sql: sql) else {
                throw SQLiteError.misuse("no statement", sql: sql)
            }
            let statement = Statement(handle, sql: sql)
            if let second = try next(&rest, on: connection, sql: sql) {
                sqlite3_finalize(second)
                throw SQLiteError.misuse("more than one statement", sql: sql)
            }
            return statement
        }
    }

    /// Prepares the first statement of `rest` and moves `rest` behind it; nil when only white
    /// space and comments are left.
    static func next(
        _ rest: inout UnsafeRawBufferPointer,
        on connection: OpaquePointer,
        sql: String
    ) throws -> OpaquePointer? {
        while !rest.isEmpty {
            guard let count = Int32(exactly: rest.count) else {
                throw SQLiteError.misuse("statement too long")
            }
            let start = rest.baseAddress?.assumingMemoryBound(to: CChar.self)
            var handle: OpaquePointer?
            var tail: UnsafePointer<CChar>?
            let result = sqlite3_prepare_v3(
                connection,
                start,
                count,
                UInt32(SQLITE_PREPARE_PERSISTENT),
                &handle,
                &tail
            )
            guard result == SQLITE_OK else {
                throw SQLiteError(connection, result, sql: sql, hidesDetail: false)
            }
            let used = start.flatMap { start in tail.map { $0 - start } } ?? rest.count
            rest = UnsafeRawBufferPointer(rebasing: rest[used...])
            if let handle { return handle }
            // Nothing was prepared and nothing was read: a NUL, at which SQLite stops.
            guard used > 0 else { throw SQLiteError.misuse("NUL in a statement", sql: sql) }
        }
        return nil
    }

    func bind(_ values: [SQLValue], on connection: OpaquePointer) throws {
        guard values.count == parameterCount else {
            throw SQLiteError(
                extendedCode: SQLITE_RANGE,
                message: "\(parameterCount) parameters, \(values.count) values",
                sql: sql
            )
        }
        var index: Int32 = 0
        for value in values {
            index += 1
            let result = bind(value, at: index)
            guard result == SQLITE_OK else {
                throw SQLiteError(connection, result, sql: sql, hidesDetail: true)
            }
        }
    }

    private func bind(_ value: SQLValue, at index: Int32) -> Int32 {
        switch value {
        case .null: return sqlite3_bind_null(handle, index)
        case .integer(let integer): return sqlite3_bind_int64(handle, index, integer)
        case .real(let real): return sqlite3_bind_double(handle, index, real)
        case .text(var text):
            return text.withUTF8 { bytes in
                bytes.withMemoryRebound(to: CChar.self) { bytes in
                    // Without an address SQLite would bind NULL in place of an empty text.
                    guard let start = bytes.baseAddress else {
                        return csqlite_bind_text(handle, index, "", 0)
                    }
                    return csqlite_bind_text(handle, index, start, UInt64(bytes.count))
                }
            }
        case .blob(let blob):
            guard !blob.isEmpty else { return sqlite3_bind_zeroblob(handle, index, 0) }
            return blob.withUnsafeBytes {
                csqlite_bind_blob(handle, index, $0.baseAddress, UInt64($0.count))
            }
        }
    }

    /// Ends the run: locks and bound values are let go.
    func reset() {
        // The error that this returns is that of the last step, which has been thrown already.
        sqlite3_reset(handle)
        if parameterCount > 0 { sqlite3_clear_bindings(handle) }
        isInUse = false
    }
}
