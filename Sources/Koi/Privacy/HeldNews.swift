import KoiJSON
import KoiSQLite

/// What the staff are told about a record.
///
/// Once the person is erased there is nothing left to be told, and a mail that still waits is not sent.
struct HeldNotifications: PersonalHolding {
    let name = "notifications"

    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let count = try transaction.connection.run(
            "DELETE FROM notifications WHERE resource = ? AND record = ?",
            [.text(record.resource.name), .integer(record.id)]
        )
        return Int64(count)
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        try transaction.connection.rows(
            """
            SELECT "createdAt", kind, "user", parameters FROM notifications
            WHERE resource = ? AND record = ? ORDER BY id
            """,
            [.text(record.resource.name), .integer(record.id)]
        ) { row in
            [
                "at": .string(Timestamp.text(row.int(0))),
                "kind": .string(row.text(1)),
                "user": .integer(row.int(2)),
                "parameters": try JSONReader.read(Array(row.text(3).utf8)),
            ]
        }
    }
}

/// Mail to the person's own addresses.
struct HeldMail: PersonalHolding {
    let name = "mails"

    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        try addresses(of: record).reduce(0) { count, address in
            let deleted = try transaction.connection.run("DELETE FROM outbox WHERE recipient = ?", [.text(address)])
            return count + Int64(deleted)
        }
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        try addresses(of: record).flatMap { address in
            try transaction.connection.rows(
                "SELECT \"createdAt\", template, state FROM outbox WHERE recipient = ? ORDER BY id",
                [.text(address)]
            ) { row in
                [
                    "at": .string(Timestamp.text(row.int(0))),
                    "template": .string(row.text(1)),
                    "state": .string(row.text(2)),
                ]
            }
        }
    }

    private func addresses(of record: Record) -> [String] {
        record.resource.declared.filter { $0.search == .email }.compactMap { record[$0.name].stringValue }
    }
}
