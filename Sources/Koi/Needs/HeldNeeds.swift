import KoiJSON
import KoiSQLite

/// What people have said that they need.
struct HeldNeeds: PersonalHolding {
    let name = "needs"

    /// Empties them; that there was a need, and for how much, stays.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let store = RecordStore(Need.resource, transaction.connection)
        let ids = try ids(of: record, transaction.connection)
        for id in ids {
            let before = try store.findAny(id, .all)
            var need = before.erased()
            need["version"] = .integer(before.version + 1)
            need["updatedAt"] = .string(Timestamp.text(transaction.now))
            try store.update(need, changed: Need.resource.declared.filter(\.isPersonal))
            _ = try HeldEvents().erase(before, marks, in: transaction)
            try transaction.events.append(
                Event(
                    type: Need.resource.singular + EventChain.erased,
                    subject: EventSubject(resource: Need.resource.name, id: id),
                    payload: ["after": ["resource": .string(record.resource.name), "record": .integer(record.id)]]
                ),
                in: transaction
            )
        }
        return Int64(ids.count)
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        let store = RecordStore(Need.resource, transaction.connection)
        return try ids(of: record, transaction.connection).map { id in
            let need = try store.findAny(id, .all)
            return .object(JSONObject(zip(Need.resource.fields, need.values).map { .init(name: $0.name, value: $1) }))
        }
    }

    private func ids(of record: Record, _ connection: Connection) throws -> [Int64] {
        let column: String? =
            switch record.resource.name {
            case Customer.resource.name: "customer"
            case Contact.resource.name: "contact"
            default: nil
            }
        guard let column else { return [] }
        return try connection.rows("SELECT id FROM needs WHERE \(column) = ? ORDER BY id", [.integer(record.id)]) {
            $0.int(0)
        }
    }
}
