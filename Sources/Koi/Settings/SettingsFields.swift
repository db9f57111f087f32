import KoiJSON
import KoiSQLite

extension Settings {
    /// The one row of the table.
    static let id: Int64 = 1

    package static let resource = Resource(
        "settings",
        singular: "settings",
        Text("settings", "设置"),
        plural: Text("settings", "设置"),
        operations: [.change],
        takesExternalIDs: false,
        rules: SettingsRules(),
        fields: [
            .text("companyName", "Company name", "公司名称", max: 200).example("重庆机械有限公司"),
            .choice(
                "language",
                "Language",
                "语言",
                [Choice("zh", "Chinese", "中文"), Choice("en", "English", "英文")]
            ).fallback("zh")
                .noted("That of new users.", "新用户的默认语言。"),
            .text("timeZone", "Time zone", "时区", max: 64, .timeZone).fallback("Asia/Shanghai")
                .noted(
                    "Where the company's days begin; also that of new users.",
                    "公司的日期以此时区为准，也是新用户的默认时区。"
                )
                .example("Asia/Shanghai"),
            .choice("currency", "Currency", "货币", Currency.choices).fallback("CNY"),
            .text("publicURL", "Public address", "公开网址", max: 500, .web)
                .noted(
                    "How people reach Koi, for links in mails: https://koi.example.com.",
                    "用户访问 Koi 的网址，用于邮件中的链接，例如 https://koi.example.com。"
                )
                .example("https://koi.example.com"),
            .integer("messagesPerDay", "Messages a day", "每日消息数", 1...10_000_000)
                .noted(
                    "How many messages go out on each channel on a day; the rest waits for the next. Null for any number.",
                    "每个渠道每天最多发送的消息数，其余顺延到次日；留空表示不限。"
                ),
            .integer("messagesPerPerson", "Messages to one address", "每个地址消息数", 1...1_000_000)
                .noted(
                    "How many messages go to one address within messagesPeriod days, on all channels of their own, what is transactional aside; more are refused. Null for any number.",
                    "在 messagesPeriod 天内发往同一地址的消息数上限（事务性消息除外），超出者拒发；留空表示不限。"
                ),
            .integer("messagesPeriod", "Days", "天数", 1...366).fallback(7),
            .choice("duplicates", "Possible duplicates", "疑似重复", DuplicatePolicy.choices).fallback("all")
                .noted(
                    "What refuses a new record that may be there already (409 possible_duplicate): any such record, only one that its sender may see, or none.",
                    "新建记录可能重复时何者会拒绝（409 possible_duplicate）：任何此类记录、仅发送者可见的记录，或都不拒绝。"
                ),
            .boolean("duplicateOwners", "Name the owner", "告知负责人").fallback(false)
                .noted(
                    "Whether somebody who may not see the other record is told who owns it.",
                    "对方记录不可见时，是否告知其负责人。"
                ),
            .choice(
                "campaignCollisions",
                "Two campaigns, one person",
                "营销活动重复联系",
                CampaignCollisionPolicy.choices
            ).fallback("warn")
                .noted(
                    "What is done with a lead of a person who came by another campaign within campaignPeriod days: refuse answers 409 campaign_collision.",
                    "同一人在 campaignPeriod 天内已通过其他营销活动成为线索时如何处理：refuse 返回 409 campaign_collision。"
                ),
            .integer("campaignPeriod", "Days", "天数", 1...366).fallback(30),
            .integer("staleAfter", "Stale after days", "过期天数", 1...36_500).fallback(180)
                .noted("Records that nobody has changed for so long are to be looked at.", "超过此天数未更改的记录需要核对。"),
            .list("qualityWeights", "Weights", "权重", max: 200, of: TextRule(maximum: 100))
                .noted(
                    "How much a field counts for how complete a record is, where it is not as usual: customers.phone=5; 0 for nothing.",
                    "字段在完整度中的权重（不同于默认值时填写）：customers.phone=5，0 表示不计。"
                )
                .example(["customers.phone=5"]),
            .list("visitCadence", "Return visits", "回访周期", max: 20, of: TextRule(maximum: 30))
                .noted(
                    "After how many days without care customers of a tier are to be visited again: vip=30. Tasks are made a week ahead; a tier that is not listed gets none.",
                    "各等级客户在多少天未跟进后需要回访，例如 vip=30；任务提前一周生成，未列出的等级不生成。"
                )
                .example(["vip=30", "general=90"]),
            .integer("ticketReopenDays", "Tickets reopen within days", "工单可重开天数", 0...3_650).fallback(30)
                .noted(
                    "For how long a closed ticket can be opened again; a customer who writes later gets another one that follows it.",
                    "已关闭的工单在此天数内可以重开；客户在此之后来信则另建接续的工单。"
                ),
            .integer("ticketAcceptanceDays", "Results stand after days", "结果默认认可天数", 0...3_650).fallback(7)
                .noted(
                    "For how long a resolved ticket waits for the customer's answer before it can be closed without one.",
                    "工单解决后等待客户答复的天数；期满仍无答复方可关闭。"
                ),
            .integer("ticketCloseDays", "Tickets close after days", "工单自动关闭天数", 1...3_650)
                .noted(
                    "After how many whole days without a word a resolved ticket is closed, where nothing is missing for that. Null for never.",
                    "已解决的工单在多少整天无往来后自动关闭（关闭条件均满足时）；留空表示不自动关闭。"
                ),
            .boolean("ticketSatisfaction", "Ask for satisfaction", "询问满意度").fallback(true)
                .noted(
                    "Whether the customer of a ticket is asked how satisfied they are once it is closed; needs publicURL.",
                    "工单关闭后是否询问客户满意度；需要填写 publicURL。"
                ),
            .boolean("ticketFollowUps", "Follow up on satisfaction", "跟进满意度").fallback(true)
                .noted(
                    "Whether a bad answer, or none within a week, makes a task for the ticket's owner.",
                    "评价较差或一周内未评价时，是否为工单负责人建立任务。"
                ),
            .reference("steward", "Steward", "数据管理员", to: "users")
                .noted(
                    "Who looks after records without an owner, and those of owners who have left and whose team has no lead.",
                    "负责没有负责人的记录，以及负责人已停用且其团队没有主管的记录。"
                ),
            StageCriteria.field,
            Field("mail", .object, Text("Mail", "邮件")),
        ]
    )

