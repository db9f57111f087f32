import KoiJSON
import KoiSQLite

/// What deals say of the customers with whom they are.
struct HeldDeals: PersonalHolding {
    let name = "deals"

    /// Empties their texts; that there was a deal, how it went and for how much, stays.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let store = RecordStore(Deal.resource, transaction.connection)
        let ids = try ids(of: record, transaction.connection)
        for id in ids {
            let before = try store.findAny(id, .all)
            var deal = before.erased()
            deal["version"] = .integer(before.version + 1)
            deal["updatedAt"] = .string(Timestamp.text(transaction.now))
            try store.update(deal, changed: Deal.resource.declared.filter(\.isPersonal))
            try eraseNotes(of: id, transaction.connection)
            _ = try HeldEvents().erase(before, marks, in: transaction)
            try transaction.events.append(
                Event(
                    type: Deal.resource.singular + EventChain.erased,
                    subject: EventSubject(resource: Deal.resource.name, id: id),
                    payload: ["after": ["resource": .string(record.resource.name), "record": .integer(record.id)]]
                ),
                in: transaction
            )
        }
        return Int64(ids.count)
    }

    /// What people wrote down on the way: that something was there, and when, is still told.
    private func eraseNotes(of deal: Int64, _ connection: Connection) throws {
        for sql in [
            "UPDATE deal_stages SET reason = NULL WHERE deal = ? AND reason IS NOT NULL",
            "UPDATE deal_deliverables SET note = '#' WHERE deal = ? AND note IS NOT NULL",
            "UPDATE deal_problems SET text = '#' WHERE deal = ?",
        ] {
            try connection.run(sql, [.integer(deal)])
        }
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        let store = RecordStore(Deal.resource, transaction.connection)
        return try ids(of: record, transaction.connection).map { id in
            let deal = try store.findAny(id, .all)
            return .object(JSONObject(zip(Deal.resource.fields, deal.values).map { .init(name: $0.name, value: $1) }))
        }
    }

    private func ids(of record: Record, _ connection: Connection) throws -> [Int64] {
        guard record.resource.name == Customer.resource.name else { return [] }
        return try connection.rows("SELECT id FROM deals WHERE customer = ? ORDER BY id", [.integer(record.id)]) {
            $0.int(0)
        }
    }
}
