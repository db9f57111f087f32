import KoiJSON

/// A made-up lead, as it is sent by a form or entered by somebody.
struct DemoLead {
    let body: JSONObject

    /// What the form on the web site asks for.
    static let asked = [
        "name", "company", "mobile", "email", "industry", "region", "size", "need", "needBudget", "expectations",
    ]

    /// - Parameter referrer: by whose word it came.
    init(_ arrival: DemoArrival, campaign: Int64?, referrer: Int64?, at now: Int64, _ dice: inout DemoDice) {
        let place = dice.happens(78) ? dice.pickEarly(DemoPlace.chinese) : dice.pick(DemoPlace.foreign)
        let language = place.language
        let trade = dice.pickEarly(DemoTrade.all)
        let person = DemoName.person(language, &dice)
        var body = DemoBody()
        body.add("name", .string(person.full))
        let company = DemoName.company(place, trade, &dice)
        let isCompany = dice.happens(82)
        if isCompany { body.add("company", .string(company.full)) }
        body.add("mobile", .string(DemoPhone.mobile(place, &dice)))
        let domain = (isCompany ? company.slug + "." : "") + (language == .zh ? "example.com" : "example.org")
        if dice.happens(60) { body.add("email", .string("\(person.slug)@\(domain)")) }
        if dice.happens(85) { body.add("industry", .string(trade.industry(language))) }
        if dice.happens(92) { body.add("region", .string(place.region)) }
        if isCompany, dice.happens(70) { body.add("size", .integer(dice.number(dice.share(DemoLead.sizes)))) }
        DemoLead.addNeed(to: &body, language, now, &dice)
        if arrival.source != "web_form" {
            body.add("source", .string(arrival.source))
            if let campaign { body.add("campaign", .integer(campaign)) }
            if let referrer { body.add("referrerCustomer", .integer(referrer)) }
            if dice.happens(10) { body.add("tags", [.string(DemoLead.tag(language))]) }
        }
        self.body = body.object
    }

    private static func addNeed(to body: inout DemoBody, _ language: Language, _ now: Int64, _ dice: inout DemoDice) {
        if dice.happens(70) { body.add("need", .string(dice.pick(needs)(language))) }
        if dice.happens(35) { body.add("needBudget", .integer(dice.number(2...80) * 1_000_000)) }
        if dice.happens(25) { body.add("expectations", .string(dice.pick(expectations)(language))) }
    }

    private static func tag(_ language: Language) -> String { language == .zh ? "长期合作" : "long-term" }

    private static let sizes: [(share: Int64, value: ClosedRange<Int64>)] = [
        (35, 2...49), (35, 50...199), (20, 200...499), (10, 500...4_000),
    ]

    static let needs = [
        Text("Pumps for a new line, delivery within two months.", "新产线用离心泵，两个月内交货。"),
        Text("Replacement of old valves in the boiler house.", "更换锅炉房的旧阀门。"),
        Text("A control cabinet for four pumps, with commissioning.", "四台泵的控制柜，含调试。"),
        Text("Spare seals for the whole year.", "全年的机械密封备件。"),
        Text("A service contract for 30 motors.", "30 台电机的维保合同。"),
        Text("Pressure sensors for a test bench.", "试验台用压力传感器。"),
    ]

    private static let expectations = [
        Text("An offer within two days, and one person to talk to.", "两天内报价，由专人对接。"),
        Text("Repairs within 24 hours.", "24 小时内上门维修。"),
        Text("Papers in English and Chinese.", "中英文资料齐全。"),
        Text("A price that holds for a year.", "价格一年内不变。"),
    ]
}
