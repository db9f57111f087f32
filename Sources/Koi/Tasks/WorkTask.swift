import KoiJSON

/// A task: what somebody has to do, about whom, and by when.
package enum WorkTask {
    package static let resource = Resource(
        "tasks",
        singular: "task",
        Text("task", "任务"),
        plural: Text("tasks", "任务"),
        owner: "owner",
        rules: TaskRules(),
        fields: [
            .text("name", "Name", "名称", max: 300).required().searched(as: .text).example("电话回访"),
            .choice("kind", "Planned contact", "计划的跟进类型", Activity.kinds)
                .noted("The kind of activity that is planned, where one is.", "计划以何种方式跟进。"),
        ] + Concern.fields + [
            .reference("owner", "Owner", "负责人", to: "users")
                .noted("Who has to do it; who makes the task, where nobody is named.", "未填写时为创建人。"),
            .time("due", "Due", "截止时间"),
            .choice(
                "priority",
                "Priority",
                "优先级",
                [Choice("low", "Low", "低"), Choice("normal", "Normal", "普通"), Choice("high", "High", "高")]
            ).fallback("normal"),
            .time("doneAt", "Done", "完成时间")
                .noted(
                    "Set by PUT …/completion; can be sent for what was done earlier or elsewhere.",
                    "由 PUT …/completion 设置；补录已完成的任务时可填写。"
                ),
            .time("remindAt", "Reminder", "提醒时间")
                .noted("When its owner is reminded, while it is not done.", "未完成时，在此时间提醒负责人。"),
            .choice("recurrence", "Recurrence", "重复", recurrences)
                .noted("Once it is done, the next one is made.", "完成后自动创建下一个任务。"),
            .integer("recurrenceEvery", "Every", "间隔", 1...366).fallback(1)
                .noted("2 for every other day, week or month.", "2 表示每两天、两周或两个月。"),
            .date("recurrenceUntil", "Recurs until", "重复截止").impersonal(),
            .integer("recurrenceDay", "Day of the month", "每月日期", 1...31).derived()
                .noted(
                    "Of a monthly task: that of its due time. A month without this day takes its last one.",
                    "每月重复的日期，取自截止时间；当月没有此日期时取最后一天。"
                ),
            .integer("recurrenceMinute", "Minute of the day", "每日时刻（分钟）", 0...1_439).derived()
                .noted(
                    "Of a recurring task: that of its due time by the clocks of its owner, to which one comes back that a change of the clock has moved.",
                    "重复任务的时刻，取自截止时间（负责人所在时区）；因调整时钟而移动的任务之后恢复到此时刻。"
                ),
            .reference("previous", "Previous", "上一个任务", to: "tasks").readOnly()
                .noted("The recurring task that was done before it.", "重复任务中此前完成的一个。"),
            .choice("cause", "Made by", "来源", causes).readOnly()
                .noted("What of Koi made it; null where somebody did.", "由 Koi 自动创建的原因；人工创建时为空。"),
            .reference("activity", "Activity", "跟进记录", to: "activities").readOnly()
                .noted("The newest that says what came of it.", "记录其结果的最新跟进记录。"),
            .text("notes", "Notes", "备注", max: 10_000, .multiline).unsorted(),
        ]
    )

    private static let recurrences = [
        Choice("daily", "Daily", "每天"),
        Choice("weekly", "Weekly", "每周"),
        Choice("monthly", "Monthly", "每月"),
    ]

    /// What of Koi makes tasks.
    enum Cause: String {
        case recurrence
        case visitCadence
        case productMatch
        case satisfaction
    }

    private static let causes = [
        Choice(Cause.recurrence.rawValue, "Recurrence", "重复"),
        Choice(Cause.visitCadence.rawValue, "Return visit", "定期回访"),
        Choice(Cause.productMatch.rawValue, "A product fits a need", "产品符合需求"),
        Choice(Cause.satisfaction.rawValue, "Satisfaction with a ticket", "工单满意度"),
    ]
}
