import KoiJSON

/// An assignment rule: which records nobody has yet go to whom, until when they are to be answered, and what becomes of those
/// that nobody follows up.
package enum AssignmentRule {
    package static let resource = Resource(
        "assignment-rules",
        singular: "assignmentRule",
        Text("assignment rule", "分配规则"),
        plural: Text("assignment rules", "分配规则"),
        isMirrored: false,
        rules: AssignmentRuleRules(),
        fields: which + who + clocks
    )

    private static let which: [Field] = [
        .text("name", "Name", "名称", max: 100).required().example("华东机械"),
        .choice("resource", "Resource", "对象", Assignable.all.map(\.choice)).fallback("leads").fixed(),
        .integer("position", "Position", "顺序", 1...1_000_000).fallback(100)
            .noted(
                "Rules are asked in this order; the first that fits and finds somebody decides.",
                "按此顺序依次判断，由第一条符合条件且找到人选的规则决定。"
            ),
        .boolean("active", "Active", "启用").fallback(true),
        Field("filter", .object, Text("Filter", "筛选")).fallback(.object([:])).unfiltered()
            .noted(
                "Only records that a list with these filters has; empty for all.",
                "仅限符合这些筛选条件的记录，留空表示全部。"
            )
            .example(["industry": "机械", "size.gte": "100"]),
        .choice(
            "hours",
            "Time of day",
            "时段",
            [
                Choice("always", "Always", "任何时间"),
                Choice("within", "Within working hours", "工作时间内"),
                Choice("outside", "Outside of working hours", "工作时间外"),
            ]
        ).fallback("always"),
        .reference("calendar", "Calendar", "工作日历", to: "calendars")
            .noted(
                "Whose hours count for the time of day and for the time to answer; the company's where none is given.",
                "时段和响应时限所依据的日历，默认为公司日历。"
            ),
    ]

    private static let who: [Field] = [
        .links(
            "users",
            "Users",
            "人选",
            LinkTable(
                table: "assignment_rule_users",
                holder: "rule",
                target: "user",
                maximum: maximumUsers,
                fields: [
                    .reference("user", "User", "用户", to: "users").required(),
                    .integer("capacity", "Capacity", "上限", capacities)
                        .noted("In place of the rule's.", "代替规则中的上限。"),
                ]
            )
        ).noted("Who may be given them, in this order.", "可分配的人员，按此顺序。"),
        .reference("team", "Team", "团队", to: "teams")
            .noted("All in this team and in those below it may be given them, too.", "该团队及其下级团队的全体成员也在人选之列。"),
        .choice(
            "method",
            "Choice",
            "分配方式",
            [
                Choice("round_robin", "In turn", "轮流"),
                Choice("least_load", "Who has the fewest open", "未结最少者优先"),
                Choice("capacity", "Who has most room left", "余量最大者优先"),
            ]
        ).fallback("round_robin"),
        .integer("capacity", "Capacity", "上限", capacities)
            .noted(
                "Nobody is given any more by this rule who has so many open. Null for no limit.",
                "名下未结记录达到此数者不再由本规则分配，留空表示不限。"
            ),
        .choice(
            "presence",
            "Presence",
            "在岗要求",
            [
                Choice("any", "Anybody", "不限"),
                Choice("present", "Who is not absent", "未缺勤者"),
                Choice("working", "Who works at that moment", "正在工作者"),
            ]
        ).fallback("present")
            .noted("Whoever is absent is stood in for by the substitute, if there is one.", "缺勤者由其代理人代替（如有）。"),
    ]

    private static let clocks: [Field] = [
        .integer("responseMinutes", "Answer within", "响应时限", 1...525_600)
            .noted("Minutes of working time in which the first answer is due.", "首次响应的时限，按工作时间的分钟数。"),
        .integer("responseWarning", "Warn before", "响应预警", 0...525_600)
            .noted(
                "Minutes of working time before that, at which the owner is warned.",
                "到期前多少分钟（工作时间）提醒负责人。"
            ),
        .integer("followUpDays", "Follow up within days", "跟进期限（天）", 1...3_650)
            .noted("Days after which a record that its owner has not followed up is taken away.", "负责人超过此天数未跟进即收回。"),
        .integer("followUpWarning", "Warn days before", "收回预警（天）", 0...365).fallback(1)
            .noted("Nothing is taken away without so many days of warning.", "提前多少天提醒；未经提醒不会收回。"),
        .choice(
            "unfollowed",
            "Then",
            "到期处理",
            [
                Choice("reassign", "Give it to another by the rules", "按规则改派他人"),
                Choice("return", "Give it to nobody", "收回，不指定负责人"),
            ]
        ).fallback("reassign"),
        .reference("pool", "Into the pool", "收回至公海", to: "pools")
            .noted(
                "Where records lie that are given to nobody; outside of all pools where none is given.",
                "收回且不指定负责人的记录放入此公海；留空则不放入任何公海。"
            ),
        Field("exempt", .object, Text("Exempt", "豁免")).fallback(.object([:])).unfiltered()
            .noted(
                "Records that a list with these filters has are never taken away.",
                "符合这些筛选条件的记录不会被收回。"
            )
            .example(["tags": "keep"]),
    ]

    static let maximumUsers = 200
    private static let capacities: ClosedRange<Int64> = 1...1_000_000
}
