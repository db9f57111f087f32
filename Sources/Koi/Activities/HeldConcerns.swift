import KoiJSON
import KoiSQLite

/// What activities and tasks say about a person.
struct HeldConcerns: PersonalHolding {
    let resource: Resource

    var name: String { resource.name }

    /// That something was done and when stays, without a word of what.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let ids = try holders(of: record, transaction)
        for id in ids { try erase(id, transaction) }
        return Int64(ids.count)
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        let store = RecordStore(resource, transaction.connection)
        return try holders(of: record, transaction).map { id in
            let held = try store.findAny(id, .all)
            return .object(JSONObject(resource.fields.map { .init(name: $0.name, value: held[$0.name]) }))
        }
    }

    /// Living or in the bin.
    private func holders(of record: Record, _ transaction: Transaction) throws -> [Int64] {
        let fields = Concern.fields.filter { field in
            if case .reference(record.resource.name) = field.kind { true } else { false }
        }
        let ids = try fields.flatMap { field in
            try transaction.connection.rows(
                "SELECT id FROM \(Dialect.quoted(resource.name)) WHERE \(Dialect.quoted(field.name)) = ?",
                [.integer(record.id)]
            ) { $0.int(0) }
        }
        return Set(ids).sorted()
    }

    private func erase(_ id: Int64, _ transaction: Transaction) throws {
        let store = RecordStore(resource, transaction.connection)
        let before = try store.findAny(id, .all)
        var record = before.erased()
        record["version"] = .integer(before.version + 1)
        record["updatedAt"] = .string(Timestamp.text(transaction.now))
        try store.update(record, changed: resource.declared.filter(\.isPersonal))
        try transaction.connection.run(
            "DELETE FROM event_payloads WHERE sequence IN (SELECT sequence FROM events WHERE resource = ? AND record = ?)",
            [.text(resource.name), .integer(id)]
        )
        try transaction.events.append(
            Event(
                type: resource.singular + EventChain.erased,
                subject: EventSubject(resource: resource.name, id: id),
                payload: [:],
                related: resource.rules.related(to: record)
            ),
            in: transaction
        )
    }
}
