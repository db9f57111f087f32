import KoiSQLite

/// Which events an actor may read: those whose record it may read, be it that the record lies in the bin.
///
/// Of personal records, such as views, those of one's own alone: that somebody else's are shared lets nobody read what they
/// were before.
struct EventVisibility {
    private let transaction: Transaction
    private let resources: [Resource]

    init(_ transaction: Transaction) {
        self.transaction = transaction
        resources = transaction.catalog.resources.all
    }

    /// The condition on an event under alias `e`.
    ///
    /// - Parameter withOthers: whether it holds for events that are about no record, too, such as exports and sign-ins.
    func condition(withOthers: Bool) -> SQLFragment {
        var open: [SQLValue] = []
        var parts: [SQLFragment] = []
        for resource in resources {
            let visible = visibility(of: resource)
            guard visible != .none else { continue }
            if let condition = visible.condition {
                parts.append(EventVisibility.exists(resource, condition))
            } else {
                open.append(.text(resource.name))
            }
        }
        if !open.isEmpty {
            parts.append(SQLFragment("(e.resource IN (\(Dialect.marks(open))) AND e.record > 0)", open))
        }
        if withOthers {
            let names = resources.map { SQLValue.text($0.name) }
            parts.append(SQLFragment("(e.record = 0 OR e.resource NOT IN (\(Dialect.marks(names))))", names))
        }
        return SQLFragment.any(parts) ?? SQLFragment("0 = 1")
    }

    /// Whether a record may be read, be it that it lies in the bin.
    func allows(_ id: Int64, of resource: Resource) throws -> Bool {
        var sql = SQLFragment("SELECT 1 FROM \(Dialect.quoted(resource.name)) AS t WHERE t.\"id\" = ?", [.integer(id)])
        if let condition = transaction.visibility(of: resource).condition {
            sql.append(" AND ")
            sql.append(condition)
        }
        return try transaction.connection.first(sql.sql, sql.values) { _ in true } ?? false
    }

    private func visibility(of resource: Resource) -> Visibility {
        let visible = transaction.visibility(of: resource)
        guard visible != .none, let user = transaction.actor.user, let owner = resource.ownerField,
            resource.rules.visibility(for: user) != nil
        else { return visible }
        return .owned(field: owner, by: [user])
    }

    private static func exists(_ resource: Resource, _ condition: SQLFragment) -> SQLFragment {
        var sql = SQLFragment(
            """
            (e.resource = ? AND EXISTS (SELECT 1 FROM \(Dialect.quoted(resource.name)) AS t \
            WHERE t."id" = e.record AND 
            """,
            [.text(resource.name)]
        )
        sql.append(condition)
        sql.append("))")
        return sql
    }
}
