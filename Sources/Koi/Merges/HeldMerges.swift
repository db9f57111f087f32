import KoiJSON
import KoiSQLite

/// What merges remember of records so that they can be undone.
struct HeldMerges: PersonalHolding {
    let name = "merges"

    /// Empties the merges of the record, which cannot be undone then, and what others have of its fields.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let store = MergeStore(transaction.connection)
        let merges = try merges(of: record, store)
        try store.forget(merges)
        var count = Int64(merges.count)
        for (merge, change) in try store.changes(of: record) {
            guard let field = record.resource.field(change.field), field.isPersonal else { continue }
            try store.replace(change.erased(field), of: merge)
            count += 1
        }
        return count
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        let store = MergeStore(transaction.connection)
        return try merges(of: record, store).map { merge in
            var json = merge.json
            let snapshot = try store.snapshot(of: merge.id)
            json["before"] =
                snapshot.map { snapshot -> JSONValue in
                    ["survivor": .object(snapshot.survivor), "loser": .object(snapshot.loser)]
                } ?? .null
            return .object(json)
        }
    }

    private func merges(of record: Record, _ store: MergeStore) throws -> [Merge] {
        guard record.resource.isMergeable else { return [] }
        let own = try store.active(ofSurvivor: record.id, record.resource.name)
        return try own + [store.active(ofLoser: record.id, record.resource.name)].compactMap { $0 }
    }
}
