import KoiJSON
import KoiSQLite

/// A text that people wrote beside a record, in a table of its own: told and emptied with the record.
struct HeldText: Sendable {
    /// The member of a disclosure: a plural noun.
    let name: String
    let table: String
    /// The column with the number of the record.
    let holder: String
    let column: String
    /// The column that says when.
    let at: String
    /// What stands in its place; nil for nothing.
    var neutral: String?

    func empty(of record: Int64, _ connection: Connection) throws {
        try connection.run(
            "UPDATE \(table) SET \(column) = ? WHERE \(holder) = ? AND \(column) IS NOT NULL",
            [SQLValue(neutral), .integer(record)]
        )
    }

    func all(of record: Int64, _ connection: Connection) throws -> [JSONValue] {
        try connection.rows(
            "SELECT \(at), \(column) FROM \(table) WHERE \(holder) = ? AND \(column) IS NOT NULL ORDER BY \(at)",
            [.integer(record)]
        ) { ["at": .string(Timestamp.text($0.int(0))), "text": .string($0.text(1))] }
    }
}
