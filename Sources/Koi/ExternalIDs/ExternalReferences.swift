import KoiJSON

/// Puts the numbers of records in the place of their keys in other systems, wherever a body names a record:
/// `"customer": {"erp": "C-1009"}`, also within links.
struct ExternalReferences {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// The body with numbers only; a member whose keys lead nowhere is left out, and said in `issues`.
    ///
    /// - Parameter field: the field of a member's name.
    func resolved(
        _ body: JSONObject,
        _ field: (String) -> Field?,
        _ issues: inout [Problem.Issue]
    ) throws -> JSONObject {
        guard body.members.contains(where: { ExternalReferences.mayHold($0.value) }) else { return body }
        var members: [JSONObject.Member] = []
        members.reserveCapacity(body.count)
        for member in body.members {
            guard ExternalReferences.mayHold(member.value), let field = field(member.name) else {
                members.append(member)
                continue
            }
            let known = issues.count
            let value = try resolved(member.value, field.kind, at: member.name, &issues)
            if issues.count == known { members.append(.init(name: member.name, value: value)) }
        }
        return JSONObject(members)
    }

    /// What is no list and no object names no record by a key.
    private static func mayHold(_ value: JSONValue) -> Bool {
        switch value {
        case .array, .object: true
        case .null, .bool, .integer, .number, .string: false
        }
    }

    private func resolved(
        _ value: JSONValue,
        _ kind: FieldKind,
        at place: String,
        _ issues: inout [Problem.Issue]
    ) throws -> JSONValue {
        switch (kind, value) {
        case (.reference(let target), .object(let object)): try record(object, target, at: place, &issues)
        // What is too long is refused later, and not looked through.
        case (.links(let links), .array(let items)) where items.count <= links.maximum:
            try resolved(items, links.fields, at: place, &issues)
        case (.facts(let maximum, let fields), .array(let items)) where items.count <= maximum:
            try resolved(items, fields, at: place, &issues)
        default: value
        }
    }

    private func resolved(
        _ items: [JSONValue],
        _ fields: [Field],
        at place: String,
        _ issues: inout [Problem.Issue]
    ) throws -> JSONValue {
        var result = items
        for (index, item) in items.enumerated() {
            guard var object = item.objectValue else { continue }
            for field in fields {
                guard issues.count < Problem.maximumIssues, let value = object[field.name],
                    case .reference = field.kind, ExternalReferences.mayHold(value)
                else { continue }
                object[field.name] = try resolved(value, field.kind, at: "\(place)[\(index)].\(field.name)", &issues)
            }
            result[index] = .object(object)
        }
        return .array(result)
    }

    private func record(
        _ object: JSONObject,
        _ target: String,
        at place: String,
        _ issues: inout [Problem.Issue]
    ) throws -> JSONValue {
        let id: ExternalID
        do throws(ValueRefusal) {
            id = try ExternalID(reference: object)
        } catch {
            issues.append(Problem.Issue(field: place, code: error.code, message: error.message))
            return .null
        }
        guard let resource = transaction.catalog.resources[target] else { return .object(object) }
        if let record = try ExternalIDSearch(transaction).find(id, of: resource) { return .integer(record) }
        if try isActor(id, resource) { return transaction.actor.user.map(JSONValue.integer) ?? .null }
        let refusal = ValueRefusal(
            "unknown_key",
            "There is no \(resource.label.en) with this key.",
            "没有使用此键的\(resource.label.zh)。"
        )
        issues.append(refusal.issue(field: place))
        return .null
    }

    /// Everybody may be named by themselves, also where the role shows no users.
    private func isActor(_ id: ExternalID, _ resource: Resource) throws -> Bool {
        guard resource.name == User.resource.name, let user = transaction.actor.user else { return false }
        return try ExternalIDStore(transaction.connection).find(resource.name, id) == user
    }
}
