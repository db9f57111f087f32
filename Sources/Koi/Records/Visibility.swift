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
    /// These records, which were shared with this user.
    case shared([Int64], with: Int64)
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
        case .shared(let ids, _): Dialect.isOne(of: ids, "t.\"id\"")
        case .any(let parts):
            parts.contains { $0.condition == nil }
                ? nil : SQLFragment.any(parts.compactMap(\.condition)) ?? SQLFragment("0 = 1")
        }
    }

    /// Conditions of which a visible record meets exactly one, so that each can be looked up by itself; a single nil where
    /// everything is visible.
    ///
    /// - Parameter walkingOrder: whether owners are compared in each record that is met, and not looked up.
    func parts(walkingOrder: Bool = false) -> [SQLFragment?] {
        guard case .any(let parts) = self, parts.count > 1, condition != nil else {
            return [condition(walkingOrder: walkingOrder)]
        }
        return parts.indices.map { index in
            var part = parts[index].condition(walkingOrder: walkingOrder) ?? SQLFragment("1 = 1")
            for earlier in parts[..<index] {
                guard let condition = earlier.condition else { continue }
                // An owner that is null is none of those, which SQL alone would not say.
                part.append(" AND (\(condition.sql)) IS NOT TRUE", condition.values)
            }
            return part
        }
    }

    private func condition(walkingOrder: Bool) -> SQLFragment? {
        guard walkingOrder, case .owned = self, let condition else { return condition }
        return SQLFragment("+" + condition.sql, condition.values)
    }

    /// The part of it that goes by the owner.
    var ownedPart: Visibility? {
        switch self {
        case .owned: self
        case .any(let parts): parts.lazy.compactMap(\.ownedPart).first
        case .all, .none, .flagged, .shared: nil
        }
    }

    /// The rule for a single record, with nothing in it about others.
    func of(_ id: Int64) -> Visibility {
        switch self {
        case .shared(let ids, _): ids.contains(id) ? .all : .none
        case .any(let parts): .any(parts.map { $0.of(id) })
        case .all, .none, .owned, .flagged: self
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
        case .shared(let ids, _): ids.contains(record.id)
        case .any(let parts): parts.contains { $0.allows(record) }
        }
    }

    /// The users to whose records a search may be narrowed within the index, which knows a record by its owner in this field
    /// and by those with whom it is shared; nil where it may not.
    ///
    /// They lead to all records that are visible, and maybe to others.
    package func users(by field: String) -> Set<Int64>? {
        switch self {
        case .none: []
        case .owned(field, let users): Set(users)
        case .shared(_, let user): [user]
        case .any(let parts):
            parts.reduce(Set<Int64>?.some([])) { users, part in
                part.users(by: field).flatMap { users?.union($0) }
            }
        case .all, .owned, .flagged: nil
        }
    }
}
