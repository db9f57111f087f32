import KoiJSON
import KoiSQLite

/// Fills a record from what a client sent, by the field list, and collects every issue instead of stopping at the first.
struct RecordDraft {
    private let resource: Resource
    private let transaction: Transaction
    private let restrictions: FieldRestrictions

    init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
        restrictions = transaction.actor.access.restrictions(of: resource.name)
    }

    /// - Parameter lacking: whether a new record may lack what the company asks for beyond the field list.
    func fill(
        _ record: inout Record,
        from body: JSONObject,
        isNew: Bool,
        lacking: Bool = false,
        _ issues: inout [Problem.Issue]
    ) {
        for member in body.members {
            guard issues.count < Problem.maximumIssues else { return }
            guard let field = resource.field(member.name) else {
                issues.append(RecordDraft.unknown.issue(field: member.name))
                continue
            }
            // Whoever keeps a copy sends all of a record each time, what was set once included.
            if !isNew, field.isFixed, (try? field.kind.checked(member.value)) == record[field.name] { continue }
            guard !field.isReadOnly, isNew || !field.isFixed else {
                issues.append(RecordDraft.readOnly.issue(field: member.name))
                continue
            }
            if !isNew, restrictions.isUnchanged(member.value, record[field.name], field.name, field.kind) { continue }
            guard restrictions.isWritable(field.name) else {
                issues.append(RecordDraft.notWritable.issue(field: field.name))
                continue
            }
            guard !restrictions.isMaskedValue(member.value, field.name) else {
                issues.append(RecordDraft.masked.issue(field: field.name))
                continue
            }
            fill(&record, field, member.value, &issues)
        }
        guard isNew else { return }
        for field in resource.declared where field.isRequired && record[field.name].isNull {
            guard !issues.contains(where: { $0.field == field.name }) else { continue }
            issues.append(ValueRefusal.required.issue(field: field.name))
        }
        if resource.takesCustomFields, !lacking { requireCustom(record, &issues) }
    }

    private func fill(
        _ record: inout Record,
        _ field: Field,
        _ sent: JSONValue,
        _ issues: inout [Problem.Issue]
    ) {
        if case .custom = field.kind {
            return CustomFieldDraft(resource, transaction).fill(&record, sent, &issues)
        }
        do throws(ValueRefusal) {
            var value = sent.isNull ? field.fallback : try field.kind.checked(sent)
            if case .object = field.kind, let patch = value.objectValue, !sent.isNull {
                value = .object((record[field.name].objectValue ?? [:]).merging(patch))
            }
            if value.isNull, field.isRequired { throw ValueRefusal.required }
            record[field.name] = value.isNull ? field.fallback : value
        } catch {
            issues.append(error.issue(field: field.name))
        }
    }

    private func requireCustom(_ record: Record, _ issues: inout [Problem.Issue]) {
        let custom = record["custom"].objectValue ?? [:]
        for field in transaction.catalog.customFields.current.fields(of: resource.name)
        where field.isRequired && (custom[field.key] ?? .null).isNull {
            issues.append(ValueRefusal.required.issue(field: "custom." + field.key))
        }
    }

    private static let unknown = ValueRefusal(
        "unknown_field",
        "There is no such field. /v1/schema lists the fields.",
        "没有这个字段。/v1/schema 列出了全部字段。"
    )
    private static let readOnly = ValueRefusal(
        "read_only",
        "This field is set by Koi; leave it out.",
        "该字段由 Koi 维护，请勿填写。"
    )
    static let notWritable = ValueRefusal(
        "not_writable",
        "Your role may not write this field; leave it out.",
        "您的角色无权填写该字段，请勿填写。"
    )
    fileprivate static let masked = ValueRefusal(
        "masked_value",
        "This is a masked value, and not that of this record. Send the full value, or leave the field out.",
        "这是打码后的值，且与此记录不符。请填写完整的值，或省略该字段。"
    )
}

extension JSONObject {
    /// RFC 7396 §2.
    ///
    /// Goes no deeper than the reader lets a body go.
    func merging(_ patch: JSONObject) -> JSONObject {
        var result = self
        for member in patch.members {
            switch member.value {
            case .null: result[member.name] = nil
            case .object(let inner):
                let old = result[member.name]?.objectValue ?? [:]
                result[member.name] = .object(old.merging(inner))
            default: result[member.name] = member.value
            }
        }
        return result
    }
}

/// Merges `custom` by the company's own definitions: null removes a value, as RFC 7396 has it.
struct CustomFieldDraft {
    private let resource: Resource
    private let transaction: Transaction
    private let restrictions: FieldRestrictions

