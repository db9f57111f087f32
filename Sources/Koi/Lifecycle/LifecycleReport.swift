import KoiJSON
import KoiSQLite

/// How many customers are in each stage, and which share of all that the actor sees.
enum LifecycleReport {
    static let report = Report(
        path: "lifecycle",
        operation: "reportLifecycle",
        summary:
            "How many customers are in each stage, which share of all that you see, and how long they were in it who left it",
        sources: [(Customer.resource, [])],
        shape: .lists,
        columns: [
            ReportColumn("axis", "Axis", "维度", .choice(CustomerAxis.allCases.map(\.choice))),
            ReportColumn("stage", "Stage", "阶段", .choice(CustomerAxis.allCases.flatMap(\.stages))),
            ReportColumn("customers", Customer.resource.pluralLabel.en, Customer.resource.pluralLabel.zh, .count),
            ReportColumn("share", "Share (%)", "占比（%）", .share),
            ReportColumn("left", "Left it", "离开次数", .count).noted("How often one of them went on, or back."),
            ReportColumn("meanSeconds", "Mean time (s)", "平均停留（秒）", .seconds).nullable()
                .noted("Of the stays that have ended."),
        ]
    ) { _, transaction in
        Report.Content(rows: try visible(transaction).flatMap { try rows($0, transaction) })
    }

    /// Those of the actor who may see the field.
    private static func visible(_ transaction: Transaction) -> [CustomerAxis] {
        let held = transaction.actor.access.restrictions(of: Customer.resource.name)
        return CustomerAxis.allCases.filter { held.reading($0.field) == .clear }
    }

    private static func rows(_ axis: CustomerAxis, _ transaction: Transaction) throws -> [JSONObject] {
        let column = "t." + Dialect.quoted(axis.field)
        var sql = SQLFragment("SELECT \(column), count(*) FROM customers AS t WHERE t.\"removedAt\" IS NULL")
        if let condition = transaction.visibility(of: Customer.resource).condition {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" GROUP BY \(column)")
        let rows = try transaction.connection.rows(sql.sql, sql.values) { ($0.text(0), $0.int(1)) }
        let counts = Dictionary(rows, uniquingKeysWith: { first, _ in first })
        let total = counts.values.reduce(0, +)
        let stays = try stays(on: axis, transaction)
        return axis.stages.map { stage in
            let count = counts[stage.code] ?? 0
            let share = total > 0 ? ReportFigures.share(count, of: total) : 0
            return [
                "axis": .string(axis.field), "stage": .string(stage.code), "customers": .integer(count), "share": share,
                "left": .integer(stays[stage.code]?.number ?? 0),
                "meanSeconds": stays[stage.code].map { ReportFigures.meanSeconds($0.time, of: $0.number) } ?? .null,
            ]
        }
    }

    /// How often customers left each stage, and how long they had been in it in all, in milliseconds.
    private static func stays(
        on axis: CustomerAxis,
        _ transaction: Transaction
    ) throws -> [String: (number: Int64, time: Int64)] {
        var sql = SQLFragment(
            """
            SELECT s.previous, count(*), total(s.at - s.since) FROM customer_stages AS s
            JOIN customers AS t ON t.id = s.customer
            WHERE s.axis = ? AND s.since IS NOT NULL AND t."removedAt" IS NULL
            """,
            [.text(axis.rawValue)]
        )
        if let condition = transaction.visibility(of: Customer.resource).condition {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" GROUP BY s.previous")
        let rows = try transaction.connection.rows(sql.sql, sql.values) { row in
            (row.text(0), (number: row.int(1), time: Int64(exactly: row.double(2).rounded()) ?? .max))
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }
}

extension CustomerAxis {
    fileprivate var choice: Choice { Choice(field, label.en, label.zh) }
}
