/// What can be counted of a customer, by which criteria are written.
enum CustomerFact: String, CaseIterable, Sendable {
    case openNeeds = "open_needs"
    case openDeals = "open_deals"
    /// Needs and deals together.
    case openInterests = "open_interests"
    case purchases
    /// Different ones that were bought.
    case products
    /// That are in force.
    case contracts
    /// Customers that came by this one, and leads that are none yet.
    case referrals
    case openComplaints = "open_complaints"
    case daysSinceFirstPurchase = "days_since_first_purchase"
    case daysSincePurchase = "days_since_purchase"
    /// Since the customer last needed something or spoke to somebody, or a deal moved.
    case daysSilent = "days_silent"

    var label: Text {
        switch self {
        case .openNeeds: Text("Open needs", "未满足的需求")
        case .openDeals: Text("Open deals", "进行中的商机")
        case .openInterests: Text("Open needs and deals", "未满足的需求和进行中的商机")
        case .purchases: Text("Purchases", "成交次数")
        case .products: Text("Products bought", "已购产品种类")
        case .contracts: Text("Contracts in force", "有效合同")
        case .referrals: Text("Referrals", "推荐次数")
        case .openComplaints: Text("Open complaints", "未解决的投诉")
        case .daysSinceFirstPurchase: Text("Days since the first purchase", "距首次成交天数")
        case .daysSincePurchase: Text("Days since the last purchase", "距上次成交天数")
        case .daysSilent: Text("Days of silence", "沉默天数")
        }
    }

    static let choices = allCases.map { Choice($0.rawValue, $0.label.en, $0.label.zh) }
}
