import KoiJSON

/// A made-up contact of a company, as a client would send it.
struct DemoContact {
    let body: JSONObject

    /// - Parameters:
    ///   - isMain: whether it is the company's main contact.
    ///   - former: a company for which the person worked before.
    init(
        of company: Int64,
        _ customer: DemoCustomer,
        isMain: Bool,
        former: Int64?,
        now: Int64,
        _ dice: inout DemoDice
    ) {
        let language = customer.place.language
        let name = DemoName.person(language, &dice)
        let (title, role) = dice.pickEarly(DemoContact.jobs)
        var body = DemoBody()
        body.add("name", .string(name.full))
        body.add("title", .string(title(language)))
        if dice.happens(30) { body.add("phone", .string(DemoPhone.line(customer.place, &dice))) }
        if dice.happens(85) { body.add("mobile", .string(DemoPhone.mobile(customer.place, &dice))) }
        if dice.happens(70) { body.add("email", .string("\(name.slug)@\(customer.domain)")) }
        if language == .zh, dice.happens(50) {
            let handle = name.slug.replacing(".", with: "_") + dice.digits(3)
            body.add("wechat", .string(handle))
        }
        let links = DemoContact.links(company, role(language), isMain, former, now, &dice)
        body.add("customers", .array(links))
        if dice.happens(20) { DemoTraits.addBirthday(to: &body, language, &dice) }
        if let owner = customer.owner { body.add("owner", .integer(owner)) }
        DemoTraits.add(to: &body, language, now, &dice)
        if dice.happens(40) {
            body.add("custom", ["influence": .string(dice.pick(["decides", "advises", "uses"]))])
        }
        self.body = body.object
    }

    /// How many contacts a company has: 1.1 on average.
    static func count(_ dice: inout DemoDice) -> Int {
        dice.share([(15, 0), (64, 1), (17, 2), (4, 3)])
    }

    private static func links(
        _ company: Int64,
        _ role: String,
        _ isMain: Bool,
        _ former: Int64?,
        _ now: Int64,
        _ dice: inout DemoDice
    ) -> [JSONValue] {
        let joined = dice.number(30...3_000)
        var link = DemoBody()
        link.add("customer", .integer(company))
        link.add("role", .string(role))
        link.add("main", .bool(isMain))
        if former != nil || dice.happens(35) {
            link.add("from", .string(DemoCalendar.dayBefore(now, joined)))
        }
        guard let former else { return [.object(link.object)] }
        let earlier: JSONValue = [
            "customer": .integer(former), "role": .string(role),
            "from": .string(DemoCalendar.dayBefore(now, joined + dice.number(200...2_000))),
            "to": .string(DemoCalendar.dayBefore(now, joined + 1)),
        ]
        return [.object(link.object), earlier]
    }

    /// Title and the role that goes with it.
    private static let jobs: [(Text, Text)] = [
        (Text("Purchasing Manager", "采购经理"), Text("Purchasing", "采购")),
        (Text("Managing Director", "总经理"), Text("Decision", "决策")),
        (Text("Buyer", "采购员"), Text("Purchasing", "采购")),
        (Text("Head of Engineering", "技术总监"), Text("Engineering", "技术")),
        (Text("Office Manager", "行政主管"), Text("Administration", "行政")),
        (Text("Finance Manager", "财务经理"), Text("Finance", "财务")),
        (Text("Production Manager", "生产经理"), Text("Production", "生产")),
        (Text("Sales Director", "销售总监"), Text("Sales", "销售")),
    ]
}
