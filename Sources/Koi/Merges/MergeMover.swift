import KoiJSON
import KoiSQLite

/// Goes through the records that name the loser of a merge, and makes them name the survivor, or the loser again.
///
/// Each is changed by `RecordService`, so that its version, history, event and search terms follow. Where it goes on says the
/// store itself: what was moved names the loser no more, and what was moved back has no row of a change any more.
struct MergeMover {
    private let merge: Merge
    private let target: Resource
    private let transaction: Transaction
    private let store: MergeStore

    init(_ merge: Merge, _ target: Resource, in transaction: Transaction) {
        self.merge = merge
        self.target = target
        self.transaction = transaction
        store = MergeStore(transaction.connection)
    }

    private var references: [ReferenceField] { ReferenceField.all(to: target, in: transaction.catalog.resources) }

    // MARK: To the survivor

    /// How many fields of records name the loser, by resource and field.
    func counts() throws -> [(reference: ReferenceField, count: Int64)] {
        try references.map { reference in
            let pair = [merge.survivor, merge.loser]
            return (reference, try reference.count(of: merge.loser, besides: pair, transaction.connection))
        }
    }

    /// Moves so many of them.
    ///
    /// - Returns: how many; fewer where none is left.
    func move(atMost limit: Int) throws -> Int {
        var moved = 0
        for reference in references where moved < limit {
            let pair = [merge.survivor, merge.loser]
            let ids = try reference.holders(
                of: merge.loser,
                besides: pair,
                limit: limit - moved,
                transaction.connection
            )
            for id in ids { try move(reference, id) }
            moved += ids.count
        }
        try store.addMoved(Int64(moved), to: merge.id)
        return moved
    }

    private func move(_ reference: ReferenceField, _ id: Int64) throws {
        let before = try RecordStore(reference.holder, transaction.connection).findAny(id, .all)
        var record = before
        let change = try reference.move(&record, from: merge.loser, to: merge.survivor, in: transaction)
        try store.add(change, to: merge.id)
        _ = try RecordService(reference.holder, transaction)
            .save(record, before: before, fields: [reference.field])
    }

    // MARK: Back to the loser

    /// A field that does not name the survivor any more, and so cannot be given back.
    struct Misplaced {
        let resource: String
        let record: Int64
        let field: String
    }

    /// Those of the first so many that cannot be placed.
    func misplaced(atMost limit: Int) throws -> [Misplaced] {
        try store.otherChanges(of: merge, limit: limit).filter { !MergedFilters.isOne($0) }.compactMap { change in
            try placed(change) == nil
                ? Misplaced(resource: change.resource, record: change.record, field: change.field) : nil
        }
    }

    /// Moves so many back.
    ///
    /// - Returns: how many were looked at, fewer than asked for where none is left; and those that stayed as they are.
    func moveBack(atMost limit: Int) throws -> (count: Int, misplaced: [Misplaced]) {
        var misplaced: [Misplaced] = []
        let changes = try store.otherChanges(of: merge, limit: limit)
        for change in changes {
            try store.remove(change, of: merge.id)
            guard !MergedFilters.isOne(change) else {
                try MergedFilters(target, transaction).moveBack(change)
                continue
            }
            guard let placed = try placed(change) else {
                misplaced.append(Misplaced(resource: change.resource, record: change.record, field: change.field))
                continue
            }
            var record = placed.before
            record[change.field] = placed.value
            _ = try RecordService(placed.reference.holder, transaction)
                .save(record, before: placed.before, fields: [placed.reference.field])
        }
        return (changes.count, misplaced)
    }

    private func placed(
        _ change: MergeChange
    ) throws -> (reference: ReferenceField, before: Record, value: JSONValue)? {
        let list = transaction.catalog.resources
        guard
            let reference = ReferenceField.named(change.field, of: change.resource, to: target, in: list),
            let before = try? RecordStore(reference.holder, transaction.connection).findAny(change.record, .all),
            let value = change.placed(before[change.field], survivor: merge.survivor, names: reference.names)
        else { return nil }
        return (reference, before, value)
    }
}
