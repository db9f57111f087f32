import KoiJSON
import KoiSQLite

/// Who owned a record when, and why it changed hands.
struct HeldOwnerships: PersonalHolding {
    let name = "ownerships"

    /// The reasons, which are free text.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let count = try transaction.connection.run(
            "UPDATE ownerships SET reason = NULL WHERE resource = ? AND record = ? AND reason IS NOT NULL",
            [.text(record.resource.name), .integer(record.id)]
        )
        return Int64(count)
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        try transaction.connection.rows(
            "SELECT at, previous, owner, \"by\", reason FROM ownerships WHERE resource = ? AND record = ? ORDER BY id",
            [.text(record.resource.name), .integer(record.id)]
        ) { row in
            [
                "at": .string(Timestamp.text(row.int(0))),
                "previous": row.intOrNil(1).map(JSONValue.integer) ?? .null,
                "owner": row.intOrNil(2).map(JSONValue.integer) ?? .null,
                "by": row.intOrNil(3).map(JSONValue.integer) ?? .null,
                "reason": row.textOrNil(4).map(JSONValue.string) ?? .null,
            ]
        }
    }
}

/// With whom of the staff a record is shared.
struct HeldCollaborators: PersonalHolding {
    let name = "collaborators"

    /// They say nothing about the person.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 { 0 }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        try transaction.connection.rows(
            """
            SELECT "user", access, "expiresAt", "createdAt" FROM collaborators
            WHERE resource = ? AND record = ? ORDER BY "user"
            """,
            [.text(record.resource.name), .integer(record.id)]
        ) { row in
            [
                "user": .integer(row.int(0)),
                "access": .string(row.text(1)),
                "expiresAt": row.intOrNil(2).map { .string(Timestamp.text($0)) } ?? .null,
                "createdAt": .string(Timestamp.text(row.int(3))),
            ]
        }
    }
}
