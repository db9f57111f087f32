import KoiJSON
import KoiSQLite

/// In which stages a customer was, and which ones somebody wanted.
struct HeldStages: PersonalHolding {
    let name = "stages"

    /// The reasons, which are free text.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        guard record.resource.name == Customer.resource.name else { return 0 }
        var count = 0
        for table in ["customer_stages", "stage_overrides"] {
            count += try transaction.connection.run(
                "UPDATE \(table) SET reason = NULL WHERE customer = ? AND reason IS NOT NULL",
                [.integer(record.id)]
            )
        }
        return Int64(count)
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        guard record.resource.name == Customer.resource.name else { return [] }
        return try transaction.connection.rows(
            """
            SELECT axis, at, previous, stage, reason FROM customer_stages WHERE customer = ?1
            UNION ALL SELECT axis, at, NULL, stage, reason FROM stage_overrides WHERE customer = ?1
            ORDER BY 2
            """,
            [.integer(record.id)]
        ) { row in
            [
                "axis": .string(row.text(0)), "at": .string(Timestamp.text(row.int(1))),
                "previous": row.textOrNil(2).map(JSONValue.string) ?? .null, "stage": .string(row.text(3)),
                "reason": row.textOrNil(4).map(JSONValue.string) ?? .null,
            ]
        }
    }
}
