import KoiHTTP
import KoiJSON

/// Whether a filter that is kept, for a list or for what Koi does by itself, is one that the list of its resource takes.
struct FilterCheck {
    private let parser: ListQueryParser

    /// Nil, and an issue, where there is no resource of that name.
    init?(_ name: String, _ issues: inout [Problem.Issue], _ transaction: Transaction) {
        guard let target = transaction.catalog.resources[name] else {
            issues.append(FilterCheck.noResource.issue(field: "resource"))
            return nil
        }
        parser = ListQueryParser(target, transaction)
    }

    /// The issues of a filter by which Koi itself selects records: it must work for whoever writes it, who learns nothing by it
    /// beyond what may be seen, and for Koi, which is nobody who could be `me`.
    static func issues(
        ofRule filter: JSONValue,
        on resource: String,
        in field: String,
        _ transaction: Transaction
    ) throws -> [Problem.Issue] {
        var found: [Problem.Issue] = []
        for actor in [nil, Actor.system] where found.isEmpty {
            guard let check = FilterCheck(resource, &found, transaction.part(as: actor)) else { break }
            found = try check.issues(of: filter, in: field)
        }
        return found
    }

    /// The issues of a filter that selects records and says nothing of how a list of them is told.
    ///
    /// - Parameters:
    ///   - others: that go with it, such as the choice of fields.
    ///   - field: that holds the filter, which the issues name.
    func issues(of filter: JSONValue, and others: [Parameter] = [], in field: String) throws -> [Problem.Issue] {
        let members = filter.objectValue?.members ?? []
        let foreign = members.filter { ListParameter.names.contains($0.name) }
        guard foreign.isEmpty else { return foreign.map { FilterCheck.noFilter.issue(field: field + "." + $0.name) } }
        return try issues(ofList: filter, and: others, in: field)
    }

    /// The issues of a list: of its filter, which may hold what else a list takes, and of its order and choice of fields.
    func issues(ofList filter: JSONValue, and others: [Parameter] = [], in field: String) throws -> [Problem.Issue] {
        let members = filter.objectValue?.members ?? []
        let nested = members.filter { $0.value.arrayValue != nil || $0.value.objectValue != nil }
        guard nested.isEmpty else { return nested.map { FilterCheck.nested.issue(field: field + "." + $0.name) } }
        let parameters = SavedView.parameters(ofFilter: filter) + others
        let found = try parameters.flatMap { parameter in
            FilterCheck.refused.contains(parameter.name)
                ? [FilterCheck.refusal.issue(field: field + "." + parameter.name)]
                : try self.issues(of: [parameter], field)
        }
        // Each may do by itself and not beside the others.
        return found.isEmpty ? try issues(of: parameters, field) : found
    }

    /// - Throws: what is no fault of the parameters, as where full values were asked for too often.
    private func issues(of parameters: [Parameter], _ field: String) throws -> [Problem.Issue] {
        do {
            _ = try parser.parse(parameters)
            return []
        } catch let problem as Problem where !problem.issues.isEmpty {
            return problem.issues.map { issue in
                let isOwn = issue.field == "sort" || issue.field == "fields"
                return isOwn ? issue : issue.within(field)
            }
        }
    }

    private static let refused: Set<String> = ["view", "cursor", "limit", "removed"]
    private static let noResource = ValueRefusal("not_found", "There is no such resource.", "没有这个对象。")
    private static let noFilter = ValueRefusal(
        "bad_parameter",
        "Send filters only, such as tier or owner.",
        "仅接受筛选条件，例如 tier 或 owner。"
    )
    private static let nested = ValueRefusal(
        "not_text",
        "Send a text, as a list takes it: \"vip,low\".",
        "请填写文本，例如 \"vip,low\"。"
    )
    private static let refusal = ValueRefusal(
        "bad_parameter",
        "A view cannot hold this.",
        "视图不能包含此参数。"
    )
}
