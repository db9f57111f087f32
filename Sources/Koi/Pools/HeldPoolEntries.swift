import KoiJSON
import KoiSQLite

/// When a record lay in a pool, who tried to take it, and why it was given back.
struct HeldPoolEntries: PersonalHolding {
    let name = "poolEntries"

    /// The reasons, which are free text.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let count = try transaction.connection.run(
            "UPDATE pool_entries SET reason = NULL WHERE resource = ? AND record = ? AND reason IS NOT NULL",
            [.text(record.resource.name), .integer(record.id)]
        )
        return Int64(count)
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        try transaction.connection.rows(
            "SELECT at, pool, kind, reason FROM pool_entries WHERE resource = ? AND record = ? ORDER BY id",
            [.text(record.resource.name), .integer(record.id)]
        ) { row in
            [
                "at": .string(Timestamp.text(row.int(0))), "pool": .integer(row.int(1)), "kind": .string(row.text(2)),
                "reason": row.textOrNil(3).map(JSONValue.string) ?? .null,
            ]
        }
    }
}
