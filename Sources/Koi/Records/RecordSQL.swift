import KoiSQLite

/// The SQL that every resource shares.
///
/// Visibility and the bin are applied here and nowhere else.
enum RecordSQL {
    /// One living record: its id is the first value, and its version follows the selection.
    static func find(_ encoder: RecordEncoder, _ visibility: Visibility) -> SQLFragment {
        var query = SQLFragment(encoder.findSQL)
        add(visibility, to: &query)
        return query
    }

    /// Whether a living, visible record exists: its id is the first value.
    static func exists(_ resource: Resource, _ visibility: Visibility) -> SQLFragment {
        var query = SQLFragment(
            """
            SELECT 1 FROM \(Dialect.quoted(resource.name)) AS t \
            WHERE t."id" = ? AND t."removedAt" IS NULL
            """
        )
        add(visibility, to: &query)
        return query
    }

    /// A page of a list, one row longer than its limit, so that the end shows.
    ///
    /// The sort keys follow the selection.
    static func page(
        _ encoder: RecordEncoder,
        _ query: ListQuery,
        _ visibility: Visibility,
        after: SQLFragment?,
        limit: Int
    ) -> SQLFragment {
        let keys = query.order.keys.map { ", " + $0.expression }.joined()
        var sql = SQLFragment(
            """
            SELECT \(encoder.selection)\(keys) FROM \(Dialect.quoted(encoder.resource)) AS t
            """
        )
        sql.append(filter(query, visibility))
        if let after {
            sql.append(" AND ")
            sql.append(after)
        }
        sql.append(" ORDER BY \(query.order.clause) LIMIT ?", [.integer(Int64(limit))])
        return sql
    }

    static func count(
        _ resource: Resource,
        _ query: ListQuery,
        _ visibility: Visibility
    ) -> SQLFragment {
        var sql = SQLFragment("SELECT count(*) FROM \(Dialect.quoted(resource.name)) AS t")
        sql.append(filter(query, visibility))
        return sql
    }

    /// The `WHERE` of a list.
    static func filter(_ query: ListQuery, _ visibility: Visibility) -> SQLFragment {
        var sql = SQLFragment(" WHERE t.\"removedAt\" IS \(query.listsBin ? "NOT " : "")NULL")
        for condition in query.conditions {
            sql.append(" AND ")
            sql.append(condition.fragment)
        }
        add(visibility, to: &sql)
        return sql
    }

    private static func add(_ visibility: Visibility, to sql: inout SQLFragment) {
        guard let condition = visibility.condition else { return }
        sql.append(" AND ")
        sql.append(condition)
    }
}
