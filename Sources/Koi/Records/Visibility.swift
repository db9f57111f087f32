import KoiJSON
import KoiSQLite

/// Which records of a resource an actor may see.
///
/// Applied where the query is built, to every way of asking.
///
/// The rule has two forms that must agree: an SQL condition for queries and a test of one record in memory for streams.
package indirect enum Visibility: Sendable, Equatable {
    case all
    case none
    /// Records whose field names one of these users.
    case owned(field: String, by: [Int64])
    /// Records whose yes/no field is set.
    case flagged(String)
    case any([Visibility])

    /// The condition on table alias `t`; nil where everything is visible.
    package var condition: SQLFragment? {
        switch self {
        case .all: nil
        case .none: SQLFragment("0 = 1")
        case .owned(_, let users) where users.isEmpty: SQLFragment("0 = 1")
        case .owned(let field, let users):
            SQLFragment(
                "t.\(Dialect.quoted(field)) IN (\(Dialect.marks(users.map(SQLValue.integer))))",
                users.map(SQLValue.integer)
            )
        case .flagged(let field): SQLFragment("t.\(Dialect.quoted(field)) = 1")
        case .any(let parts):
            parts.contains { $0.condition == nil }
                ? nil : SQLFragment.any(parts.compactMap(\.condition)) ?? SQLFragment("0 = 1")
        }
    }

    /// The same rule for one record in memory.
    package func allows(_ record: Record) -> Bool {
        switch self {
        case .all: true
        case .none: false
        case .owned(let field, let users):
            record[field].integerValue.map(users.contains) ?? false
        case .flagged(let field): record[field].boolValue ?? false
        case .any(let parts): parts.contains { $0.allows(record) }
        }
    }

    /// The users to whose records a search may be narrowed within the index, which knows them by this field; nil where
    /// it may not.
    package func owners(by field: String) -> [Int64]? {
        if case .owned(field, let users) = self { users } else { nil }
    }
}
