import KoiHTTP
import KoiJSON

/// Refuses a new record that may be there already: within the transaction that stores it, so that of many who make the same
/// one at once one gets through.
struct DuplicateCheck {
    /// By which a sender says that it is another all the same.
    static let parameter = "allowDuplicate"
    /// Records that an answer names.
    static let maximumNamed = 5
    /// Records that are compared.
    static let maximumCompared = 50

    let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// - Parameter wish: what is to be refused at most, within what the company has refused.
    /// - Returns: what the record has in common with others; nil where such records are not compared.
    /// - Throws: `Problem` 409 with those that it may be; 429 where the sender was told too often of what it may not see.
    func check(_ record: Record, _ wish: DuplicatePolicy) throws -> Likeness? {
        let resource = record.resource
        guard resource.findsDuplicates else { return nil }
        let likeness = try DuplicateIndex(resource, transaction.connection).likeness(of: record)
        let policy = transaction.catalog.settings.current.duplicates.within(wish)
        guard policy != .off, !likeness.keys.isEmpty else { return likeness }
        let (hidden, user, now) = (transaction.catalog.hiddenDuplicates, transaction.actor.user ?? 0, transaction.now)
        // Before anything depends on what is there.
        if policy == .all { try hidden.admit(user, at: now) }
        guard !likeness.shared.isEmpty else { return likeness }
        let found = try found(record, likeness)
        let isHidden = policy == .all && !found.hidden.isEmpty
        guard isHidden || !found.shown.isEmpty else { return likeness }
        if isHidden { hidden.tell(user, of: likeness.keys, at: now) }
        throw Problem.possibleDuplicate(
            resource,
            found.shown.prefix(DuplicateCheck.maximumNamed).map(candidate),
            isHidden: isHidden,
            owners: isHidden ? try owners(of: found.hidden) : []
        )
    }

    struct Found {
        var shown: [(duplicate: Duplicate, record: Record)] = []
        /// What the sender may not see, and what is alike in fields alone that are held back from the sender.
        var hidden: [Record] = []
    }

    func found(_ record: Record, _ likeness: Likeness) throws -> Found {
        let resource = record.resource
        let store = RecordStore(resource, transaction.connection)
        let visibility = transaction.visibility(of: resource)
        let held = transaction.actor.access.restrictions(of: resource.name)
        let sees: (Field) -> Bool = { held.reading($0.name) == .clear }
        let (all, seen) = (DuplicateTraits(record) { _ in true }, DuplicateTraits(record, where: sees))
        var found = Found()
        let strong = likeness.shared.filter { $0.value.contains(where: \.refuses) }.keys.sorted()
        for id in strong.prefix(DuplicateCheck.maximumCompared) {
            guard let other = try store.find(id, .all),
                Duplicate(of: id, all, DuplicateTraits(other) { _ in true }).refuses
            else { continue }
            let shown = Duplicate(of: id, seen, DuplicateTraits(other, where: sees))
            if shown.refuses, visibility.of(id).allows(other) {
                found.shown.append((shown, other))
            } else {
                found.hidden.append(other)
            }
        }
        found.shown.sort { ($1.duplicate.score, $0.record.id) < ($0.duplicate.score, $1.record.id) }
        return found
    }

    func candidate(_ duplicate: Duplicate, _ record: Record) -> JSONValue {
        var members: JSONObject = ["id": .integer(record.id)]
        let access = transaction.actor.access
        if let field = record.resource.field("name"), access.watched([field.name], of: record.resource.name).isEmpty {
            members[field.name] = access.restrictions(of: record.resource.name).shown(record[field.name], of: field)
        }
        return .object(JSONObject(members.members + duplicate.members.members))
    }

    /// Whom to ask, where the company lets that be told.
    private func owners(of records: [Record]) throws -> [JSONValue] {
        guard transaction.catalog.settings.current.duplicateOwners else { return [] }
        let ids = Set(records.compactMap { record in record.resource.ownerField.flatMap { record[$0].integerValue } })
        let users = RecordStore(User.resource, transaction.connection)
        return try ids.sorted().prefix(DuplicateCheck.maximumNamed).compactMap { id in
            try users.find(id, .all).map { ["id": .integer(id), "name": $0["name"]] }
        }
    }
}

extension Problem {
    /// - Parameters:
    ///   - isHidden: whether there is one that the sender may not see.
    ///   - owners: whom to ask about that one.
    static func possibleDuplicate(
        _ resource: Resource,
        _ candidates: [JSONValue],
        isHidden: Bool,
        owners: [JSONValue]
    ) -> Problem {
        let numbers = candidates.compactMap { $0.objectValue?["id"]?.text }.joined(separator: ", ")
        let names = owners.compactMap { $0.objectValue?["name"]?.stringValue }.joined(separator: ", ")
        let one = resource.label
        var (en, zh) = ("There may be such a \(one.en) already", "可能已有相同的\(one.zh)")
        if !numbers.isEmpty { (en, zh) = (en + ": \(numbers)", zh + "：\(numbers)") }
        if isHidden, candidates.isEmpty { (en, zh) = (en + ", which you may not see", zh + "，但您无权查看") }
        if !names.isEmpty { (en, zh) = (en + "; ask \(names)", zh + "；请询问\(names)") }
        let parameter = DuplicateCheck.parameter
        var problem = Problem.conflict(
            "possible_duplicate",
            Text(
                "\(en). To add it all the same, send it with \(parameter)=true.",
                "\(zh)。如仍要新建，请加上 \(parameter)=true。"
            )
        )
        problem.members = ["candidates": .array(candidates), "hidden": .bool(isHidden), "ask": .array(owners)]
        return problem
    }

    /// What the answer has beside what all problems have.
    static let duplicateMembers: JSONObject = [
        "candidates": Schema.array(
            Schema.object(
                [
                    "id": Schema.idSchema, "name": ["type": "string"], "score": Duplicate.scoreSchema,
                    "reasons": Schema.array(Duplicate.reasonSchema),
                ],
                required: ["id", "score", "reasons"]
            )
        ),
        "hidden": [
            "type": "boolean", "description": "Of possible_duplicate: whether there is one that is not to be seen.",
        ],
        "ask": Schema.array(
            Schema.object(["id": Schema.idSchema, "name": ["type": "string"]], required: ["id", "name"])
        ),
    ]
}

extension Call {
    /// Whether the sender says that it is another record all the same.
    ///
    /// - Throws: `Problem` 400 for any other parameter.
    func allowsDuplicate(_ resource: Resource) throws -> Bool {
        guard resource.findsDuplicates, !query.isEmpty else {
            try refuseParameters()
            return false
        }
        return try !flags([DuplicateCheck.parameter]).isEmpty
    }

    /// Which of the yes/no parameters that a path takes are true.
    ///
    /// - Throws: `Problem` 400 for any other parameter.
    func flags(_ taken: Set<String>) throws -> Set<String> {
        var (seen, given): (Set<String>, Set<String>) = ([], [])
        for (name, value) in query {
            guard taken.contains(name), seen.insert(name).inserted else {
                let names = taken.sorted().joined(separator: ", ")
                throw Problem.badParameter(
                    name,
                    names.isEmpty
                        ? Text("This path takes no parameters.", "此路径不接受参数。")
                        : Text("This path takes \(names) only, each once.", "此路径只接受 \(names)，各一次。")
                )
            }
            guard value == "true" || value == "false" else {
                throw Problem.badParameter(name, Text("Give true or false.", "请填写 true 或 false。"))
            }
            if value == "true" { given.insert(name) }
        }
        return given
    }
}
