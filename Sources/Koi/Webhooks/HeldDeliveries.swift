import KoiJSON
import KoiSQLite

/// What the receivers of webhooks answered to what they were told of a person.
struct HeldDeliveries: PersonalHolding {
    let name = "deliveries"

    /// What they were told itself lies nowhere; their answers may repeat it.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let count = try transaction.connection.run(
            """
            UPDATE webhook_deliveries SET response = NULL WHERE resource = ? AND record = ? AND response IS NOT NULL
            """,
            [.text(record.resource.name), .integer(record.id)]
        )
        return Int64(count)
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        try transaction.connection.rows(
            """
            SELECT d.id, d.sequence, w.name, d.state, d."createdAt", d."finishedAt"
            FROM webhook_deliveries AS d JOIN webhooks AS w ON w.id = d.webhook
            WHERE d.resource = ? AND d.record = ? ORDER BY d.id
            """,
            [.text(record.resource.name), .integer(record.id)]
        ) { row in
            [
                "id": .integer(row.int(0)),
                "sequence": row.intOrNil(1).map(JSONValue.integer) ?? .null,
                "webhook": .string(row.text(2)),
                "state": .string(row.text(3)),
                "createdAt": .string(Timestamp.text(row.int(4))),
                "finishedAt": row.intOrNil(5).map { .string(Timestamp.text($0)) } ?? .null,
            ]
        }
    }
}
