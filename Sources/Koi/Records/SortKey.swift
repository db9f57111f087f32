package import KoiSQLite

/// One key by which a list is ordered.
///
/// Absent values count as the smallest.
package struct SortKey: Sendable {
    /// An SQL expression over alias `t`, made from code and checked names only.
    package let expression: String
    package let isDescending: Bool
    package let isNullable: Bool

    var order: String { expression + direction }
    fileprivate var direction: String { isDescending ? " DESC" : " ASC" }

    /// The column, where the key is one.
    var column: String? {
        guard expression.hasPrefix("t.\""), expression.hasSuffix("\"") else { return nil }
        return String(expression.dropFirst(3).dropLast())
    }
}

/// Where a page begins: after the row with these values of the sort keys and this id.
package struct Position: Sendable, Equatable {
    package let values: [SQLValue]
    package let id: Int64
}

/// The order of a list: its keys, then the id, which makes it total, in the direction of the last key.
package struct Order: Sendable {
    package let keys: [SortKey]

    private var idIsDescending: Bool { keys.last?.isDescending ?? false }

    var clause: String {
        let id = "t.\"id\"" + (idIsDescending ? " DESC" : " ASC")
        return (keys.map(\.order) + [id]).joined(separator: ", ")
    }

    /// The same by the columns of a result: the id stands first, and the keys behind so many columns.
    func clause(behind count: Int) -> String {
        let id = "1" + (idIsDescending ? " DESC" : " ASC")
        let columns = keys.enumerated().map { String(count + $0 + 1) + $1.direction }
        return (columns + [id]).joined(separator: ", ")
    }

    /// The rows after a position: the first differing key decides.
    ///
    /// A plain bound on the first key stands in front, so that an index on it can be entered in the middle.
    func after(_ position: Position) -> SQLFragment {
        var alternatives: [SQLFragment] = []
        for depth in 0...keys.count {
            let equal = (0..<depth).map { same(keys[$0], position.values[$0]) }
            guard let strict = beyond(depth, position),
                let alternative = SQLFragment.all(equal + [strict])
            else { continue }
            alternatives.append(alternative)
        }
        let any = SQLFragment.any(alternatives) ?? SQLFragment("0 = 1")
        guard let first = keys.first, let bound = bound(first, position.values[0]) else { return any }
        return SQLFragment.all([bound, any]) ?? any
    }

    /// Whether the rows without a value of the first key come last and still lie ahead of a position.
    ///
    /// They are read by a query of their own, since an `OR` with `IS NULL` would keep SQLite from entering the index
    /// at the position.
    func leavesNulls(after position: Position?) -> Bool {
        guard let first = keys.first, first.isDescending, first.isNullable else { return false }
        return position.map { $0.values[0] != .null } ?? false
    }

    var nullsOnly: SQLFragment? {
        keys.first.map { SQLFragment("\($0.expression) IS NULL") }
    }

    private func same(_ key: SortKey, _ value: SQLValue) -> SQLFragment {
        value == .null
            ? SQLFragment("\(key.expression) IS NULL") : SQLFragment("\(key.expression) = ?", [value])
    }

    /// Strictly after the position by the key at `depth`, or by the id after all keys; nil where nothing can be.
    private func beyond(_ depth: Int, _ position: Position) -> SQLFragment? {
        guard depth < keys.count else {
            return SQLFragment(
                "t.\"id\" \(idIsDescending ? "<" : ">") ?",
                [.integer(position.id)]
            )
        }
        let key = keys[depth]
        let value = position.values[depth]
        switch (key.isDescending, value == .null) {
        case (false, true): return SQLFragment("\(key.expression) IS NOT NULL")
        case (false, false): return SQLFragment("\(key.expression) > ?", [value])
        case (true, true): return nil
        case (true, false):
            let smaller = SQLFragment("\(key.expression) < ?", [value])
            guard key.isNullable, depth > 0 else { return smaller }
            return SQLFragment.any([smaller, SQLFragment("\(key.expression) IS NULL")])
        }
    }

    private func bound(_ key: SortKey, _ value: SQLValue) -> SQLFragment? {
        guard value != .null else {
            return key.isDescending ? SQLFragment("\(key.expression) IS NULL") : nil
        }
        return SQLFragment("\(key.expression) \(key.isDescending ? "<=" : ">=") ?", [value])
    }
}
