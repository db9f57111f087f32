import KoiJSON

/// Reads the members of a body that is no record, and collects what is wrong with each.
struct Form {
    private let body: JSONObject
    private var known: [String] = []
    private var issues: [Problem.Issue] = []

    init(_ body: JSONObject) {
        self.body = body
    }

    /// A text that must be there.
    mutating func text(_ name: String, max: Int) -> String {
        if let text = optionalText(name, max: max) { return text }
        if !issues.contains(where: { $0.field == name }) { issues.append(ValueRefusal.required.issue(field: name)) }
        return ""
    }

    mutating func optionalText(_ name: String, max: Int) -> String? {
        known.append(name)
        guard let value = body[name], !value.isNull else { return nil }
        do throws(ValueRefusal) {
            return try TextRule(maximum: max).checked(value).stringValue
        } catch {
            issues.append(error.issue(field: name))
            return nil
        }
    }

    /// A password that must be there: as it was typed, spaces and all.
    mutating func secret(_ name: String) -> String {
        known.append(name)
        guard let value = body[name], !value.isNull else {
            issues.append(ValueRefusal.required.issue(field: name))
            return ""
        }
        guard let text = value.stringValue else {
            issues.append(ValueRefusal("not_text", "Send a text.", "请填写文本。").issue(field: name))
            return ""
        }
        let maximum = PasswordRules.maximumLength
        guard text.unicodeScalars.count <= maximum else {
            let refusal = ValueRefusal("too_long", "Send at most \(maximum) characters.", "最多 \(maximum) 个字符。")
            issues.append(refusal.issue(field: name))
            return ""
        }
        return text
    }

    /// A record's number that must be there.
    mutating func id(_ name: String) -> Int64 {
        known.append(name)
        guard let value = body[name], !value.isNull else {
            issues.append(ValueRefusal.required.issue(field: name))
            return 0
        }
        guard let id = value.wholeNumber, id > 0 else {
            issues.append(ValueRefusal("not_integer", "Send a whole number.", "请填写整数。").issue(field: name))
            return 0
        }
        return id
    }

    /// - Throws: `Problem.invalid` naming each member that is not as it should be, and each that nobody asked for.
    mutating func finish() throws {
        for member in body.members where !known.contains(member.name) {
            guard issues.count < Problem.maximumIssues else { break }
            issues.append(
                ValueRefusal("unknown_field", "There is no such field.", "没有这个字段。").issue(field: member.name)
            )
        }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
    }
}
