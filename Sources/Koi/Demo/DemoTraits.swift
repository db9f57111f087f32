import KoiJSON

/// What people at the demo company noted about customers and contacts: channel, tags, notes, preferences, birthdays.
enum DemoTraits {
    static func add(
        to body: inout DemoBody,
        _ language: Language,
        _ now: Int64,
        _ dice: inout DemoDice
    ) {
        if dice.happens(55) {
            let channels = language == .zh ? chineseChannels : foreignChannels
            body.add("preferredChannel", .string(dice.share(channels)))
        }
        if dice.happens(45) {
            let tags = dice.some(tags, upTo: Int(dice.number(1...3))).map { JSONValue.string($0(language)) }
            body.add("tags", .array(tags))
        }
        if dice.happens(30) { body.add("notes", .string(dice.pick(notes)(language))) }
        if dice.happens(15) { addPreferences(to: &body, language, now, &dice) }
    }

    /// Some in the lunar calendar, as older people in China keep them.
    static func addBirthday(
        to body: inout DemoBody,
        _ language: Language,
        _ dice: inout DemoDice
    ) {
        let isLunar = language == .zh && dice.happens(30)
        let month = dice.number(1...12)
        let year = dice.number(1950...2002)
        let day = dice.number(1...28)
        let text = "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
        body.add("birthday", .string(text))
        if isLunar { body.add("birthdayCalendar", "lunar") }
    }

    private static func addPreferences(
        to body: inout DemoBody,
        _ language: Language,
        _ now: Int64,
        _ dice: inout DemoDice
    ) {
        let known = dice.some(preferences, upTo: 2).map { preference -> JSONValue in
            [
                "kind": .string(preference.kind), "text": .string(preference.text(language)),
                "source": .string(dice.pick(occasions)(language)),
                "date": .string(DemoCalendar.dayBefore(now, dice.number(0...300))),
            ]
        }
        body.add("preferences", .array(known))
    }

    private static let chineseChannels: [(share: Int64, value: String)] = [
        (45, "wechat"), (35, "phone"), (10, "visit"), (6, "email"), (4, "sms"),
    ]
    private static let foreignChannels: [(share: Int64, value: String)] = [
        (60, "email"), (30, "phone"), (10, "visit"),
    ]

    private static let tags = [
        Text("key account", "大客户"), Text("price-sensitive", "价格敏感"), Text("quality first", "重视质量"),
        Text("long-term", "长期合作"), Text("seasonal", "季节性"), Text("export", "出口"),
        Text("tender", "招投标"), Text("sample sent", "已寄样"), Text("slow payer", "付款慢"),
        Text("newsletter", "订阅"), Text("competitor's", "竞品用户"), Text("new line", "新产线"),
    ]

    private static let notes = [
        Text("Asks for delivery within three weeks.", "要求三周内交货。"),
        Text("Met at the spring fair; wants a quotation for two lines.", "春季展会上认识，想要两条产线的报价。"),
        Text("Decides with the head office; budget is fixed in December.", "由总部决定，预算在十二月确定。"),
        Text("Call before noon; in meetings in the afternoon.", "上午联系，下午多在开会。"),
        Text(
            "Had trouble with the last delivery, solved; call again next quarter.",
            "上次交货有问题，已解决，下季度再回访。"
        ),
        Text("Compares three suppliers; quality matters more than price.", "正在比较三家供应商，质量比价格重要。"),
        Text("Wants invoices by e-mail, one a month.", "希望每月一张发票，电子邮件发送。"),
        Text("Plans a second plant; follow up in six months.", "计划建第二个工厂，半年后跟进。"),
    ]

    private static let occasions = [
        Text("visit", "拜访"), Text("phone call", "电话"), Text("trade fair", "展会"),
        Text("dinner", "饭局"),
        Text("survey", "问卷"),
    ]

    private static let preferences: [(kind: String, text: Text)] = [
        ("interest", Text("fishing", "钓鱼")), ("interest", Text("badminton", "羽毛球")),
        ("interest", Text("hiking", "登山")), ("interest", Text("calligraphy", "书法")),
        ("interest", Text("photography", "摄影")), ("preference", Text("green tea", "绿茶")),
        ("preference", Text("window seat at dinners", "喜欢靠窗的座位")),
        ("preference", Text("samples before offers", "先看样品再谈价格")),
        ("habit", Text("answers messages late at night", "深夜回复消息")),
        ("habit", Text("comes early", "习惯提前到")),
        ("motive", Text("wants to cut downtime", "希望减少停机")),
        ("motive", Text("wants fewer suppliers", "想减少供应商数量")),
        ("dislike", Text("calls without an appointment", "不喜欢未预约的来电")),
        ("dislike", Text("smoking", "反感吸烟")),
    ]
}
