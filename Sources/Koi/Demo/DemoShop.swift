import KoiJSON

/// What the demo company sells, how it goes about it, and by which rules: set up by its administrator on the first day.
struct DemoShop: Sendable {
    struct Ware: Sendable {
        let id: Int64
        let name: String
        /// In fen.
        let price: Int64
    }

    let products: [Ware]
    let campaigns: [DemoCampaign]
    let form: Int64
    let leadPool: Int64
    let customerPool: Int64
    /// The rules by which somebody gets leads who leaves in the course of the year.
    let rulesOfLeaver: [Int64]

    /// - Parameter transaction: of the administrator.
    init(_ staff: DemoStaff, _ calendar: DemoCalendar, _ transaction: Transaction) throws {
        func add(_ resource: Resource, _ body: JSONObject) throws -> Int64 {
            try RecordService(resource, transaction).add(body).id
        }
        try SettingsService(transaction).change(["visitCadence": ["vip=90"]])
        products = try DemoShop.products.map { code, name, price, keywords in
            let body: JSONObject = [
                "code": .string(code), "name": .string(name), "price": .integer(price),
                "keywords": .array(keywords.map(JSONValue.string)),
            ]
            return Ware(id: try add(Product.resource, body), name: name, price: price)
        }
        campaigns = try DemoCampaign.all.map { campaign in
            try campaign.with(id: add(Campaign.resource, campaign.body(calendar)))
        }
        form = try add(
            IntakeForm.resource,
            [
                "name": "官网询价", "campaign": campaigns.first.map { .integer($0.id) } ?? .null,
                "asks": .array(DemoLead.asked.map(JSONValue.string)), "required": ["name"], "minimumSeconds": 0,
            ]
        )
        _ = try add(
            TargetProfile.resource,
            [
                "name": "西南中型机械企业", "industries": ["机械制造"], "regions": ["重庆", "四川", "贵州", "云南"],
                "minimumSize": 50, "maximumSize": 2_000, "weights": ["industry": 3, "region": 2, "size": 1],
                "fitsFrom": 80,
            ]
        )
        try DemoHours(transaction).add(to: staff)
        try DemoTargets(staff, transaction).add(calendar)
        let leaver = staff["sun.li"].map { JSONValue.object(["user": .integer($0)]) }
        rulesOfLeaver = try DemoRules.all(staff).compactMap { rule in
            let id = try add(AssignmentRule.resource, rule)
            let users = rule["users"]?.arrayValue ?? []
            return leaver.map(users.contains) == true ? id : nil
        }
        let teams: JSONValue = .array(
            [DemoTeam.sales, .international].compactMap { staff.team($0) }.map { ["team": .integer($0)] }
        )
        leadPool = try add(Pool.resource, DemoShop.leadPool(teams))
        customerPool = try add(Pool.resource, DemoShop.customerPool(teams))
    }

    /// With the words by which it is known that somebody needs them.
    private static let products: [(code: String, name: String, price: Int64, keywords: [String])] = [
        ("PUMP-80", "离心泵 80", 1_280_000, []), ("PUMP-150", "离心泵 150", 2_960_000, []),
        ("VALVE-50", "电动阀 50", 236_000, ["阀门", "valve"]), ("MOTOR-75", "变频电机 7.5 kW", 685_000, []),
        ("SEAL-12", "机械密封 12", 18_500, ["机械密封"]), ("CTRL-4", "控制柜 4 路", 1_540_000, ["控制柜", "control cabinet"]),
        ("SENS-P", "压力传感器", 42_000, []), ("CARE-1", "年度维保", 980_000, ["维保", "service contract"]),
    ]

    private static func leadPool(_ teams: JSONValue) -> JSONObject {
        [
            "name": "线索公海", "resource": "leads", "teams": teams, "dailyClaims": 5, "cooldownDays": 14,
            "rules": [["tier": nil, "noContactDays": 45]], "warnDays": 5, "recycles": true,
        ]
    }

    private static func customerPool(_ teams: JSONValue) -> JSONObject {
        [
            "name": "客户公海", "resource": "customers", "teams": teams, "dailyClaims": 2, "dailyViews": 20,
            "holding": 400, "cooldownDays": 30, "exemptTags": ["大客户", "key account"],
            "rules": [["tier": "general", "noContactDays": 180], ["tier": "low", "noContactDays": 120]],
            "warnDays": 7, "recycles": true,
        ]
    }
}
