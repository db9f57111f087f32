import KoiJSON

/// An activity: what somebody of the company and a customer had to do with each other, and what came of it.
package enum Activity {
    package static let resource = Resource(
        "activities",
        singular: "activity",
        Text("activity", "跟进记录"),
        plural: Text("activities", "跟进记录"),
        owner: "owner",
        // Who did something did it, be they gone.
        isHandedOver: false,
        rules: ActivityRules(),
        fields: [
            .choice("kind", "Kind", "类型", kinds).required().example("call"),
            .text("subject", "Subject", "主题", max: 300).searched(as: .text).example("报价跟进"),
        ] + Concern.fields + [
            .reference("owner", "Owner", "负责人", to: "users")
                .noted("Who did it; who logs it, where nobody is named.", "执行人；未填写时为登记人。"),
            .reference("task", "Task", "任务", to: "tasks")
                .noted("The task that it carries out, which is done by that.", "此次跟进所执行的任务，登记后任务即完成。"),
            .choice("channel", "Channel", "渠道", channels),
            .choice(
                "direction",
                "Direction",
                "方向",
                [Choice("in", "From the customer", "客户主动"), Choice("out", "To the customer", "我方主动")]
            ).fallback("out"),
            .time("happenedAt", "When", "发生时间")
                .noted("When it is logged, where nothing is given; never in the future.", "未填写时为登记时间；不能晚于当前时间。"),
            .integer("minutes", "Minutes", "时长（分钟）", 0...100_000),
            .choice("outcome", "Outcome", "结果", outcomes),
            .choice(
                "sentiment",
                "Sentiment",
                "态度",
                [
                    Choice("positive", "Positive", "积极"),
                    Choice("neutral", "Neutral", "中性"),
                    Choice("negative", "Negative", "消极"),
                ]
            ),
            .text("nextStep", "Next step", "下一步", max: 500).example("发送报价单"),
            .date("nextStepOn", "Next step on", "下一步日期").impersonal(),
            .text("notes", "Notes", "备注", max: 10_000, .multiline).unsorted(),
            .integer("loggedAfterMinutes", "Logged after minutes", "登记延迟（分钟）", 0...Int64.max).derived()
                .noted(
                    "How long after it happened it was logged; null for what a job of Koi brought in, such as an import.",
                    "从发生到登记的分钟数；由导入等任务带入的记录为空。"
                ),
        ]
    )

    static let kinds = [
        Choice("call", "Call", "电话"),
        Choice("visit", "Visit", "拜访"),
        Choice("email", "E-mail", "邮件"),
        Choice("message", "Message", "消息"),
        Choice("meeting", "Meeting", "会议"),
        Choice("reception", "Reception", "接待"),
    ]

    private static let channels = [
        Choice("phone", "Phone", "电话"),
        Choice("email", "E-mail", "电子邮件"),
        Choice("sms", "SMS", "短信"),
        Choice("wechat", "WeChat", "微信"),
        Choice("video", "Video", "视频"),
        Choice("visit", "In person", "面谈"),
        Choice("website", "Website", "网站"),
        Choice("mail", "Letter", "信函"),
        Choice("exhibition", "Exhibition", "展会"),
        Choice("other", "Other", "其他"),
    ]

    static let outcomes = [
        Choice("done", "Done", "已完成"),
        Choice("not_reached", "Not reached", "未联系上"),
        Choice("call_back", "To be called back", "需回电"),
        Choice("interested", "Interested", "有意向"),
        Choice("not_interested", "Not interested", "无意向"),
        Choice("agreed", "Agreed", "达成一致"),
        Choice("refused", "Refused", "拒绝"),
    ]
}
