import Foundation
import KoiSQLite
import Testing

@testable import Koi

extension TestApp {
    /// The rows of a table that is kept up to date, and those that the statement makes by which its migration filled it; each as text.
    ///
    /// - Parameter condition: on the rows that count.
    func recount(_ table: String, where condition: String = "1 = 1") throws -> (kept: [[String]], made: [[String]]) {
        let scripts = try Migrations.all().map(\.sql)
        let found = scripts.compactMap { script in
            script.range(of: "INSERT INTO \(table)\\b[^;]*", options: .regularExpression).map { String(script[$0]) }
        }
        let statement = try #require(found.first)
        return try app.perform { transaction in
            let connection = transaction.connection
            func rows() throws -> [[String]] {
                let rows = try connection.rows("SELECT * FROM \(table) WHERE \(condition)") { row in
                    (0..<row.count).map { row.text($0) }
                }
                return rows.sorted { $0.lexicographicallyPrecedes($1) }
            }
            let kept = try rows()
            try connection.run("DELETE FROM \(table)")
            try connection.run(statement)
            return (kept, try rows())
        }
    }
}
