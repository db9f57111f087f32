import KoiJSON

/// What the demo company does for a while to be found by new customers.
struct DemoCampaign: Sendable {
    /// Those that come by it say so.
    let source: String
    let name: String
    let channel: String
    /// From which day of the year to which.
    let days: ClosedRange<Int64>
    /// In fen.
    let cost: Int64
    private(set) var id: Int64 = 0

    static let all = [
        DemoCampaign(source: "web_form", name: "官网推广", channel: "官网", days: 20...330, cost: 8_600_000),
        DemoCampaign(source: "exhibition", name: "春季机械展", channel: "展会", days: 150...153, cost: 12_400_000),
        DemoCampaign(source: "advertisement", name: "行业杂志广告", channel: "杂志", days: 60...240, cost: 4_500_000),
        DemoCampaign(source: "exhibition", name: "Autumn fair", channel: "Fair", days: 316...319, cost: 15_800_000),
        DemoCampaign(source: "social", name: "微信公众号", channel: "微信", days: 100...364, cost: 2_400_000),
    ]

    private init(source: String, name: String, channel: String, days: ClosedRange<Int64>, cost: Int64) {
        self.source = source
        self.name = name
        self.channel = channel
        self.days = days
        self.cost = cost
    }

    func with(id: Int64) -> DemoCampaign {
        var campaign = self
        campaign.id = id
        return campaign
    }

    func body(_ calendar: DemoCalendar) -> JSONObject {
        [
            "name": .string(name), "from": .string(calendar.date(days.lowerBound)),
            "to": .string(calendar.date(days.upperBound)), "channel": .string(channel),
            "budget": .integer(cost / 1_000_000 * 1_000_000 + 1_000_000), "cost": .integer(cost),
        ]
    }
}
