import KoiJSON
import KoiSQLite

/// The rows of `erasures`.
///
/// No rules.
struct ErasureStore {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    func find(_ id: Int64) throws -> Erasure? {
        try connection.first("SELECT \(Erasure.columns) FROM erasures WHERE id = ?", [.integer(id)]) { Erasure($0) }
    }

    /// The newest of a record.
    func newest(of record: Record) throws -> Erasure? {
        try connection.first(
            """
            SELECT \(Erasure.columns) FROM erasures WHERE resource = ? AND record = ? ORDER BY id DESC LIMIT 1
            """,
            [.text(record.resource.name), .integer(record.id)]
        ) { Erasure($0) }
    }

    /// All of a record, oldest first.
    func all(of record: Record) throws -> [Erasure] {
        try connection.rows(
            "SELECT \(Erasure.columns) FROM erasures WHERE resource = ? AND record = ? ORDER BY id",
            [.text(record.resource.name), .integer(record.id)]
        ) { Erasure($0) }
    }

    /// Those of which something may still be in the unused space of the file.
    func open() throws -> [Erasure] {
        try connection.rows(
            "SELECT \(Erasure.columns) FROM erasures WHERE \"verifiedAt\" IS NULL ORDER BY id"
        ) { Erasure($0) }
    }

    func insert(
        _ record: Record,
        counts: JSONObject,
        tooShort: Int64,
        user: Int64?,
        now: Int64
    ) throws -> Int64 {
        try connection.run(
            """
            INSERT INTO erasures (resource, record, version, at, "user", counts, "tooShort") VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(record.resource.name), .integer(record.id), .integer(record.version), .integer(now),
                user.map(SQLValue.integer) ?? .null, .text(JSONValue.object(counts).text), .integer(tooShort),
            ]
        )
        return connection.lastInsertedID
    }

    func setVerified(_ erasure: Int64, occurrences: Int64?, now: Int64) throws {
        try connection.run(
            "UPDATE erasures SET \"verifiedAt\" = ?, occurrences = ? WHERE id = ? AND \"verifiedAt\" IS NULL",
            [.integer(now), occurrences.map(SQLValue.integer) ?? .null, .integer(erasure)]
        )
    }
}
