import KoiJSON

/// To whom the demo company gives leads.
enum DemoRules {
    /// A text is asked for as a whole or in part, and so there is a rule for each of the regions of a team.
    private static let abroad = ["United Kingdom", "United States", "Australia", "Germany", "France"]
    private static let east = ["上海", "浙江", "江苏", "北京", "山东", "福建"]

    /// In the order in which they are asked.
    static func all(_ staff: DemoStaff) -> [JSONObject] {
        abroad.map { international($0, staff) } + [
            [
                "name": "大企业", "position": 20, "filter": ["size.gte": "500"], "users": users(["li.ming"], staff),
                "capacity": 12, "responseMinutes": 60, "responseWarning": 15, "followUpDays": 14,
            ],
            [
                "name": "下班后的网站线索", "position": 30, "filter": ["source": "web_form"], "hours": "outside",
                "users": users(["chen.jing", "zhao.min"], staff), "responseMinutes": 120, "responseWarning": 30,
                "followUpDays": 10, "followUpWarning": 2,
            ],
        ] + eastern(staff) + [
            [
                "name": "西南及其他", "position": 50, "users": users(["liu.yang", "zhao.min"], staff), "capacity": 30,
                "responseMinutes": 240, "responseWarning": 60, "followUpDays": 21, "followUpWarning": 3,
                "unfollowed": "return", "exempt": ["tags": "长期合作"],
            ]
        ]
    }

    private static func international(_ region: String, _ staff: DemoStaff) -> JSONObject {
        [
            "name": .string("International: \(region)"), "position": 10, "filter": ["region": .string(region)],
            "team": staff.team(.international).map(JSONValue.integer) ?? .null, "method": "least_load",
            "responseMinutes": 480, "responseWarning": 60, "followUpDays": 12,
        ]
    }

    private static func eastern(_ staff: DemoStaff) -> [JSONObject] {
        east.map { region in
            [
                "name": .string("华东：\(region)"), "position": 40, "filter": ["region.has": .string(region)],
                "users": users(["zhang.wei", "chen.jing", "sun.li"], staff), "method": "capacity", "capacity": 20,
                "responseMinutes": 120, "responseWarning": 30, "followUpDays": 9, "followUpWarning": 2,
            ]
        }
    }

    /// Those of these who are there.
    static func users(_ addresses: [String], _ staff: DemoStaff) -> JSONValue {
        .array(addresses.compactMap { staff[$0] }.map { ["user": .integer($0)] })
    }
}
