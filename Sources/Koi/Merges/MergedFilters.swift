import KoiJSON
import KoiSQLite

/// Views, webhooks, rules and pools that name the loser of a merge by its number, and name the survivor then: `customer=17`.
///
/// Each parameter that is changed is a change of the merge by itself, `filter.customer` of the view; nothing but numbers is in it.
struct MergedFilters {
    private static let prefix = "filter."

    private let target: Resource
    private let transaction: Transaction
    private let store: MergeStore

    init(_ target: Resource, _ transaction: Transaction) {
        self.target = target
        self.transaction = transaction
        store = MergeStore(transaction.connection)
    }

    /// Resources whose records keep filters.
    static let holders = KeptFilters.all.map(\.resource)

    static func isOne(_ change: MergeChange) -> Bool {
        change.field.hasPrefix(prefix) && holders.contains { $0.name == change.resource }
    }

    func move(_ merge: Merge) throws {
        for holder in MergedFilters.holders {
            for id in try ids(of: holder, naming: merge.loser) { try move(merge, id, holder) }
        }
    }

    /// A text search: few, and each is looked at.
    private func ids(of holder: Resource, naming loser: Int64) throws -> [Int64] {
        let contains = Dialect.contains("filter", String(loser))
        return try transaction.connection.rows(
            "SELECT id FROM \(Dialect.quoted(holder.name)) WHERE \(contains.sql) ORDER BY id",
            contains.values
        ) { $0.int(0) }
    }

    private func move(_ merge: Merge, _ id: Int64, _ holder: Resource) throws {
        let before = try RecordStore(holder, transaction.connection).findAny(id, .all)
        guard let resource = before["resource"].stringValue.flatMap({ transaction.catalog.resources[$0] }) else {
            return
        }
        let names = names(of: resource)
        var filter = before["filter"].objectValue ?? [:]
        var changes: [MergeChange] = []
        for member in filter.members where names.contains(member.name) {
            guard let value = MergedFilters.renamed(member.value, merge.loser, merge.survivor) else { continue }
            filter[member.name] = value
            changes.append(MergeChange(before, MergedFilters.prefix + member.name, before: member.value, after: value))
        }
        guard !changes.isEmpty else { return }
        for change in changes { try store.add(change, to: merge.id) }
        try save(filter, in: before, holder)
    }

    /// The parameters of a list that take numbers of the target.
    private func names(of resource: Resource) -> Set<String> {
        var names: Set<String> = resource.name == target.name ? ["id"] : []
        for field in resource.declared {
            switch field.kind {
            case .reference(target.name): names.insert(field.name)
            case .links(let links) where links.names(of: target.name).contains(links.target): names.insert(links.target)
            default: continue
            }
        }
        return names.union(names.map { $0 + ".not" })
    }

    /// - Returns: nil where the loser is not among the numbers.
    private static func renamed(_ value: JSONValue, _ loser: Int64, _ survivor: Int64) -> JSONValue? {
        if value == .integer(loser) { return .integer(survivor) }
        guard let text = value.stringValue else { return nil }
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard numbers.contains(String(loser)) else { return nil }
        var renamed: [String] = []
        for number in numbers {
            let next = number == String(loser) ? String(survivor) : number
            if !renamed.contains(next) { renamed.append(next) }
        }
        return .string(renamed.joined(separator: ","))
    }

    /// Brings a parameter back to what it was, where nobody has changed it since.
    func moveBack(_ change: MergeChange) throws {
        guard let holder = MergedFilters.holders.first(where: { $0.name == change.resource }),
            let before = try? RecordStore(holder, transaction.connection).findAny(change.record, .all)
        else { return }
        var filter = before["filter"].objectValue ?? [:]
        let name = String(change.field.dropFirst(MergedFilters.prefix.count))
        guard filter[name] == change.after else { return }
        filter[name] = change.before
        try save(filter, in: before, holder)
    }

    private func save(_ filter: JSONObject, in before: Record, _ holder: Resource) throws {
        var record = before
        record["filter"] = .object(filter)
        _ = try RecordService(holder, transaction).save(record, before: before)
    }
}
