import KoiJSON
import KoiSQLite

/// Makes the keys of all records by which duplicates are found, where they were not made when the records were stored: after
/// an update of Koi that knows them, or makes them by other rules.
enum DuplicateFilling {
    static let name = "fillDuplicateKeys"
    private static let batch: Int64 = 50
    /// Rows of older rules that are taken away at once.
    private static let cleared: Int64 = 500

    static let kind = JobKind(name) { chunk in
        let connection = chunk.transaction.connection
        while chunk.hasTime {
            if chunk.position["isCleared"] == nil {
                guard try !clear(connection) else { continue }
                chunk.position["isCleared"] = true
            }
            let resources = chunk.transaction.catalog.resources.all.filter(\.findsDuplicates)
            let index = chunk.position["resource"]?.integerValue ?? 0
            guard index < resources.count else {
                try setRules(connection)
                return .done(["records": .integer(chunk.done)])
            }
            let last = try fill(resources[Int(index)], &chunk)
            chunk.position["resource"] = .integer(last == nil ? index + 1 : index)
            chunk.position["after"] = .integer(last ?? 0)
        }
        return .more
    }

    /// Writes the job where it is due.
    static func begin(in transaction: Transaction) throws {
        let rules = try transaction.connection.first("SELECT rules FROM duplicate_rules") { $0.int(0) }
        guard rules != DuplicateKey.rules else { return }
        try transaction.jobs.add(NewJob(name, name: name))
    }

    /// - Returns: the last record that was filled; nil after the last of all.
    private static func fill(_ resource: Resource, _ chunk: inout JobChunk) throws -> Int64? {
        let connection = chunk.transaction.connection
        let store = RecordStore(resource, connection)
        let index = DuplicateIndex(resource, connection)
        let records = try connection.rows(
            """
            SELECT \(resource.encoder.selection) FROM \(Dialect.quoted(resource.name)) AS t
            WHERE t.id > ? AND t."removedAt" IS NULL ORDER BY t.id LIMIT ?
            """,
            [.integer(chunk.position["after"]?.integerValue ?? 0), .integer(batch)]
        ) { try store.record(from: $0) }
        for record in records { try index.add(record.id, index.likeness(of: record)) }
        chunk.done += Int64(records.count)
        return records.last?.id
    }

    /// - Returns: whether something was left of other rules.
    private static func clear(_ connection: Connection) throws -> Bool {
        var isLeft = false
        for (table, columns) in [("duplicate_keys", "\"key\", record"), ("duplicate_pairs", "resource, low, high")] {
            let before = connection.totalChanges
            try connection.run(
                "DELETE FROM \(table) WHERE (\(columns)) IN (SELECT \(columns) FROM \(table) LIMIT ?)",
                [.integer(cleared)]
            )
            isLeft = isLeft || connection.totalChanges != before
        }
        return isLeft
    }

    private static func setRules(_ connection: Connection) throws {
        try connection.run("UPDATE duplicate_rules SET rules = ?", [.integer(DuplicateKey.rules)])
    }
}
