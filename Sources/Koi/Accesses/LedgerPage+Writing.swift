import KoiJSON
import KoiSQLite

extension LedgerPage {
    func write(_ connection: Connection) throws {
        for entry in reads { try insert(entry, "read", 1, connection) }
        for (entry, count) in refusals.counted { try write(entry, count, connection) }
        for (failure, count) in failures { try write(failure, count, connection) }
        for (used, at) in uses {
            switch used {
            case .key(let id): try write(#"UPDATE keys SET "lastUsedAt" = ?1 WHERE id = ?2"#, at, id, connection)
            case .session(let id):
                try write(#"UPDATE sessions SET "lastUsedAt" = ?1 WHERE id = ?2"#, at, id, connection)
            }
        }
    }

    /// Adds to the row of the minute where there is one.
    private func write(_ refusal: AccessEntry, _ count: Int64, _ connection: Connection) throws {
        // The sign in front of "user" has the rows found by time: nobody's would be very many.
        let found = try connection.first(
            """
            SELECT id, records, fields FROM accesses
            WHERE at = ? AND kind = 'refused' AND +"user" IS ? AND "actorKind" IS ? AND actor IS ? AND address = ?
                AND method IS ? AND path IS ? AND code IS ?
            LIMIT 1
            """,
            [
                .integer(refusal.at), .nullable(refusal.user), .nullable(refusal.actorKind?.rawValue),
                .nullable(refusal.actor), .text(refusal.address), .nullable(refusal.method),
                .nullable(refusal.path), .nullable(refusal.code),
            ]
        ) { row in
            var entry = refusal
            entry.records = (FieldKind.object.loaded(row, 1).arrayValue ?? []).compactMap(\.integerValue)
            entry.fields = (FieldKind.object.loaded(row, 2).arrayValue ?? []).compactMap(\.stringValue)
            entry.join(refusal)
            return (id: row.int(0), entry: entry)
        }
        guard let found else { return try insert(refusal, "refused", count, connection) }
        try connection.run(
            #"UPDATE accesses SET "count" = "count" + ?, records = ?, fields = ? WHERE id = ?"#,
            [
                .integer(count), .text(found.entry.recordsText), .text(found.entry.fieldsText), .integer(found.id),
            ]
        )
    }

    private func insert(_ entry: AccessEntry, _ kind: String, _ count: Int64, _ connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO accesses (at, kind, "actorKind", actor, "user", request, address, method, path, resource,
                records, fields, code, "count")
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(entry.at), .text(kind), .nullable(entry.actorKind?.rawValue),
                .nullable(entry.actor), .nullable(entry.user), .nullable(entry.request), .text(entry.address),
                .nullable(entry.method), .nullable(entry.path), .nullable(entry.resource),
                .text(entry.recordsText), .text(entry.fieldsText), .nullable(entry.code), .integer(count),
            ]
        )
    }

    private func write(_ failure: Failure, _ count: Int64, _ connection: Connection) throws {
        try connection.run(
            """
            INSERT INTO accesses (at, kind, account, address, "count") VALUES (?, 'failed_sign_in', ?, ?, ?)
            ON CONFLICT (account, address, at) WHERE kind = 'failed_sign_in'
            DO UPDATE SET "count" = accesses."count" + excluded."count"
            """,
            [.integer(failure.minute), .text(failure.account), .text(failure.address), .integer(count)]
        )
    }

    private func write(_ sql: String, _ at: Int64, _ id: Int64, _ connection: Connection) throws {
        try connection.run(sql + #" AND coalesce("lastUsedAt", 0) < ?1"#, [.integer(at), .integer(id)])
    }
}

extension AccessEntry {
    fileprivate var recordsText: String { JSONValue.array(records.map(JSONValue.integer)).text }
    fileprivate var fieldsText: String { JSONValue.array(fields.map(JSONValue.string)).text }
}
