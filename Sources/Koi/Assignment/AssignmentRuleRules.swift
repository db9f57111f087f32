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
        try checkPool(record, &issues, transaction)
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

    private func checkPool(_ record: Record, _ issues: inout [Problem.Issue], _ transaction: Transaction) throws {
        guard let id = record["pool"].integerValue,
            let pool = try RecordStore(Pool.resource, transaction.connection).find(id, .all)
        else { return }
        if pool["resource"] != record["resource"] {
            issues.append(AssignmentRuleRules.otherPool.issue(field: "pool"))
        }
    }

    private func checkFilter(
        _ record: Record,
        _ field: String,
        _ before: Record?,
        _ issues: inout [Problem.Issue],
        _ transaction: Transaction
    ) throws {
        guard record[field] != before?[field], let name = record["resource"].stringValue else { return }
        issues += try FilterCheck.issues(ofRule: record[field], on: name, in: field, transaction)
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
    private static let otherPool = ValueRefusal(
        "other_records",
        "Other records lie in this pool.",
        "此公海用于其他记录。"
    )
    private static let tooEarly = ValueRefusal(
        "too_early",
        "Warn after the time has begun: send less than the time itself.",
        "预警必须晚于计时开始，请填写小于期限的数。"
    )
}
