import KoiJSON
import KoiSQLite

/// What a target must keep to beyond its field list: it is of one holder, for a span of days, and there once.
struct TargetRules: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        if !record["user"].isNull, !record["team"].isNull {
            issues.append(TargetRules.oneHolder.issue(field: "team"))
        }
        completeCurrency(of: &record, before, &issues, transaction)
        completePeriod(of: &record, before, &issues)
        if issues.isEmpty, try isThere(record, transaction) {
            issues.append(TargetRules.taken.issue(field: "measure"))
        }
    }

    private func completeCurrency(
        of record: inout Record,
        _ before: Record?,
        _ issues: inout [Problem.Issue],
        _ transaction: Transaction
    ) {
        guard record["measure"] != .string(TargetMeasure.wonAmount.rawValue) else {
            return Money.completeCurrency(of: &record, for: ["value"], in: transaction)
        }
        if !record["currency"].isNull, record["currency"] != before?["currency"] {
            issues.append(TargetRules.noSum.issue(field: "currency"))
        }
        record["currency"] = .null
    }

    private func completePeriod(of record: inout Record, _ before: Record?, _ issues: inout [Problem.Issue]) {
        guard let from = record["from"].stringValue.flatMap({ CalendarDate($0) }) else { return }
        if let period = record["period"].stringValue.flatMap(TargetPeriod.init) {
            guard let last = period.last(from: from) else {
                return issues.append(TargetRules.notTheFirst.issue(field: "from"))
            }
            if !record["to"].isNull, record["to"] != before?["to"], record["to"] != .string(last.text) {
                issues.append(TargetRules.otherEnd.issue(field: "to"))
            }
            record["to"] = .string(last.text)
        }
        guard let to = record["to"].stringValue else {
            return issues.append(ValueRefusal.required.issue(field: "to"))
        }
        if to < from.text { issues.append(TargetRules.reversed.issue(field: "to")) }
    }

    private func isThere(_ record: Record, _ transaction: Transaction) throws -> Bool {
        let found = try transaction.connection.first(
            """
            SELECT 1 FROM targets WHERE "removedAt" IS NULL AND id <> ?
                AND coalesce("user", 0) = ? AND coalesce(team, 0) = ? AND measure = ? AND coalesce(currency, '') = ?
                AND "from" = ? AND "to" = ?
            """,
            [
                .integer(record.id), .integer(record["user"].integerValue ?? 0),
                .integer(record["team"].integerValue ?? 0), .text(record["measure"].stringValue ?? ""),
                .text(record["currency"].stringValue ?? ""), .text(record["from"].stringValue ?? ""),
                .text(record["to"].stringValue ?? ""),
            ]
        ) { _ in true }
        return found != nil
    }

    private static let oneHolder = ValueRefusal(
        "one_holder",
        "A target is of a user or of a team: name one of them, or neither for the company.",
        "目标属于个人或团队：只填其一，均不填则为公司目标。"
    )
    private static let noSum = ValueRefusal(
        "no_sum",
        "Only a sum has a currency; leave it out.",
        "只有金额类指标才有货币，请勿填写。"
    )
    private static let notTheFirst = ValueRefusal(
        "not_the_first",
        "A month, quarter or year begins with the first day of a month; leave the period out for any other days.",
        "月、季度和年须从某月第一天开始；其他起止日期请勿填写周期。"
    )
    private static let otherEnd = ValueRefusal(
        "other_end",
        "This is not the last day of the period: leave it out, or leave the period out.",
        "与周期的最后一天不符：请省略结束日期，或省略周期。"
    )
    private static let reversed = ValueRefusal(
        "ends_before_start",
        "The end must not lie before the start.",
        "结束日期不能早于开始日期。"
    )
    private static let taken = ValueRefusal(
        "taken",
        "There is such a target for these days already; change that one.",
        "此期间已有同样的目标，请直接更改该目标。"
    )
}
