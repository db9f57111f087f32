import KoiJSON

/// The members of a body that is no record, by a field list of its own.
struct BodyFields {
    private let fields: [Field]
    private let present: Set<String>

    /// - Parameter present: those that must be there, if only as null. Required fields must be, too.
    init(_ fields: [Field], present: Set<String> = []) {
        self.fields = fields
        self.present = present.union(fields.filter(\.isRequired).map(\.name))
    }

    /// The same for members that name records, which may be named by their keys in other systems.
    func read(_ body: JSONObject, in transaction: Transaction) throws -> JSONObject {
        var issues: [Problem.Issue] = []
        let field = { (name: String) in fields.first { $0.name == name } }
        let resolved = try ExternalReferences(transaction).resolved(body, field, &issues)
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        return try read(resolved)
    }

    /// The values as they should be; null for what is not there.
    ///
    /// - Throws: `Problem.invalid` naming every member that is not as it should be.
    func read(_ body: JSONObject) throws -> JSONObject {
        var issues: [Problem.Issue] = []
        for member in body.members where !fields.contains(where: { $0.name == member.name }) {
            guard issues.count < Problem.maximumIssues else { break }
            issues.append(BodyFields.unknown.issue(field: member.name))
        }
        let members = fields.map { field in
            JSONObject.Member(name: field.name, value: value(of: field, body[field.name], &issues))
        }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        return JSONObject(members)
    }

    private func value(of field: Field, _ sent: JSONValue?, _ issues: inout [Problem.Issue]) -> JSONValue {
        do throws(ValueRefusal) {
            if sent == nil, present.contains(field.name) { throw ValueRefusal.required }
            guard let sent, !sent.isNull else {
                if field.isRequired { throw ValueRefusal.required }
                return field.fallback
            }
            let value = BodyFields.told(try field.kind.checked(sent), field.kind)
            if value.isNull, field.isRequired { throw ValueRefusal.required }
            return value
        } catch {
            issues.append(error.issue(field: field.name))
            return .null
        }
    }

    /// A text of several lines is kept as it was written; what is blank says nothing all the same.
    private static func told(_ value: JSONValue, _ kind: FieldKind) -> JSONValue {
        guard case .text(let rule) = kind, rule.format == .multiline else { return value }
        return value.stringValue?.allSatisfy(\.isWhitespace) == true ? .null : value
    }

    /// As `openapi.yaml` has it.
    var schema: JSONValue {
        Schema.object(
            JSONObject(fields.map { .init(name: $0.name, value: $0.schema(forWriting: true)) }),
            required: fields.map(\.name).filter(present.contains)
        )
    }

    private static let unknown = ValueRefusal(
        "unknown_field",
        "There is no such field here.",
        "此处没有这个字段。"
    )
}