    /// The members of `mail`.
    static let mailFields: [Field] = [
        .text("server", "Server", "服务器", max: 253)
            .noted("Null for no mail.", "留空表示不发送邮件。").example("smtp.example.com"),
        .integer("port", "Port", "端口", 1...65_535)
            .noted("25, 587 or 465 by the security where none is given.", "默认按加密方式取 25、587 或 465。")
            .example(587),
        .choice(
            "security",
            "Security",
            "加密方式",
            [
                Choice("none", "None, to this machine only", "不加密（仅限本机）"),
                Choice("starttls", "STARTTLS", "STARTTLS"),
                Choice("tls", "TLS", "TLS"),
            ]
        ).fallback("starttls"),
        .text("user", "User", "用户名", max: 254).example("koi@example.com"),
        .text("from", "From", "发件地址", max: 254, .email).example("koi@example.com"),
        .text("fromName", "Name", "发件人名称", max: 200)
            .noted("The company's where none is given.", "默认为公司名称。"),
        .text("bounces", "Bounces", "退信地址", max: 200, .email)
            .noted(
                "Where servers say that a message could not be delivered, with a mark behind a plus sign: bounces+…@example.com. What comes there goes to POST /v1/inbound/bounce. The sender's address where none is given, without a mark.",
                "接收退信的地址，会加上标记，例如 bounces+…@example.com；收到的退信提交到 POST /v1/inbound/bounce。未填写时使用发件地址，不加标记。"
            )
            .example("bounces@example.com"),
        .time("passwordSetAt", "Password set", "密码设置时间").readOnly()
            .noted("Null where there is none; the password itself is never shown.", "未设置时为空；密码本身从不显示。"),
    ]

    static let password = Field.text("password", "Password", "密码", max: 500)
        .noted("Only ever written. Null removes it.", "只写；填写 null 则删除。")
}

/// Everybody whose role lets them may see all of it; whether it does, the routes ask.
struct SettingsRules: RecordRules {
    func visibility(for user: Int64?) -> Visibility? { .all }

    func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        let settings = try Settings.load(transaction.connection)
        if record["stageCriteria"] != before?["stageCriteria"] { try transaction.jobs.add(LifecycleJob.job) }
        if record["timeZone"] != before?["timeZone"] { try TicketRetiming.begin(transaction) }
        let cache = transaction.catalog.settings
        transaction.whenCommitted { cache.replace(settings) }
    }
}
