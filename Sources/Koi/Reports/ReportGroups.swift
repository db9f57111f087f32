import KoiJSON
import KoiSQLite

/// What rows are grouped by: users, campaigns, rules or words, kept as text of which the empty one stands for none.
struct ReportGroups {
    /// By name, none last.
    let order: [String]
    private let names: [String: JSONValue]
    private let isRecord: Bool
    private let none: JSONValue

    /// - Parameters:
    ///   - trait: `owner`, `campaign`, `rule` or a field with choices; nil where rows are not grouped.
    ///   - words: which field that is.
    init(
        _ trait: String?,
        _ values: Set<String>,
        words: Field? = nil,
        _ language: Language,
        _ transaction: Transaction
    ) throws {
        let resource = trait.flatMap { ReportGroups.resources[$0] }
        isRecord = resource != nil
        none = trait.map { .string(ReportGroups.absence(of: $0)(language)) } ?? .null
        if let resource {
            let found = try ReportNames(resource, values.compactMap(Digits.integer), transaction)
            names = Dictionary(
                values.compactMap { value in Digits.integer(value).map { (value, found[$0]) } },
                uniquingKeysWith: { first, _ in first }
            )
        } else {
            var choices: [Choice] = []
            if case .choice(let known) = words?.kind { choices = known }
            names = Dictionary(
                choices.map { ($0.code, .string($0.label(language))) },
                uniquingKeysWith: { first, _ in first }
            )
        }
        let names = names
        order = values.sorted { left, right in
            if left.isEmpty || right.isEmpty { return !left.isEmpty }
            let (first, second) = (names[left]?.stringValue ?? "", names[right]?.stringValue ?? "")
            return first == second ? left < right : first < second
        }
    }

    private static let resources = [
        "owner": User.resource, "campaign": Campaign.resource, "rule": AssignmentRule.resource,
        "team": Team.resource,
    ]

    static func absence(of trait: String) -> Text {
        trait == "owner" ? Text("Nobody", "无负责人") : Text("None", "无")
    }

    /// As programs follow it.
    func key(_ value: String) -> JSONValue {
        guard !value.isEmpty else { return .null }
        return isRecord ? Digits.integer(value).map(JSONValue.integer) ?? .null : .string(value)
    }

    /// As people read it; null where the actor may not.
    func name(_ value: String) -> JSONValue { value.isEmpty ? none : names[value] ?? .null }
}
