package import KoiSQLite

/// A piece of SQL with the values that belong to its question marks.
///
/// Names in it come from code, never from a client.
package struct SQLFragment: Sendable {
    package private(set) var sql: String
    package private(set) var values: [SQLValue]

    package init(_ sql: String, _ values: [SQLValue] = []) {
        self.sql = sql
        self.values = values
    }

    package mutating func append(_ sql: String, _ values: [SQLValue] = []) {
        self.sql += sql
        self.values += values
    }

    package mutating func append(_ other: SQLFragment) {
        append(other.sql, other.values)
    }

    /// All of these conditions together; nil for none.
    package static func all(_ conditions: [SQLFragment]) -> SQLFragment? {
        joined(conditions, " AND ")
    }

    /// Any of these conditions; nil for none.
    package static func any(_ conditions: [SQLFragment]) -> SQLFragment? {
        joined(conditions, " OR ")
    }

    private static func joined(_ parts: [SQLFragment], _ word: String) -> SQLFragment? {
        guard let first = parts.first else { return nil }
        guard parts.count > 1 else { return first }
        let sql = "(" + parts.map(\.sql).joined(separator: word) + ")"
        return SQLFragment(sql, parts.flatMap(\.values))
    }
}

/// What SQLite and PostgreSQL say differently, in one place.
package enum Dialect {
    package static func quoted(_ name: String) -> String {
        "\"" + name + "\""
    }

    /// Whether a text contains another, whatever the case of its Latin letters.
    package static func contains(_ column: String, _ text: String) -> SQLFragment {
        var pattern = "%"
        for character in text.unicodeScalars {
            if character == "%" || character == "_" || character == "\\" { pattern += "\\" }
            pattern.unicodeScalars.append(character)
        }
        return SQLFragment("\(column) LIKE ? ESCAPE '\\'", [.text(pattern + "%")])
    }

    /// The member of a JSON object column, as a number, text or null.
    package static func member(_ column: String, _ key: String) -> String {
        "json_extract(\(column), '$.\"\(key)\"')"
    }

    /// The elements of a column that holds a JSON array, as a table whose column `value` has them.
    package static func elements(of column: String) -> String {
        "json_each(\(column))"
    }

    /// Whether a column that holds a JSON array of texts has one of these.
    package static func hasElement(_ column: String, _ values: [SQLValue]) -> SQLFragment {
        SQLFragment(
            "EXISTS (SELECT 1 FROM json_each(\(column)) AS e WHERE e.value IN (\(marks(values))))",
            values
        )
    }

    /// Whether any text within a JSON column, names of members aside, contains another.
    package static func hasText(_ column: String, _ text: String) -> SQLFragment {
        var sql = SQLFragment(
            "EXISTS (SELECT 1 FROM json_tree(\(column)) AS e WHERE e.type = 'text' AND "
        )
        sql.append(contains("e.value", text))
        sql.append(")")
        return sql
    }

    /// The columns with which an index of a table begins.
    package static func indexedColumns(of table: String) -> SQLFragment {
        SQLFragment(
            "SELECT DISTINCT c.name FROM pragma_index_list(?) AS i, pragma_index_info(i.name) AS c WHERE c.seqno = 0",
            [.text(table)]
        )
    }

    /// Behind a table that is walked by its numbers: no other index leads there, however few rows it promises.
    package static let byNumber = "NOT INDEXED"

    /// Whether a number is one of these, however many they are.
    package static func isOne(of numbers: [Int64], _ column: String) -> SQLFragment {
        let list = "[" + numbers.map(String.init).joined(separator: ",") + "]"
        return SQLFragment("\(column) IN (SELECT value FROM json_each(?))", [.text(list)])
    }

    package static func marks(_ values: [SQLValue]) -> String {
        Array(repeating: "?", count: values.count).joined(separator: ", ")
    }
}

extension SQLValue {
    static func nullable(_ number: Int64?) -> SQLValue {
        number.map(SQLValue.integer) ?? .null
    }

    static func nullable(_ text: String?) -> SQLValue {
        text.map(SQLValue.text) ?? .null
    }
}
