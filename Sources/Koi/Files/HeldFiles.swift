import KoiJSON
import KoiSQLite

/// The files that went with the messages of a person's tickets.
struct HeldFiles: PersonalHolding {
    let name = "files"

    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let files = try files(of: record, transaction.connection)
        for file in files {
            try transaction.connection.run("DELETE FROM files WHERE id = ?", [.integer(file.id)])
        }
        if !files.isEmpty { try transaction.jobs.add(FileTrimming.sweepJob) }
        return Int64(files.count)
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        try files(of: record, transaction.connection).map { .object($0.json) }
    }

    private func files(of record: Record, _ connection: Connection) throws -> [StoredFile] {
        let fields = [Customer.resource.name: "customer", Contact.resource.name: "contact"]
        guard let field = fields[record.resource.name] else { return [] }
        return try connection.rows(
            """
            SELECT \(StoredFile.columns) FROM files AS f JOIN ticket_messages AS m ON m.id = f.message
            JOIN tickets AS t ON t.id = m.ticket WHERE t.\(field) = ? ORDER BY f.id
            """,
            [.integer(record.id)],
            StoredFile.init
        )
    }
}
