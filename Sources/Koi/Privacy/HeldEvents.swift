import KoiJSON
import KoiSQLite

/// The events of a record.
///
/// An erasure takes their payloads and the salts with them; that something happened stays, and the chain holds.
struct HeldEvents: PersonalHolding {
    let name = "events"

    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let count = try transaction.connection.run(
            """
            DELETE FROM event_payloads WHERE sequence IN (
                SELECT sequence FROM events WHERE resource = ? AND record = ?)
            """,
            [.text(record.resource.name), .integer(record.id)]
        )
        return Int64(count)
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        try transaction.connection.rows(
            """
            SELECT e.sequence, e.at, e.type, e."user", p.payload
            FROM events AS e LEFT JOIN event_payloads AS p ON p.sequence = e.sequence
            WHERE e.resource = ? AND e.record = ? ORDER BY e.sequence
            """,
            [.text(record.resource.name), .integer(record.id)]
        ) { row in
            [
                "sequence": .integer(row.int(0)),
                "at": .string(Timestamp.text(row.int(1))),
                "type": .string(row.text(2)),
                "user": row.intOrNil(3).map(JSONValue.integer) ?? .null,
                "changes": try row.textOrNil(4).map { try JSONReader.read(Array($0.utf8)) } ?? .null,
            ]
        }
    }
}
