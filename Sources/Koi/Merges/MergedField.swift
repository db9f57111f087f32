import KoiJSON

/// What a merge decides by itself: a field of the resource, or one of the company's own.
struct MergedField {
    /// `phone`, `custom.colour`.
    let name: String
    /// Of a field of the company's own the one that holds it.
    let field: Field
    let kind: FieldKind
    /// The key within `custom`.
    let key: String?

    /// All of a resource that can be changed once a record is there.
    static func all(of resource: Resource, _ custom: CustomFields) -> [MergedField] {
        resource.declared.filter { !$0.isReadOnly && !$0.isFixed }.flatMap { field -> [MergedField] in
            guard case .custom = field.kind else {
                return [MergedField(name: field.name, field: field, kind: field.kind, key: nil)]
            }
            return custom.fields(of: resource.name).map {
                MergedField(name: field.name + "." + $0.key, field: field, kind: $0.kind, key: $0.key)
            }
        }
    }

    /// The field of that name, also where a company's own was removed meanwhile.
    static func named(_ name: String, of resource: Resource) -> MergedField? {
        if let field = resource.field(name) { return MergedField(name: name, field: field, kind: field.kind, key: nil) }
        guard let dot = name.firstIndex(of: "."), let field = resource.field(String(name[..<dot])) else { return nil }
        let key = String(name[name.index(after: dot)...])
        return MergedField(name: name, field: field, kind: .custom, key: key)
    }

    func value(of record: Record) -> JSONValue {
        guard let key else { return record[field.name] }
        return record[field.name].objectValue?[key] ?? .null
    }

    func set(_ value: JSONValue, in record: inout Record) {
        guard let key else {
            record[field.name] = value
            return
        }
        var members = record[field.name].objectValue?.members.filter { $0.name != key } ?? []
        if !value.isNull { members.append(.init(name: key, value: value)) }
        record[field.name] = .object(JSONObject(members.sorted { $0.name < $1.name }))
    }

    /// The body by which a client would set the value.
    func body(_ value: JSONValue) -> JSONObject {
        guard let key else { return [name: value] }
        return [field.name: .object([key: value])]
    }

    static func isEmpty(_ value: JSONValue) -> Bool {
        value.isNull || value.arrayValue?.isEmpty == true || value.objectValue?.isEmpty == true
    }

    // MARK: Both values

    /// Both values together, the survivor's first; nil where they cannot stand together in this field.
    func both(_ own: JSONValue, _ other: JSONValue) -> JSONValue? {
        switch kind {
        case .list(let maximum, _): list(own, other, maximum, booleans: [])
        case .externalIDs: list(own, other, ExternalID.maximumPerRecord, booleans: [])
        case .facts(let maximum, let fields): list(own, other, maximum, booleans: MergedField.booleans(fields))
        case .links(let links): list(own, other, links.maximum, booleans: MergedField.booleans(links.fields))
        case .text(let rule) where rule.format == .multiline: text(own, other, rule.maximum)
        default: nil
        }
    }

    private func list(
        _ own: JSONValue,
        _ other: JSONValue,
        _ maximum: Int,
        booleans: Set<String>
    ) -> JSONValue? {
        var items = own.arrayValue ?? []
        for item in other.arrayValue ?? [] where !items.contains(where: { $0.isSame(as: item, but: booleans) }) {
            items.append(item)
        }
        return items.count <= maximum ? .array(items) : nil
    }

    private func text(_ own: JSONValue, _ other: JSONValue, _ maximum: Int) -> JSONValue? {
        guard let first = own.stringValue, let second = other.stringValue else { return own.isNull ? other : own }
        if first.contains(second) { return own }
        let text = first + "\n\n" + second
        return text.unicodeScalars.count <= maximum ? .string(text) : nil
    }

    private static func booleans(_ fields: [Field]) -> Set<String> {
        Set(fields.filter { if case .boolean = $0.kind { true } else { false } }.map(\.name))
    }
}

extension JSONValue {
    /// Whether two objects say the same beside some of their members.
    func isSame(as other: JSONValue, but names: Set<String>) -> Bool {
        guard !names.isEmpty, let own = objectValue, let others = other.objectValue else { return self == other }
        return own.members.filter { !names.contains($0.name) } == others.members.filter { !names.contains($0.name) }
    }
}
