import KoiJSON
import KoiSQLite

/// The rows of `conversions`.
///
/// No rules.
struct ConversionStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// That of a lead, where it was not undone.
    func active(of lead: Int64) throws -> Conversion? {
        try connection.first(
            "SELECT \(Conversion.columns) FROM conversions WHERE lead = ? AND \"undoneAt\" IS NULL",
            [.integer(lead)]
        ) { Conversion($0) }
    }

    /// All of a lead, with those that were undone.
    func all(of lead: Int64) throws -> [Conversion] {
        try connection.rows(
            "SELECT \(Conversion.columns) FROM conversions WHERE lead = ? ORDER BY id",
            [.integer(lead)]
        ) { Conversion($0) }
    }

    /// - Parameter lead: as it was before.
    func insert(
        _ lead: Record,
        made: [Conversion.Made],
        filled: [Conversion.Filled],
        user: Int64?,
        now: Int64
    ) throws {
        try connection.run(
            """
            INSERT INTO conversions (lead, at, "user", status, "firstResponseAt", made, filled)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(lead.id), .integer(now), SQLValue(user), .text(LeadStatus(of: lead).rawValue),
                SQLValue(lead["firstResponseAt"].stringValue.flatMap(Timestamp.read)),
                .text(JSONValue.array(made.map(\.stored)).text), .text(JSONValue.array(filled.map(\.stored)).text),
            ]
        )
    }

    func setUndone(_ conversion: Int64, by user: Int64?, now: Int64) throws {
        try connection.run(
            "UPDATE conversions SET \"undoneAt\" = ?, \"undoneBy\" = ?, filled = '[]' WHERE id = ?",
            [.integer(now), SQLValue(user), .integer(conversion)]
        )
    }

    /// Takes away what records had and got.
    func forgetFilled(_ conversion: Int64) throws {
        try connection.run("UPDATE conversions SET filled = '[]' WHERE id = ?", [.integer(conversion)])
    }
}
