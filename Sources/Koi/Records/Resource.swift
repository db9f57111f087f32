package import KoiJSON

/// A kind of record: its name, its fields and the rules of its own.
///
/// Everything that all resources share reads this.
///
/// Each resource has a table of its name with a column for each stored field and the system columns
/// `id`, `externalIds`, `version`, `createdAt`, `updatedAt`, `removedAt`. One with a searched field also has the column `searchTerms`
/// and the full-text table `<name>_search`.
package final class Resource: Sendable {
    /// What a client may do beyond reading, where its role lets it.
    package enum Operation: Sendable {
        case create
        case change
        case remove
        /// To take out of the bin.
        case restore
    }

    /// The plural noun of the path and the table: `customers`.
    package let name: String
    /// The noun of one, which begins its event types: `customer`.
    package let singular: String
    package let label: Text
    package let pluralLabel: Text
    /// The fields that the resource declares, and what its records are called in other systems; without the system fields.
    package let declared: [Field]
    /// All fields in the order in which they are written: `id`, the declared ones, the system fields.
    package let fields: [Field]
    package let operations: Set<Operation>
    /// The field whose user owns the record, for permission.
    package let ownerField: String?
    /// The field with a team whose record it is, where some are of no user: who reaches a team reaches those of the team and of
    /// the teams below it, too.
    package let teamField: String?
    /// The owner's field, where a client may give a record to another owner by it: then records also have a history of owners,
    /// collaborators, and are handed over when their owner leaves.
    package let changeableOwner: Field?
    /// Whether its records must be handed over before their owner can leave, and are with all others.
    ///
    /// Not where they say who did something.
    let isHandedOver: Bool
    package let rules: any RecordRules
    /// Whether events tell neither who nor when beyond the day, as anonymous answers need it.
    package let isAnonymous: Bool
    /// Whether its records are about people, who may have what is held about them shown and erased.
    package let describesPeople: Bool
    /// Whether the feed of changes has its records.
    ///
    /// Not what Koi itself is set up by, nor what is personal; and never what is anonymous, since the order of the feed would
    /// tell its time.
    package let isMirrored: Bool
    package let isSearchable: Bool
    /// The fields by which a record of the same thing is found; none where records are not compared.
    let recognised: RecognisedFields
    let searchedFields: [Field]
    /// What the answer to a creation has beside the fields, and no other answer ever: a key, a secret.
    package let shownOnce: [Field]
    /// Writes all fields.
    package let encoder: RecordEncoder
    /// The fields with a column of their own, beside `id`.
    let storedFields: [Field]
    /// The fields that are ordered by a key in a column beside their own.
    let derivedSorts: [Field]
    /// Inserts a row: the stored fields, the sort keys, and the search terms where there are any.
    let insertSQL: String
    private let positions: [String: Int]

    package init(
        _ name: String,
        singular: String,
        _ label: Text,
        plural pluralLabel: Text,
        operations: Set<Operation> = [.create, .change, .remove, .restore],
        owner ownerField: String? = nil,
        team teamField: String? = nil,
        isAnonymous: Bool = false,
        describesPeople: Bool = false,
        takesExternalIDs: Bool = true,
        isMirrored: Bool = true,
        isHandedOver: Bool = true,
        shownOnce: [Field] = [],
        rules: any RecordRules = NoRules(),
        fields own: [Field]
    ) {
        // A key of another system would lead back to who answered.
        let isKeyed = takesExternalIDs && !isAnonymous && !own.contains { $0.name == SystemField.externalIDs.name }
        let declared = isKeyed ? own + [SystemField.externalIDs] : own
        self.name = name
        self.singular = singular
        self.label = label
        self.pluralLabel = pluralLabel
        self.declared = declared
        self.operations = operations
        self.ownerField = ownerField
        self.teamField = teamField
        self.rules = rules
        self.isAnonymous = isAnonymous
        self.describesPeople = describesPeople
        self.isMirrored = isMirrored && !isAnonymous
        self.isHandedOver = isHandedOver
        self.shownOnce = shownOnce
        changeableOwner = declared.first { $0.name == ownerField && !$0.isReadOnly && !$0.isFixed }
        fields = [SystemField.id] + declared + SystemField.trailing
        encoder = RecordEncoder(name, fields)
        storedFields = fields.filter { !$0.isLinks && $0.name != "id" }
        derivedSorts = fields.filter { $0.derivedSort != nil }
        isSearchable = declared.contains { $0.search != nil }
        recognised = RecognisedFields(declared)
        searchedFields = declared.filter { $0.search != nil }
        var columns = storedFields.map(\.name) + derivedSorts.compactMap(\.derivedSort)
        if isSearchable { columns.append("searchTerms") }
        insertSQL = """
            INSERT INTO \(Dialect.quoted(name)) (\(columns.map(Dialect.quoted).joined(separator: ", "))) \
            VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
            """
        positions = Dictionary(
            fields.enumerated().map { ($1.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    func encoder(for selection: Selection) -> RecordEncoder {
        selection.isPlain ? encoder : RecordEncoder(name, fields, selection)
    }

    /// Whether the search terms of a record depend on this field.
    func isSearched(_ field: Field) -> Bool {
        isSearchable && (field.search != nil || field.name == ownerField)
    }

    /// Whether records are compared when they are made: what can be merged can have been made twice.
    package var findsDuplicates: Bool { !recognised.isEmpty && !isAnonymous && isMergeable }

    package func field(_ name: String) -> Field? {
        positions[name].map { fields[$0] }
    }

    /// Where a field stands in `fields` and in `Record.values`.
    package func position(_ name: String) -> Int? {
        positions[name]
    }

    /// Whether the resource takes the fields that a company made itself.
    package var takesCustomFields: Bool {
        declared.contains { if case .custom = $0.kind { true } else { false } }
    }

    /// Whether records can be given the keys that they have in other systems.
    package var takesExternalIDs: Bool { field(SystemField.externalIDs.name) != nil }

    /// Whether records can be removed, and so lie in a bin: users, for instance, cannot.
    package var hasBin: Bool { operations.contains(.remove) }
}

/// The fields that every record has.
package enum SystemField {
    package static let id = Field.integer("id", "Number", "编号", 1...Int64.max).readOnly()
    package static let version = Field.integer("version", "Version", "版本", 1...Int64.max)
        .readOnly().noted("Grows by one with every change.", "每次更改加一。")
    package static let createdAt = Field.time("createdAt", "Created", "创建时间").readOnly()
    package static let updatedAt = Field.time("updatedAt", "Changed", "更新时间").readOnly()
    package static let removedAt = Field.time("removedAt", "Removed", "删除时间").readOnly()
        .noted("Set while the record lies in the bin.", "记录在回收站中时才有值。")

    package static let externalIDs = Field(
        "externalIds",
        .externalIDs,
        Text("Keys in other systems", "其他系统中的键")
    ).noted(
        "What the record is called elsewhere. A key leads to one record: GET, PUT and DELETE …/by/{system}/{key}.",
        "记录在其他系统中的标识；每个键只对应一条记录，可通过 …/by/{system}/{key} 访问。"
    ).example([["system": "erp", "key": "C-1009"]])

    static let trailing = [version, createdAt, updatedAt, removedAt]
}

/// The rules of one resource beyond what its field list says, called within the transaction of a write.
package protocol RecordRules: Sendable {
    /// Sets what a new record has where the client sends nothing, as far as the field list alone cannot know.
    func begin(_ record: inout Record, in transaction: Transaction)

    /// Completes what follows from a record's own values alone, whatever changed them: a request, a merge or Koi itself.
    func complete(_ record: inout Record)

    /// Completes and checks a record before it is stored. Issues are reported together with those of the field list.
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws

    /// Completes a record that changes hands, or refuses it by throwing.
    ///
    /// - Parameter reason: what the one who hands it over says.
    func handingOver(_ record: inout Record, before: Record, reason: String?, in transaction: Transaction) throws

    /// Does what follows from a stored change, in the same transaction.
    func saved(_ record: Record, before: Record?, in transaction: Transaction) throws

    /// Does what follows from a change that the log has, such as with other records of which the event is then the cause.
    ///
    /// - Parameter event: its number.
    func happened(_ record: Record, before: Record?, event: Int64, in transaction: Transaction) throws

    /// Refuses a removal by throwing.
    func removing(_ record: Record, in transaction: Transaction) throws

    /// Refuses to have a record merged into another by throwing.
    func merging(_ loser: Record, into survivor: Record, in transaction: Transaction) throws

    /// Completes a record whose links were made to lead to another record, since the one that they led to was merged into it.
    func redirected(_ record: inout Record, to survivor: EventSubject, in transaction: Transaction) throws

    /// Makes what is shown in the answer to a creation only, by the names that the resource lists as such.
    func makeShownOnce(for record: Record, in transaction: Transaction) throws -> JSONObject
    /// What of this resource a user may see, whatever the role; nil where the role decides, as it does by default.
    ///
    /// Where it is set, the resource's own rules also say what may be changed.
    func visibility(for user: Int64?) -> Visibility?

    /// Other records in whose timeline an event of this record belongs.
    func related(to record: Record) -> [EventSubject]
}

extension RecordRules {
    package func begin(_ record: inout Record, in transaction: Transaction) {}

    package func complete(_ record: inout Record) {}

    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {}

    package func handingOver(
        _ record: inout Record,
        before: Record,
        reason: String?,
        in transaction: Transaction
    ) throws {}

    package func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {}

    package func happened(_ record: Record, before: Record?, event: Int64, in transaction: Transaction) throws {}

    package func removing(_ record: Record, in transaction: Transaction) throws {}

    package func merging(_ loser: Record, into survivor: Record, in transaction: Transaction) throws {}

    package func redirected(_ record: inout Record, to survivor: EventSubject, in transaction: Transaction) throws {}

    package func makeShownOnce(for record: Record, in transaction: Transaction) throws -> JSONObject { [:] }

    package func visibility(for user: Int64?) -> Visibility? { nil }

    package func related(to record: Record) -> [EventSubject] { [] }
}

package struct NoRules: RecordRules {
    package init() {}
}
