import KoiJSON

/// What becomes of the survivor, field by field, before anything is stored.
///
/// What the order names is done as it says, or refused. Of all other fields the survivor's value stays, the loser's fills
/// what is empty, and lists and long texts are joined; where the resource's rules do not take that, the survivor's value
/// stays as well.
struct MergeDraft {
    /// One field in which the two differ.
    struct Outcome {
        let field: MergedField
        let survivor: JSONValue
        let loser: JSONValue
        let result: JSONValue
        let choice: MergeOrder.Choice

        /// Whether something is lost about which nobody was asked.
        let isConflict: Bool
    }

    private let survivor: Record
    private let loser: Record
    private let transaction: Transaction
    private let permission: RecordPermission
    private let fields: [MergedField]
    private let asked: [String: MergeOrder.Choice]

    /// The survivor as it will be.
    private(set) var record: Record
    private(set) var outcomes: [Outcome] = []

    /// - Throws: `Problem.invalid` naming every field that the order has wrong, or with which the result cannot be stored.
    init(_ survivor: Record, _ loser: Record, _ order: MergeOrder, in transaction: Transaction) throws {
        self.survivor = survivor
        self.loser = loser
        self.transaction = transaction
        permission = RecordPermission(survivor.resource, transaction)
        fields = MergedField.all(of: survivor.resource, transaction.catalog.customFields.current)
        asked = try MergeDraft.choices(order, fields, survivor.resource, transaction)
        record = survivor
        try fill()
    }

    // MARK: What was asked

    private static func choices(
        _ order: MergeOrder,
        _ fields: [MergedField],
        _ resource: Resource,
        _ transaction: Transaction
    ) throws -> [String: MergeOrder.Choice] {
        let restrictions = transaction.actor.access.restrictions(of: resource.name)
        var choices: [String: MergeOrder.Choice] = [:]
        var issues: [Problem.Issue] = []
        for member in order.fields.members where issues.count < Problem.maximumIssues {
            let place = "fields." + member.name
            guard fields.contains(where: { $0.name == member.name }), restrictions.reading(member.name) != .hidden
            else {
                issues.append(unknown.issue(field: place))
                continue
            }
            guard let choice = MergeOrder.Choice(member.value) else {
                issues.append(noChoice.issue(field: place))
                continue
            }
            guard choice == .survivor || restrictions.isWritable(member.name) else {
                issues.append(notWritable.issue(field: place))
                continue
            }
            choices[member.name] = choice
        }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        return choices
    }

    // MARK: What comes of it

    private mutating func fill() throws {
        var declined: Set<String> = []
        // Each turn declines at least one field, and a second one is hardly ever needed.
        for _ in fields.indices {
            let (result, taken) = try result(without: declined)
            let refused = try issues(of: result, declining: taken)
            if refused.isEmpty {
                record = result
                return
            }
            let again = taken.intersection(refused.map { String($0.field.prefix { $0 != "." && $0 != "[" }) })
            guard !again.isEmpty else { throw Problem.invalid(refused) }
            declined.formUnion(again)
        }
    }

    /// - Returns: the survivor as it would be, and the fields that it has from the loser without anybody having said so.
    private mutating func result(without declined: Set<String>) throws -> (Record, taken: Set<String>) {
        var result = survivor
        var taken: Set<String> = []
        var issues: [Problem.Issue] = []
        var decided: [String: MergeOrder.Choice] = [:]
        outcomes = []
        for field in fields {
            let own = field.value(of: survivor)
            let other = field.value(of: loser)
            let choice = choice(for: field, own, other, declined, decided)
            decided[field.name] = choice
            var value = own
            switch choice {
            case .survivor: break
            case .loser: value = other
            case .both:
                guard let both = field.both(own, other) else {
                    issues.append(MergeDraft.notTogether.issue(field: "fields." + field.name))
                    continue
                }
                value = both
            case .value(let sent):
                var filled = result
                var found: [Problem.Issue] = []
                RecordDraft(survivor.resource, transaction).fill(&filled, from: field.body(sent), isNew: false, &found)
                issues += found.map { $0.within("fields") }
                value = field.value(of: filled)
            }
            value = withoutItself(value, field.kind)
            field.set(value, in: &result)
            if choice != .survivor, asked[field.name] == nil { taken.insert(field.field.name) }
            note(field, own, other, value, choice)
        }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        return (result, taken)
    }

