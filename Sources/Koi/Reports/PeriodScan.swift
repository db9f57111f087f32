import KoiSQLite

/// Reads the records of a resource that an actor sees and whose time lies within a period.
///
/// Made for an index that begins with the owner and the time and has all that is asked: each owner's records lie together, by time, so
/// none beyond the period is met, and no row is read.
struct PeriodScan {
    private let resource: Resource
    private let time: String
    private let owner: String
    private let join: String
    private let conditions: [SQLFragment]
    private let visibility: Visibility
    private let connection: Connection

    /// - Parameters:
    ///   - time: the column.
    ///   - join: what is read beside each record.
    ///   - conditions: on the alias `t`.
    init(
        _ resource: Resource,
        by time: String,
        joining join: String = "",
        _ conditions: [SQLFragment],
        in transaction: Transaction
    ) {
        self.resource = resource
        self.time = "t." + Dialect.quoted(time)
        owner = "t." + Dialect.quoted(resource.ownerField ?? "id")
        self.join = join
        self.conditions = conditions
        visibility = transaction.visibility(of: resource)
        connection = transaction.connection
    }

    /// - Parameter columns: of the alias `t`.
    func read(_ columns: String, _ period: ReportPeriod, _ row: (Row) throws -> Void) throws {
        for part in visibility.parts() {
            guard let part else {
                try read(columns, SQLFragment("\(owner) IN (SELECT u.id FROM users AS u)"), period, row)
                try read(columns, SQLFragment("\(owner) IS NULL"), period, row)
                continue
            }
            try read(columns, part, period, row)
        }
    }

    private func read(
        _ columns: String,
        _ visible: SQLFragment,
        _ period: ReportPeriod,
        _ row: (Row) throws -> Void
    ) throws {
        var sql = SQLFragment(
            """
            SELECT \(columns) FROM \(Dialect.quoted(resource.name)) AS t \(join)
            WHERE t."removedAt" IS NULL AND \(time) >= ? AND \(time) < ? AND \(visible.sql)
            """,
            [.integer(period.from), .integer(period.to)] + visible.values
        )
        for condition in conditions { sql.append(" AND \(condition.sql)", condition.values) }
        try connection.query(sql.sql, sql.values, row)
    }
}
