import KoiJSON

/// A service policy: what is promised to which tickets, in working time.
package enum ServicePolicy {
    package static let resource = Resource(
        "service-policies",
        singular: "servicePolicy",
        Text("service policy", "服务政策"),
        plural: Text("service policies", "服务政策"),
        isMirrored: false,
        rules: ServicePolicyRules(),
        fields: which + targets + conduct
    )

    private static let which: [Field] = [
        .text("name", "Name", "名称", max: 100).required().example("重点客户投诉"),
        .integer("position", "Position", "顺序", 1...1_000_000).fallback(100)
            .noted(
                "Policies are asked in this order; the first that fits a ticket holds for it.",
                "按此顺序依次判断，由第一条符合的政策生效。"
            ),
        .boolean("active", "Active", "启用").fallback(true),
        Field("filter", .object, Text("Filter", "筛选")).fallback(.object([:])).unfiltered()
            .noted(
                "Only tickets that a list with these filters has; empty for all.",
                "仅限符合这些筛选条件的工单，留空表示全部。"
            )
            .example(["kind": "complaint", "tier": "vip", "phase": "after_sale"]),
        .reference("calendar", "Calendar", "工作日历", to: "calendars")
            .noted("Whose hours count; the company's where none is given.", "计时所依据的日历，默认为公司日历。"),
    ]

    private static let targets: [Field] = [
        minutes("firstResponse", "First response", "首次响应")
            .noted(
                "Minutes of working time from the receipt to the first answer. Null: not promised.",
                "从受理到首次答复的时限（工作时间，分钟）；留空表示不承诺。"
            ).example(60),
        minutes("nextResponse", "Next response", "后续响应")
            .noted(
                "From the oldest message that nobody has answered, once there was a first answer.",
                "首次答复之后，从最早一条未答复的来信起计。"
            ).example(240),
        minutes("resolution", "Resolution", "解决")
            .noted("From the receipt until it is resolved.", "从受理到解决。").example(1_440),
        minutes("keepInformed", "Keep informed", "进展告知")
            .noted(
                "From the last answer, or the receipt, to the next: so that nobody is left without news.",
                "从最近一次答复（或受理）到下一次答复，避免客户得不到消息。"
            ).example(960),
        minutes("supervision", "Supervision", "上级督办")
            .noted(
                "From when a superior was told of a broken promise; then the next one above is told.",
                "从上级得知逾期起计；仍未解决则通知再上一级。"
            ).example(120),
    ]

    private static let conduct: [Field] = [
        .integer("warning", "Warn before", "预警", 0...longest)
            .noted(
                "Minutes of working time before each of these at which whoever works on it is warned; for longer ones only.",
                "在各时限到期前多少分钟（工作时间）提醒处理人；仅用于长于此数的时限。"
            ).example(15),
        .list("pauses", "Pauses", "暂停计时", max: 3, of: states).fallback(["waiting_customer"])
            .noted(
                "In which states of a ticket its clocks stand still. News are due also while a third party is waited for, and of what is deferred.",
                "工单处于哪些状态时暂停计时；等待第三方或暂缓期间仍须告知进展。"
            ),
    ]

    static let longest: Int64 = 525_600
    private static let states = TextRule(maximum: 40)

    private static func minutes(_ name: String, _ en: String, _ zh: String) -> Field {
        .integer(name, en, zh, 1...longest)
    }

    /// The field of each target.
    static let fields: [(kind: TicketClockKind, field: String)] = [
        (.firstResponse, "firstResponse"), (.nextResponse, "nextResponse"), (.resolution, "resolution"),
        (.keepInformed, "keepInformed"), (.supervision, "supervision"),
    ]
}
