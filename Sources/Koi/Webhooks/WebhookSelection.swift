import KoiJSON
import KoiSQLite

/// Which changes a webhook wants to be told.
struct WebhookSelection {
    let changes: ChangeSelection
    private let resource: Resource?
    private let fields: Set<String>
    private let conditions: [Condition]
    private let transaction: Transaction

    /// - Parameter transaction: of the webhook's maker.
    /// - Throws: `Problem` where the filter cannot be used any more, as where its field is gone.
    init(_ webhook: Record, _ transaction: Transaction) throws {
        func texts(_ name: String) -> Set<String> {
            Set((webhook[name].arrayValue ?? []).compactMap(\.stringValue))
        }
        self.transaction = transaction
        let name = webhook["resource"].stringValue
        resource = name.flatMap { transaction.catalog.resources[$0] }
        fields = texts("fields")
        let types = texts("types")
        changes = ChangeSelection(resources: name.map { [$0] }, types: types.isEmpty ? nil : types)
        let filter: [Parameter] = (webhook["filter"].objectValue ?? [:]).members.map {
            ($0.name, $0.value.stringValue ?? $0.value.text)
        }
        conditions =
            try resource.map { resource -> [Condition] in
                guard !filter.isEmpty else { return [] }
                return try ListQueryParser(resource, transaction, isCounted: false).parse(filter).conditions
            } ?? []
    }

    func takes(_ change: Change) throws -> Bool {
        guard change.effect != .reset else { return false }
        return try touches(change) && fits(change)
    }

    /// Of changes only those of one of the fields; what is made, removed or changes hands in another way is always told.
    private func touches(_ change: Change) -> Bool {
        guard !fields.isEmpty, let resource = change.resource,
            ["changed", "cared"].contains(where: { change.type == resource.singular + "." + $0 })
        else { return true }
        return ["before", "after"].contains { side in
            guard let values = change.payload?[side]?.objectValue else { return false }
            return values.members.contains { member in
                fields.contains(member.name) || member.name == "custom" && fields.contains { $0.hasPrefix("custom.") }
            }
        }
    }

    /// Whether the record is one of those of the filter, or was around the event; what is out of sight is told to be so, and that
    /// a person was erased is told in any case, since nobody can say any more what the record was.
    private func fits(_ change: Change) throws -> Bool {
        guard !conditions.isEmpty, let resource, change.effect != .left, !change.type.hasSuffix(EventChain.erased)
        else { return true }
        let store = RecordStore(resource, transaction.connection)
        guard let record = try store.find(change.record, .all) ?? store.find(change.record, .all, inBin: true) else {
            return false
        }
        if try holds(record) { return true }
        // Rather told once too often than not at all.
        guard let past = try RecordPast(of: record, around: change.sequence, transaction.connection) else {
            return true
        }
        return try holds(past.after) || holds(past.before)
    }

    private func holds(_ record: Record) throws -> Bool {
        let facts = ConditionFacts(record, transaction)
        return try conditions.allSatisfy { try $0.holds(for: facts) }
    }
}