    init(_ resource: Resource, _ transaction: Transaction) {
        self.resource = resource
        self.transaction = transaction
        restrictions = transaction.actor.access.restrictions(of: resource.name)
    }

    func fill(_ record: inout Record, _ sent: JSONValue, _ issues: inout [Problem.Issue]) {
        if sent.isNull {
            clear(&record, &issues)
            return
        }
        guard let patch = sent.objectValue else {
            issues.append(ValueRefusal("not_object", "Send an object.", "请填写对象。").issue(field: "custom"))
            return
        }
        let fields = transaction.catalog.customFields.current.fields(of: resource.name)
        var members = record["custom"].objectValue?.members ?? []
        for change in patch.members {
            guard issues.count < Problem.maximumIssues else { return }
            let place = "custom." + change.name
            guard let field = fields.first(where: { $0.key == change.name }) else {
                issues.append(CustomFieldDraft.unknown.issue(field: place))
                continue
            }
            let before = record["custom"].objectValue?[change.name] ?? .null
            if restrictions.isUnchanged(change.value, before, place, field.kind) { continue }
            guard restrictions.isWritable(place) else {
                issues.append(RecordDraft.notWritable.issue(field: place))
                continue
            }
            guard !restrictions.isMaskedValue(change.value, place) else {
                issues.append(RecordDraft.masked.issue(field: place))
                continue
            }
            do throws(ValueRefusal) {
                let value = change.value.isNull ? .null : try field.kind.checked(change.value)
                if value.isNull, field.isRequired { throw ValueRefusal.required }
                members.removeAll { $0.name == change.name }
                if !value.isNull {
                    members.append(JSONObject.Member(name: change.name, value: value))
                }
            } catch {
                issues.append(error.issue(field: place))
            }
        }
        record["custom"] = .object(JSONObject(members.sorted { $0.name < $1.name }))
    }

    /// Null for `custom` takes all values away, and so needs the right to write each of them.
    private func clear(_ record: inout Record, _ issues: inout [Problem.Issue]) {
        for member in record["custom"].objectValue?.members ?? []
        where !restrictions.isWritable("custom." + member.name) {
            issues.append(RecordDraft.notWritable.issue(field: "custom." + member.name))
        }
        if issues.isEmpty { record["custom"] = .object([:]) }
    }

    private static let unknown = ValueRefusal(
        "unknown_field",
        "There is no such custom field. Make it with POST /v1/fields.",
        "没有这个自定义字段。请先用 POST /v1/fields 创建。"
    )
}

/// Checks that the records which a record names are there for the actor.
struct ReferenceCheck {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    func check(
        _ record: Record,
        before: Record?,
        issues: inout [Problem.Issue]
    ) throws {
        // What Koi sets by itself is there.
        for field in record.resource.declared where !field.isReadOnly {
            let value = record[field.name]
            guard value != before?[field.name] ?? field.fallback else { continue }
            switch field.kind {
            case .reference(let target):
                try check(value, target, place: field.name, &issues)
            case .links(let links):
                let known = links.targets(before?[field.name])
                for (index, item) in (value.arrayValue ?? []).enumerated() {
                    try check(links, item, known, place: "\(field.name)[\(index)]", &issues)
                }
            default: continue
            }
        }
    }

    private func check(
        _ links: LinkTable,
        _ item: JSONValue,
        _ known: Set<Int64>,
        place: String,
        _ issues: inout [Problem.Issue]
    ) throws {
        for field in links.fields {
            guard case .reference(let target) = field.kind else { continue }
            let value = item.objectValue?[field.name] ?? .null
            if field.name == links.target, let id = value.integerValue, known.contains(id) { continue }
            try check(value, target, place: place + "." + field.name, &issues)
        }
    }

    private func check(
        _ value: JSONValue,
        _ target: String,
        place: String,
        _ issues: inout [Problem.Issue]
    ) throws {
        guard let id = value.integerValue, let resource = transaction.catalog.resources[target] else {
            return
        }
        // Everybody may be named by themselves, also where the role shows no users.
        if target == User.resource.name, id == transaction.actor.user { return }
        let query = RecordSQL.exists(id, resource, transaction.visibility(of: resource))
        let exists = try transaction.connection.first(query.sql, query.values) { _ in true }
        guard exists == nil else { return }
        let refusal = ValueRefusal(
            "not_found",
            "There is no \(resource.label.en) with this number.",
            "没有此编号的\(resource.label.zh)。"
        )
        issues.append(refusal.issue(field: place))
    }
}

extension LinkTable {
    /// The records at the other ends of these links.
    func targets(_ links: JSONValue?) -> Set<Int64> {
        Set((links?.arrayValue ?? []).compactMap { $0.objectValue?[target]?.integerValue })
    }
}
