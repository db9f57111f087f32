import KoiJSON
import KoiSQLite

/// A calendar has hours, and one of them is the company's.
package struct WorkingCalendarRules: RecordRules {
    package init() {}

    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        checkHours(record, &issues)
        for (index, item) in WorkingCalendar.items(record, "holidays").enumerated()
        where WorkingCalendar.days(item) == nil {
            issues.append(WorkingCalendarRules.noDays.issue(field: "holidays[\(index)].to"))
        }
        try keepMain(&record, before, transaction)
    }

    /// The first calendar is the company's, and stays so until another is made it.
    private func keepMain(_ record: inout Record, _ before: Record?, _ transaction: Transaction) throws {
        // What comes back from the bin leaves it to the one that became so meanwhile.
        if before?.isRemoved == true { record["main"] = false }
        guard record["main"] != true else { return }
        let main = try WorkingTimes(transaction).main()
        if main == nil || main == record.id { record["main"] = true }
    }

    private func checkHours(_ record: Record, _ issues: inout [Problem.Issue]) {
        let hours = WorkingCalendar.items(record, "hours")
        for (index, item) in hours.enumerated() where WorkingCalendar.window(item) == nil {
            // What is no time of day at all is named by the field list.
            issues.append(WorkingCalendarRules.noWindow.issue(field: "hours[\(index)].to"))
        }
        guard hours.isEmpty, !issues.contains(where: { $0.field.hasPrefix("hours") }) else { return }
        issues.append(WorkingCalendarRules.noHour.issue(field: "hours"))
    }

    /// Making a calendar the company's takes it from the other.
    package func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        let hours = ["main", "timeZone", "hours", "holidays", "makeUpDays", "removedAt"]
        if hours.contains(where: { record[$0] != before?[$0] }) { try TicketRetiming.begin(transaction) }
        try MainRecord.follow(record, before: before, in: transaction)
    }

    package func removing(_ record: Record, in transaction: Transaction) throws {
        let isUsed = try transaction.connection.first(
            """
            SELECT 1 FROM users WHERE calendar = ?1 AND active = 1
            UNION ALL SELECT 1 FROM "assignment-rules" WHERE calendar = ?1 AND "removedAt" IS NULL
            UNION ALL SELECT 1 FROM "service-policies" WHERE calendar = ?1 AND "removedAt" IS NULL LIMIT 1
            """,
            [.integer(record.id)]
        ) { _ in true }
        guard record["main"] != true, isUsed != true else {
            throw Problem.conflict(
                "calendar_in_use",
                Text(
                    "This calendar is the company's, or that of a user, a rule or a service policy. Give these another first.",
                    "该日历是公司日历，或有用户、规则、服务政策正在使用，请先改用其他日历。"
                )
            )
        }
    }

    private static let noHour = ValueRefusal(
        "no_hour",
        "A calendar without any hour would have nobody ever work. Give it at least one window.",
        "没有任何工作时间的日历等于永不工作，请至少填写一段。"
    )
    private static let noWindow = ValueRefusal(
        "ends_before_start",
        "The end must lie behind the start; a night is two windows, the first up to 24:00.",
        "结束时间必须晚于开始时间；跨夜请分成两段，第一段到 24:00。"
    )
    private static let noDays = ValueRefusal(
        "ends_before_start",
        "The last day must not lie before the first, nor more than \(WorkingCalendar.longestHoliday) days behind it.",
        "最后一天不能早于第一天，也不能超过 \(WorkingCalendar.longestHoliday) 天。"
    )
}
