import KoiJSON
import KoiSQLite

/// How many customers are in each stage, and which share of all that the actor sees.
struct LifecycleReport {
    private struct Line {
        let stage: Choice
        let count: Int64
        let total: Int64

        /// In per cent, to a tenth.
        var share: JSONValue {
            guard total > 0 else { return 0 }
            return JSONValue(shortest: (Double(count) * 1_000 / Double(total)).rounded() / 10)
        }
    }

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    func document() throws -> JSONValue {
        var axes: JSONObject = [:]
        for axis in visible {
            axes[axis.field] = .array(
                try lines(axis).map { line in
                    ["stage": .string(line.stage.code), "customers": .integer(line.count), "share": line.share]
                }
            )
        }
        return .object(axes)
    }

    func table(_ language: Language) throws -> [UInt8] {
        let customers = Customer.resource.pluralLabel
        var bytes = CSV.byteOrderMark
        CSV.append(
            [Text("Axis", "维度"), Text("Stage", "阶段"), customers, Text("Share (%)", "占比（%）")].map { $0(language) },
            to: &bytes
        )
        for axis in visible {
            for line in try lines(axis) {
                CSV.append(
                    [axis.label(language), line.stage.label(language), String(line.count), line.share.text],
                    to: &bytes
                )
            }
        }
        return bytes
    }

    /// Those of the actor who may see the field.
    private var visible: [CustomerAxis] {
        let held = transaction.actor.access.restrictions(of: Customer.resource.name)
        return CustomerAxis.allCases.filter { held.reading($0.field) == .clear }
    }

    private func lines(_ axis: CustomerAxis) throws -> [Line] {
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
        return axis.stages.map { Line(stage: $0, count: counts[$0.code] ?? 0, total: total) }
    }
}
