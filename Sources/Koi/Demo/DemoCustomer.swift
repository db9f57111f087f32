import KoiJSON

/// A made-up customer, as a client would send it.
struct DemoCustomer {
    let place: DemoPlace
    let isCompany: Bool
    /// Where its e-mail addresses end.
    let domain: String
    let owner: Int64?
    let body: JSONObject

    /// - Parameters:
    ///   - name: tells whether a name may be used, or is taken.
    ///   - now: when it is made; nothing in it is later.
    init(
        staff: DemoStaff,
        now: Int64,
        accepts name: (String) -> Bool,
        _ dice: inout DemoDice
    ) {
        place =
            dice.happens(74)
            ? dice.pickEarly(DemoPlace.chinese) : dice.pick(DemoPlace.foreign)
        isCompany = dice.happens(78)
        owner = dice.happens(97) ? staff.member(for: place, &dice) : nil
        let trade = dice.pickEarly(DemoTrade.all)
        var named = DemoCustomer.name(isCompany, place, trade, &dice)
        // Bounded: where nearly all names are taken, two customers may share one, as they do in life.
        var triesLeft = 20
        while triesLeft > 0, !name(named.full) {
            named = DemoCustomer.name(isCompany, place, trade, &dice)
            triesLeft -= 1
        }
        let top = place.language == .zh ? "example.com" : "example.org"
        domain = isCompany ? named.slug + "." + top : top
        var body = DemoBody()
        body.add("kind", isCompany ? "company" : "person")
        body.add("name", .string(named.full))
        DemoCustomer.reach(named, place, isCompany, domain, &body, &dice)
        DemoCustomer.describe(trade, place, isCompany, now, &body, &dice)
        if let owner { body.add("owner", .integer(owner)) }
        DemoTraits.add(to: &body, place.language, now, &dice)
        DemoCustomer.custom(isCompany, now, &body, &dice)
        self.body = body.object
    }

    private static func name(
        _ isCompany: Bool,
        _ place: DemoPlace,
        _ trade: DemoTrade,
        _ dice: inout DemoDice
    ) -> DemoName {
        isCompany ? .company(place, trade, &dice) : .person(place.language, &dice)
    }

    private static func reach(
        _ name: DemoName,
        _ place: DemoPlace,
        _ isCompany: Bool,
        _ domain: String,
        _ body: inout DemoBody,
        _ dice: inout DemoDice
    ) {
        if isCompany {
            if dice.happens(60) { body.add("shortName", .string(name.short)) }
            body.add("phone", .string(DemoPhone.line(place, &dice)))
            let desk = dice.pick(["info", "sales", "office", "contact"])
            if dice.happens(75) { body.add("email", .string("\(desk)@\(domain)")) }
            if dice.happens(50) { body.add("website", .string("https://www.\(domain)")) }
        } else {
            body.add("phone", .string(DemoPhone.mobile(place, &dice)))
            let number = dice.happens(60) ? dice.digits(2) : ""
            if dice.happens(70) { body.add("email", .string("\(name.slug)\(number)@\(domain)")) }
        }
        body.add("region", .string(place.region))
        if dice.happens(80) { body.add("address", .string(place.address(&dice))) }
    }

    private static func describe(
        _ trade: DemoTrade,
        _ place: DemoPlace,
        _ isCompany: Bool,
        _ now: Int64,
        _ body: inout DemoBody,
        _ dice: inout DemoDice
    ) {
        if isCompany {
            body.add("industry", .string(trade.industry(place.language)))
            let range = dice.share(sizes)
            if dice.happens(85) { body.add("size", .integer(dice.number(range))) }
        } else if dice.happens(45) {
            DemoTraits.addBirthday(to: &body, place.language, &dice)
        }
        body.add("source", .string(dice.share(sources)(place.language)))
        if let tier = dice.share(tiers) { body.add("tier", .string(tier)) }
    }

    /// Small companies are many and large ones few.
    private static let sizes: [(share: Int64, value: ClosedRange<Int64>)] = [
        (40, 2...19), (30, 20...99), (20, 100...499), (8, 500...1_999), (2, 2_000...20_000),
    ]

    private static let sources: [(share: Int64, value: Text)] = [
        (26, Text("Referral", "老客户介绍")), (20, Text("Trade fair", "展会")),
        (18, Text("Website", "官网")), (12, Text("Cold call", "电话拜访")),
        (10, Text("WeChat", "微信")), (8, Text("Advertisement", "广告")), (6, Text("Partner", "合作伙伴")),
    ]

    private static let tiers: [(share: Int64, value: String?)] = [
        (6, "vip"), (22, "potential"), (52, "general"), (15, "low"), (5, nil),
    ]

    private static func custom(
        _ isCompany: Bool,
        _ now: Int64,
        _ body: inout DemoBody,
        _ dice: inout DemoDice
    ) {
        var values = DemoBody()
        if isCompany, dice.happens(50) {
            values.add("payment_days", .integer(dice.pick([15, 30, 30, 45, 60, 90])))
        }
        if dice.happens(40) {
            values.add("delivery", .string(dice.pick(["express", "truck", "pickup"])))
        }
        if isCompany, dice.happens(25) {
            let end = DemoCalendar.dayBefore(now, -dice.number(30...700))
            values.add("contract_until", .string(end))
        }
        if dice.happens(20) { values.add("newsletter", .bool(dice.happens(70))) }
        if !values.object.isEmpty { body.add("custom", .object(values.object)) }
    }
}

/// The fields of a record, in the order in which they are added.
struct DemoBody {
    private(set) var object = JSONObject()

    mutating func add(_ name: String, _ value: JSONValue) {
        object.members.append(.init(name: name, value: value))
    }
}
