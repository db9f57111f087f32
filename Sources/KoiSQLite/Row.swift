internal import CSQLite

/// The current row of a query.
///
/// Valid only inside the closure that receives it.
///
/// Columns count from 0. A column that does not exist reads as NULL. Numbers and text are
/// converted as SQLite does (`int` of a text that holds no number is 0): the schema is `STRICT`,
/// so the types are known.
package struct Row {
    @usableFromInline let statement: OpaquePointer

    @inlinable
    init(_ statement: OpaquePointer) {
        self.statement = statement
    }

    package enum ColumnType: Sendable {
        case null
        case integer
        case real
        case text
        case blob
    }

    /// How many columns the query has.
    @inlinable
    package var count: Int { Int(sqlite3_column_count(statement)) }

    package func name(_ i: Int) -> String {
        sqlite3_column_name(statement, Int32(truncatingIfNeeded: i)).map { String(cString: $0) }
            ?? ""
    }

    @inlinable
    package func int(_ i: Int) -> Int64 {
        sqlite3_column_int64(statement, Int32(truncatingIfNeeded: i))
    }

    @inlinable
    package func double(_ i: Int) -> Double {
        sqlite3_column_double(statement, Int32(truncatingIfNeeded: i))
    }

    @inlinable
    package func bool(_ i: Int) -> Bool { int(i) != 0 }

    @inlinable
    package func text(_ i: Int) -> String {
        withUTF8(i) { String(decoding: $0, as: UTF8.self) }
    }

    @inlinable
    package func blob(_ i: Int) -> [UInt8] {
        withBytes(i) { Array($0) }
    }

    @inlinable
    package func intOrNil(_ i: Int) -> Int64? { isNull(i) ? nil : int(i) }

    @inlinable
    package func doubleOrNil(_ i: Int) -> Double? { isNull(i) ? nil : double(i) }

    @inlinable
    package func boolOrNil(_ i: Int) -> Bool? { isNull(i) ? nil : bool(i) }

    @inlinable
    package func textOrNil(_ i: Int) -> String? { isNull(i) ? nil : text(i) }

    @inlinable
    package func blobOrNil(_ i: Int) -> [UInt8]? { isNull(i) ? nil : blob(i) }

    @inlinable
    package func isNull(_ i: Int) -> Bool {
        sqlite3_column_type(statement, Int32(truncatingIfNeeded: i)) == SQLITE_NULL
    }

    @inlinable
    package func type(_ i: Int) -> ColumnType {
        switch sqlite3_column_type(statement, Int32(truncatingIfNeeded: i)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .real
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    package func value(_ i: Int) -> SQLValue {
        switch type(i) {
        case .null: .null
        case .integer: .integer(int(i))
        case .real: .real(double(i))
        case .text: .text(text(i))
        case .blob: .blob(blob(i))
        }
    }

    /// Lends the text of a column without copying it; NULL is empty.
    ///
    /// The bytes are gone after `body`, and are UTF-8 as far as what was stored is.
    @inlinable
    package func withUTF8<R>(
        _ i: Int,
        _ body: (UnsafeBufferPointer<UInt8>) throws -> R
    ) rethrows -> R {
        let column = Int32(truncatingIfNeeded: i)
        // The length is that of the last conversion, so it is asked for after the text.
        let start = sqlite3_column_text(statement, column)
        let count = Int(sqlite3_column_bytes(statement, column))
        return try body(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    /// Lends the bytes of a blob without copying them; NULL is empty.
    @inlinable
    package func withBytes<R>(
        _ i: Int,
        _ body: (UnsafeBufferPointer<UInt8>) throws -> R
    ) rethrows -> R {
        let column = Int32(truncatingIfNeeded: i)
        let start = sqlite3_column_blob(statement, column)?.assumingMemoryBound(to: UInt8.self)
        let count = Int(sqlite3_column_bytes(statement, column))
        return try body(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}
