import KoiJSON
import KoiSQLite

/// When somebody does not work although the calendar says so, and who steps in.
package enum Absence {
    package static let resource = Resource(
        "absences",
        singular: "absence",
        Text("absence", "缺勤"),
        plural: Text("absences", "缺勤"),
        owner: "user",
        isMirrored: false,
        rules: AbsenceRules(),
        fields: [
            .reference("user", "User", "用户", to: "users").fixed()
                .noted("Who adds it, where none is given.", "默认为添加者本人。"),
            .time("from", "From", "开始时间").required(),
            .time("to", "To", "结束时间").noted("Null where nobody knows yet.", "尚不确定时留空。"),
            .choice("reason", "Reason", "原因", reasons).fallback("other"),
            .reference("substitute", "Substitute", "代理人", to: "users")
                .noted("Who is given meanwhile what this user would have been given.", "其间原应分配给该用户的记录由此人接收。"),
            .text("notes", "Notes", "备注", max: 1_000, .multiline).unsorted(),
        ]
    )

    private static let reasons = [
        Choice("holiday", "Holiday", "休假"),
        Choice("illness", "Illness", "病假"),
        Choice("travel", "Business travel", "出差"),
        Choice("training", "Training", "培训"),
        Choice("other", "Other", "其他"),
    ]
}

/// An absence is somebody's, and ends behind its start.
package struct AbsenceRules: RecordRules {
    package init() {}

    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        if before == nil, record["user"].isNull {
            record["user"] = transaction.actor.user.map(JSONValue.integer) ?? .null
            if record["user"].isNull { issues.append(ValueRefusal.required.issue(field: "user")) }
        }
        if let from = record["from"].stringValue, let to = record["to"].stringValue, to <= from {
            issues.append(AbsenceRules.noTime.issue(field: "to"))
        }
    }

    private static let noTime = ValueRefusal("ends_before_start", "The end must lie behind the start.", "结束时间必须晚于开始时间。")
}
