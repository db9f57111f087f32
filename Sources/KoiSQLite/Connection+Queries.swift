internal import CSQLite

extension Connection {
    /// Runs several statements one after the other, without values.
    ///
    /// - Throws: `SQLiteError`; what ran before the failing statement stays done.
    package func execute(_ script: String) throws {
        let handle = try opened()
        recorder?(script, [])
        var text = script
        try text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let statement = try Statement.next(&rest, on: handle, sql: script) {
                defer { sqlite3_finalize(statement) }
                var result: Int32
                repeat { result = sqlite3_step(statement) } while result == SQLITE_ROW
                guard result == SQLITE_DONE else {
                    throw SQLiteError(handle, result, sql: script, hidesDetail: false)
                }
            }
        }
    }

    /// Runs one statement to its end.
    ///
    /// - Returns: how many rows it inserted, changed or deleted itself (not through triggers).
    /// - Throws: `SQLiteError`
    @discardableResult
    package func run(_ sql: String, _ values: [SQLValue] = []) throws -> Int {
        let statement = try begin(sql, values)
        defer { end(statement) }
        // A statement that changes no rows at all (CREATE, PRAGMA) leaves the last count standing.
        let before = sqlite3_total_changes64(handle)
        while try step(statement) {}
        return before == sqlite3_total_changes64(handle) ? 0 : Int(sqlite3_changes64(handle))
    }

    /// Calls `row` with each row of the result.
    ///
    /// The same SQL may be used again inside `row`.
    /// - Throws: `SQLiteError`, and what `row` throws.
    @inlinable
    package func query(
        _ sql: String,
        _ values: [SQLValue] = [],
        _ row: (Row) throws -> Void
    ) throws {
        let statement = try begin(sql, values)
        defer { end(statement) }
        while try step(statement) {
            try row(Row(statement.handle))
        }
    }

    /// Calls `row` with each row of the result until it returns false.
    ///
    /// - Throws: `SQLiteError`, and what `row` throws.
    @inlinable
    package func each(
        _ sql: String,
        _ values: [SQLValue] = [],
        _ row: (Row) throws -> Bool
    ) throws {
        let statement = try begin(sql, values)
        defer { end(statement) }
        while try step(statement) {
            guard try row(Row(statement.handle)) else { return try finish(statement) }
        }
    }

    /// All rows of the result, each made into a value.
    ///
    /// - Throws: `SQLiteError`, and what `map` throws.
    @inlinable
    package func rows<T>(
        _ sql: String,
        _ values: [SQLValue] = [],
        _ map: (Row) throws -> T
    ) throws -> [T] {
        let statement = try begin(sql, values)
        defer { end(statement) }
        var rows: [T] = []
        while try step(statement) {
            rows.append(try map(Row(statement.handle)))
        }
        return rows
    }

    /// The first row of the result made into a value; nil when there is none.
    ///
    /// - Throws: `SQLiteError`, and what `map` throws.
    @inlinable
    package func first<T>(
        _ sql: String,
        _ values: [SQLValue] = [],
        _ map: (Row) throws -> T
    ) throws -> T? {
        let statement = try begin(sql, values)
        defer { end(statement) }
        guard try step(statement) else { return nil }
        let value = try map(Row(statement.handle))
        try finish(statement)
        return value
    }

    /// A statement with `RETURNING` is run to its end even when its rows are not wanted, so that
    /// what it does and checks at its end happens; a plain read is just left.
    @usableFromInline
    func finish(_ statement: Statement) throws {
        guard !statement.isReadOnly else { return }
        while try step(statement) {}
    }
}
