import KoiSQLite

/// The SQL that every resource shares.
///
/// Visibility and the bin are applied here and nowhere else.
enum RecordSQL {
    /// One living record: its id is the first value, and its version follows the selection.
    static func find(_ id: Int64, _ encoder: RecordEncoder, _ visibility: Visibility) -> SQLFragment {
        var query = SQLFragment(encoder.findSQL, [.integer(id)])
        add(visibility.of(id).condition, to: &query)
        return query
    }

    /// Whether a living, visible record exists.
    static func exists(_ id: Int64, _ resource: Resource, _ visibility: Visibility) -> SQLFragment {
        var query = SQLFragment(
            """
            SELECT 1 FROM \(Dialect.quoted(resource.name)) AS t \
            WHERE t."id" = ? AND t."removedAt" IS NULL
            """,
            [.integer(id)]
        )
        add(visibility.of(id).condition, to: &query)
        return query
    }

    /// A page of a list, one row longer than its limit, so that the end shows.
    ///
    /// The sort keys follow the selection. Where records are visible for several reasons, each part is read along its own
    /// index and the parts are merged: of an `OR` SQLite makes a walk through the whole table.
    static func page(
        _ encoder: RecordEncoder,
        _ query: ListQuery,
        _ visibility: Visibility,
        _ plan: ListPlan,
        after: SQLFragment?,
        limit: Int
    ) -> SQLFragment {
        let parts = visibility.parts(walkingOrder: plan.walksOrder).map { part in
            let keys = query.order.keys.map { ", " + $0.expression }.joined()
            var sql = SQLFragment(
                "SELECT \(encoder.selection)\(keys) FROM \(Dialect.quoted(encoder.resource)) AS t"
            )
            sql.append(filter(query, part, readsTable: plan.readsTable))
            add(after, to: &sql)
            sql.append(" ORDER BY \(query.order.clause) LIMIT ?", [.integer(Int64(limit))])
            return sql
        }
        guard parts.count > 1 else { return parts.first ?? SQLFragment("SELECT 1 WHERE 0 = 1") }
        var merged = SQLFragment(
            parts.map { "SELECT * FROM (" + $0.sql + ") AS p" }.joined(separator: " UNION ALL "),
            parts.flatMap(\.values)
        )
        let order = query.order.clause(behind: encoder.columnCount)
        merged.append(" ORDER BY \(order) LIMIT ?", [.integer(Int64(limit))])
        return merged
    }

    static func count(
        _ resource: Resource,
        _ query: ListQuery,
        _ visibility: Visibility,
        _ plan: ListPlan
    ) -> SQLFragment {
        let parts = visibility.parts().map { part in
            var sql = SQLFragment("(SELECT count(*) FROM \(Dialect.quoted(resource.name)) AS t")
            sql.append(filter(query, part, readsTable: plan.readsTable))
            sql.append(")")
            return sql
        }
        return SQLFragment("SELECT " + parts.map(\.sql).joined(separator: " + "), parts.flatMap(\.values))
    }

    /// The `WHERE` of a list or of a part of it.
    private static func filter(_ query: ListQuery, _ visible: SQLFragment?, readsTable: Bool) -> SQLFragment {
        // The unary plus keeps SQLite from the indexes of living records.
        let removed = (readsTable ? "+" : "") + "t.\"removedAt\""
        var sql = SQLFragment(" WHERE \(removed) IS \(query.listsBin ? "NOT " : "")NULL")
        for condition in query.conditions { add(condition.fragment, to: &sql) }
        add(visible, to: &sql)
        return sql
    }

    private static func add(_ condition: SQLFragment?, to sql: inout SQLFragment) {
        guard let condition else { return }
        sql.append(" AND ")
        sql.append(condition)
    }
}
