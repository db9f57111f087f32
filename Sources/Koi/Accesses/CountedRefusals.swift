/// What was refused, of each actor, route and reason once in a minute, with how often it was, in the order in which they came.
struct CountedRefusals: Sendable {
    /// What two refusals have in common that are counted as one.
    private struct Identity: Hashable, Sendable {
        let minute: Int64
        let actorKind: Actor.Kind?
        let actor: Int64?
        let user: Int64?
        let address: String
        let method: String?
        let path: String?
        let code: String?

        init(_ entry: AccessEntry) {
            minute = entry.at
            actorKind = entry.actorKind
            actor = entry.actor
            user = entry.user
            address = entry.address
            method = entry.method
            path = entry.path
            code = entry.code
        }
    }

    private(set) var counted: [(entry: AccessEntry, count: Int64)] = []
    private var indices: [Identity: Int] = [:]

    var count: Int { counted.count }

    /// - Parameters:
    ///   - entry: its time is the minute.
    ///   - limit: how many may be held.
    /// - Returns: whether it was taken.
    mutating func add(_ entry: AccessEntry, _ count: Int64, limit: Int = .max) -> Bool {
        let identity = Identity(entry)
        if let index = indices[identity] {
            counted[index].count += count
            counted[index].entry.join(entry)
            return true
        }
        guard counted.count < limit else { return false }
        indices[identity] = counted.count
        counted.append((entry, count))
        return true
    }

    /// Takes out the first.
    mutating func tearOff(_ limit: Int) -> CountedRefusals {
        guard limit > 0, !counted.isEmpty else { return CountedRefusals() }
        let rest = CountedRefusals(counted.dropFirst(limit))
        let part = CountedRefusals(counted.prefix(limit))
        self = rest
        return part
    }

    /// Takes back in front what was taken out.
    mutating func putBack(_ part: CountedRefusals) {
        guard !part.counted.isEmpty else { return }
        self = CountedRefusals(part.counted + counted)
    }

    init() {}

    private init(_ entries: some Sequence<(entry: AccessEntry, count: Int64)>) {
        for (entry, count) in entries { _ = add(entry, count) }
    }
}

extension AccessEntry {
    /// The most records or fields that an entry names.
    private static let maximumNamed = ListQuery.maximumLimit

    /// Whether it is known who asked.
    var isOfSomebody: Bool { user != nil || actor != nil }

    /// Takes over what another names that is counted with this one.
    mutating func join(_ other: AccessEntry) {
        for record in other.records where records.count < AccessEntry.maximumNamed && !records.contains(record) {
            records.append(record)
        }
        for field in other.fields where fields.count < AccessEntry.maximumNamed && !fields.contains(field) {
            fields.append(field)
        }
    }
}
