import KoiJSON

/// What customers and contacts have in common as far as they are people: birthday, channel, preferences, tags.
enum Person {
    static let birthday: [Field] = [
        .text("birthday", "Birthday", "生日", max: 10, .day)
            .noted(
                "YYYY-MM-DD in the calendar that birthdayCalendar names.",
                "YYYY-MM-DD，按 birthdayCalendar 所指历法。"
            )
            .example("1985-04-12"),
        .choice(
            "birthdayCalendar",
            "Birthday's calendar",
            "生日历法",
            [Choice("solar", "Solar", "公历"), Choice("lunar", "Lunar", "农历")]
        ).fallback("solar").following("birthday"),
    ]

    static let channels = [
        Choice("phone", "Phone", "电话"),
        Choice("email", "E-mail", "电子邮件"),
        Choice("sms", "SMS", "短信"),
        Choice("wechat", "WeChat", "微信"),
        Choice("visit", "Visit", "面谈"),
    ]

    static let shared: [Field] = [
        .list("tags", "Tags", "标签", max: 50, of: TextRule(maximum: 50)),
        .text("notes", "Notes", "备注", max: 10_000, .multiline).unsorted(),
        .facts("preferences", "Interests and preferences", "兴趣与偏好", max: 100, of: preference)
            .noted(
                "What is known of motives, habits, interests and preferences, each with its source and date.",
                "已了解的动机、习惯、兴趣与偏好，注明来源和日期。"
            ),
        Field("custom", .custom, Text("Custom fields", "自定义字段"))
            .noted("Values of the fields made with /v1/fields.", "用 /v1/fields 创建的字段的值。"),
    ]

    private static let preference: [Field] = [
        .choice(
            "kind",
            "Kind",
            "类型",
            [
                Choice("interest", "Interest", "兴趣"),
                Choice("preference", "Preference", "偏好"),
                Choice("habit", "Habit", "习惯"),
                Choice("motive", "Motive", "动机"),
                Choice("dislike", "Dislike", "反感"),
            ]
        ).fallback("preference"),
        .text("text", "What", "内容", max: 500).required().example("钓鱼"),
        .text("source", "Source", "来源", max: 200),
        .date("date", "Date", "日期"),
    ]

    /// A lunar month has at most 30 days; a solar day must exist.
    static func checkBirthday(_ record: Record, _ issues: inout [Problem.Issue]) {
        guard let text = record["birthday"].stringValue else { return }
        let isLunar = record["birthdayCalendar"] == "lunar"
        guard (isLunar ? CalendarDate(lunar: text) : CalendarDate(text)) == nil else { return }
        let refusal = ValueRefusal(
            "not_date",
            isLunar
                ? "Send a lunar day as YYYY-MM-DD; months have at most 30 days."
                : "Send a day that exists, as YYYY-MM-DD.",
            isLunar ? "请按 YYYY-MM-DD 填写农历日期，每月最多 30 天。" : "请按 YYYY-MM-DD 填写真实存在的日期。"
        )
        guard !issues.contains(where: { $0.field == "birthday" }) else { return }
        issues.append(refusal.issue(field: "birthday"))
    }
}