    private func choice(
        for field: MergedField,
        _ own: JSONValue,
        _ other: JSONValue,
        _ declined: Set<String>,
        _ decided: [String: MergeOrder.Choice]
    ) -> MergeOrder.Choice {
        if let asked = asked[field.name] { return asked }
        if own == other || declined.contains(field.field.name) { return .survivor }
        if let leader = field.field.leader { return decided[leader] == .loser ? .loser : .survivor }
        if MergedField.isEmpty(other) { return .survivor }
        if MergedField.isEmpty(own) { return .loser }
        return field.both(own, other) == nil ? .survivor : .both
    }

    private mutating func note(
        _ field: MergedField,
        _ own: JSONValue,
        _ other: JSONValue,
        _ result: JSONValue,
        _ choice: MergeOrder.Choice
    ) {
        guard own != other || result != own else { return }
        let isLost = choice == .survivor && !MergedField.isEmpty(other) && own != other
        outcomes.append(
            Outcome(
                field: field,
                survivor: own,
                loser: other,
                result: result,
                choice: choice,
                isConflict: isLost && asked[field.name] == nil
            )
        )
    }

    /// No record names itself: where one named the other, that goes.
    private func withoutItself(_ value: JSONValue, _ kind: FieldKind) -> JSONValue {
        let pair = [survivor.id, loser.id]
        switch kind {
        case .reference(survivor.resource.name):
            return value.integerValue.map(pair.contains) == true ? .null : value
        case .links(let links):
            let names = links.names(of: survivor.resource.name)
            guard !names.isEmpty else { return value }
            return .array(
                (value.arrayValue ?? []).filter { item in
                    !names.contains { item.objectValue?[$0]?.integerValue.map(pair.contains) == true }
                }
            )
        default: return value
        }
    }

    // MARK: Whether it can be stored

    /// - Parameter taken: the fields of which the owner may be left as it is where the actor cannot give it.
    private func issues(of result: Record, declining taken: Set<String>) throws -> [Problem.Issue] {
        var issues: [Problem.Issue] = []
        var checked = result
        try survivor.resource.rules.check(&checked, before: survivor, issues: &issues, in: transaction)
        try OwnerChange(result, before: survivor)?.check(&issues, in: transaction)
        // What the loser names is there, be it that the actor does not see it; what was sent must be seen.
        var sent = survivor
        for field in fields {
            if case .value = asked[field.name] { field.set(field.value(of: result), in: &sent) }
        }
        try ReferenceCheck(transaction).check(sent, before: survivor, issues: &issues)
        do {
            try permission.checkOwner(result, before: survivor)
        } catch let problem as Problem {
            guard let owner = survivor.resource.ownerField, taken.contains(owner) else { throw problem }
            issues.append(Problem.Issue(field: owner, code: problem.code, message: problem.detail))
        }
        return issues
    }

    private static let unknown = ValueRefusal(
        "unknown_field",
        "There is no such field that a merge could choose.",
        "没有可在合并时选择的此字段。"
    )
    private static let noChoice = ValueRefusal(
        "not_a_choice",
        "Send survivor, loser, both or {\"value\": …}.",
        "请填写 survivor、loser、both 或 {\"value\": …}。"
    )
    private static let notTogether = ValueRefusal(
        "not_together",
        "The two values cannot stand together in this field: choose one, or send another.",
        "此字段无法同时保留两个值：请选择其一或填写新值。"
    )
    private static let notWritable = ValueRefusal(
        "not_writable",
        "Your role may not write this field: the survivor's value stays.",
        "您的角色无权填写该字段，只能保留原值。"
    )
}

extension LinkTable {
    /// The members of a link that name a record of that resource.
    func names(of resource: String) -> Set<String> {
        Set(fields.filter { if case .reference(resource) = $0.kind { true } else { false } }.map(\.name))
    }
}
