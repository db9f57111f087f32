package import KoiSQLite

/// The rows of `external_ids`: which record has a key.
///
/// No rules. Rows are written by `RecordStore` alone, together with the column from which a record shows its keys; whoever
/// gives a record another key changes its field.
package struct ExternalIDStore {
    private let connection: Connection

    package init(_ connection: Connection) {
        self.connection = connection
    }

    /// The record that has a key, be it in the bin; nil where none has.
    package func find(_ resource: String, _ system: String, _ key: String) throws -> Int64? {
        try connection.first(
            "SELECT record FROM external_ids WHERE resource = ? AND system = ? AND \"key\" = ?",
            [.text(resource), .text(system), .text(key)]
        ) { $0.int(0) }
    }

    package func find(_ resource: String, _ id: ExternalID) throws -> Int64? {
        try find(resource, id.system, id.key)
    }

    /// Gives a record further keys.
    func add(_ ids: [ExternalID], to record: Int64, _ resource: String) throws {
        for id in ids {
            try connection.run(
                "INSERT INTO external_ids (resource, system, \"key\", record) VALUES (?, ?, ?, ?)",
                [.text(resource), .text(id.system), .text(id.key), .integer(record)]
            )
        }
    }

    /// Gives a record these keys in the place of those that it had.
    func set(_ ids: [ExternalID], of record: Int64, _ resource: String) throws {
        try connection.run(
            "DELETE FROM external_ids WHERE resource = ? AND record = ?",
            [.text(resource), .integer(record)]
        )
        try add(ids, to: record, resource)
    }
}
