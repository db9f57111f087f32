import Foundation
import KoiSQLite

/// Compares what is kept up to date beside the records, so that reports need not count them, with what the records say.
enum KeptCountCheck {
    /// The tables, and which of their rows count.
    private static let tables = [
        ("lead_deals", "1 = 1"), ("lead_funnel", "leads <> 0"), ("unfollowed_customers", "1 = 1"),
    ]

    /// - Returns: the faults, a sentence each; empty where all is well.
    static func faults(_ connection: Connection) throws -> [String] {
        let scripts = try Migrations.all().map(\.sql)
        return try tables.compactMap { table, condition in
            guard let recount = recount(of: table, scripts) else { return nil }
            let kept = "SELECT * FROM \(table) WHERE \(condition)"
            let wrong = try connection.first(
                """
                SELECT (SELECT count(*) FROM (\(kept) EXCEPT SELECT * FROM (\(recount)) AS r) AS k)
                    + (SELECT count(*) FROM (SELECT * FROM (\(recount)) AS r EXCEPT \(kept)) AS m)
                """
            ) { $0.int(0) }
            guard let wrong, wrong > 0 else { return nil }
            return "\(table) does not agree with the records: \(wrong) rows are wrong or missing"
        }
    }

    /// The query by which the table was filled when it was made.
    private static func recount(of table: String, _ scripts: [String]) -> String? {
        for script in scripts {
            guard
                let found = script.range(of: "INSERT INTO \(table)\\b[^;]*", options: .regularExpression),
                let start = script.range(of: "SELECT", range: found)
            else { continue }
            return String(script[start.lowerBound..<found.upperBound])
        }
        return nil
    }
}
