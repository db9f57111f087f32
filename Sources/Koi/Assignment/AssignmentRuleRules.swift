import KoiJSON
import KoiSQLite

/// A rule can be used: its filters are those of a list, it names somebody, and what it warns of is yet to come.
package struct AssignmentRuleRules: RecordRules {
    package init() {}

    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        checkCandidates(record, &issues)
        checkWarnings(record, &issues)
        try checkFilter(record, "filter", before, &issues, transaction)
        try checkFilter(record, "exempt", before, &issues, transaction)
    }

    private func checkCandidates(_ record: Record, _ issues: inout [Problem.Issue]) {
        let users = (record["users"].arrayValue ?? []).map { $0["user"] ?? .null }
        if users.isEmpty, record["team"].isNull {
            issues.append(AssignmentRuleRules.nobody.issue(field: "users"))
        }
        for (index, user) in users.enumerated() where users[..<index].contains(user) {
            issues.append(AssignmentRuleRules.repeated.issue(field: "users[\(index)].user"))
        }
        let isLimited = (record["users"].arrayValue ?? []).allSatisfy { !($0["capacity"] ?? .null).isNull }
        guard record["method"] == "capacity", record["capacity"].isNull, !isLimited || !record["team"].isNull else {
            return
        }
        issues.append(AssignmentRuleRules.noCapacity.issue(field: "capacity"))
    }

    private func checkWarnings(_ record: Record, _ issues: inout [Problem.Issue]) {
        for (warning, limit) in [("responseWarning", "responseMinutes"), ("followUpWarning", "followUpDays")] {
            guard let before = record[warning].integerValue, let whole = record[limit].integerValue, before >= whole
            else { continue }
            issues.append(AssignmentRuleRules.tooEarly.issue(field: warning))
        }
    }

    /// The filter must work for whoever writes it, who learns nothing by it beyond what may be seen, and for Koi, which uses it.
    private func checkFilter(
        _ record: Record,
        _ field: String,
        _ before: Record?,
        _ issues: inout [Problem.Issue],
        _ transaction: Transaction
    ) throws {
        guard record[field] != before?[field], let filter = record[field].objectValue, !filter.isEmpty else { return }
        var asked = record
        asked["filter"] = .object(filter)
        var found: [Problem.Issue] = []
        for member in filter.members where ListParameter.names.contains(member.name) {
            found.append(AssignmentRuleRules.noFilter.issue(field: "filter." + member.name))
        }
        for actor in [nil, Actor.system] where found.isEmpty {
            try SavedViewRules().checkParameters(asked, &found, transaction.part(as: actor))
        }
        issues += found.map { issue in
            guard field != "filter", issue.field.hasPrefix("filter") else { return issue }
            return Problem.Issue(
                field: field + issue.field.dropFirst("filter".count),
                code: issue.code,
                message: issue.message
            )
        }
    }

    private static let nobody = ValueRefusal(
        "nobody",
        "Name users or a team: a rule needs somebody to give records to.",
        "请指定人员或团队，规则必须有可分配的人选。"
    )
    private static let repeated = ValueRefusal("repeated", "Name each user once.", "每位用户只能出现一次。")
    private static let noCapacity = ValueRefusal(
        "no_capacity",
        "Say how many each may have: who has most room left cannot be told otherwise.",
        "请填写上限，否则无法判断谁的余量最大。"
    )
    private static let tooEarly = ValueRefusal(
        "too_early",
        "Warn after the time has begun: send less than the time itself.",
        "预警必须晚于计时开始，请填写小于期限的数。"
    )
    private static let noFilter = ValueRefusal(
        "bad_parameter",
        "A rule takes filters only, such as industry or source.",
        "规则仅接受筛选条件，例如 industry 或 source。"
    )
}
