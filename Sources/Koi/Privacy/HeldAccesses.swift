import KoiJSON
import KoiSQLite

/// Who was shown what of a record that is held back from others, and who was refused it.
struct HeldAccesses: PersonalHolding {
    let name = "accesses"

    /// They have the names of fields and no values, and are what proves who saw the person.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 { 0 }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        let names = Dialect.hasElement("records", [.integer(record.id)])
        return try transaction.connection.rows(
            """
            SELECT at, kind, "user", fields FROM accesses
            WHERE resource = ? AND kind IN ('read', 'refused') AND \(names.sql) ORDER BY id
            """,
            [.text(record.resource.name)] + names.values
        ) { row in
            [
                "at": .string(Timestamp.text(row.int(0))),
                "kind": .string(row.text(1)),
                "user": row.intOrNil(2).map(JSONValue.integer) ?? .null,
                "fields": try JSONReader.read(Array(row.text(3).utf8)),
            ]
        }
    }
}
