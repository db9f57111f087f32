import KoiJSON
import KoiSQLite

/// Records that are about others, such as the needs of a customer: what they say goes with whom they say it of, and that they
/// were there stays.
struct HeldRecords: PersonalHolding {
    let resource: Resource
    /// The references by which they are about somebody: first to whom they belong.
    let fields: [Field]
    /// Fields that are not about the others, and stay with whom the record belongs to unless they name the one who is erased.
    let kept: [String]
    /// The texts that lie beside such a record's own fields.
    let rest: [HeldText]

    init(_ resource: Resource, about names: [String], keeping kept: [String] = [], rest: [HeldText] = []) {
        self.resource = resource
        fields = names.compactMap(resource.field)
        self.kept = kept
        self.rest = rest
    }

    var name: String { resource.name }

    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let ids = try ids(about: record, transaction.connection)
        for id in ids { try empty(id, since: record, marks, transaction) }
        return Int64(ids.count)
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        let store = RecordStore(resource, transaction.connection)
        return try ids(about: record, transaction.connection).map { id in
            let held = try store.findAny(id, .all)
            let own = zip(resource.fields, held.values).map { JSONObject.Member(name: $0.name, value: $1) }
            let others = try rest.map { text in
                JSONObject.Member(name: text.name, value: .array(try text.all(of: id, transaction.connection)))
            }
            return .object(JSONObject(own + others))
        }
    }

    private func empty(_ id: Int64, since cause: Record, _ marks: PersonalMarks, _ transaction: Transaction) throws {
        let store = RecordStore(resource, transaction.connection)
        let before = try store.findAny(id, .all)
        let after = try store.empty(before, keeping: kept(before, since: cause, marks), at: transaction.now)
        for text in rest { try text.empty(of: id, transaction.connection) }
        for holding in PersonalHoldings.ofHeldRecords { _ = try holding.erase(before, marks, in: transaction) }
        try transaction.events.append(
            Event(
                type: resource.singular + EventChain.erased,
                subject: EventSubject(resource: resource.name, id: id),
                payload: ["after": ["resource": .string(cause.resource.name), "record": .integer(cause.id)]],
                related: resource.rules.related(to: after)
            ),
            in: transaction
        )
    }

    private func kept(_ before: Record, since cause: Record, _ marks: PersonalMarks) -> [String] {
        guard let first = fields.first, before[first.name].integerValue != nil,
            case .reference(let owner) = first.kind, owner != cause.resource.name
        else { return [] }
        return kept.filter { !marks.tell(of: before[$0]) }
    }

    /// Living or in the bin.
    private func ids(about record: Record, _ connection: Connection) throws -> [Int64] {
        let found = try fields.flatMap { field -> [Int64] in
            guard case .reference(record.resource.name) = field.kind else { return [] }
            return try connection.rows(
                "SELECT id FROM \(Dialect.quoted(resource.name)) WHERE \(Dialect.quoted(field.name)) = ?",
                [.integer(record.id)]
            ) { $0.int(0) }
        }
        return Set(found).sorted()
    }
}
