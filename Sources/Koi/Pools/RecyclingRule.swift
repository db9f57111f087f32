import KoiJSON

/// When a record of a tier is taken back: once all that the rule says has come.
struct RecyclingRule {
    static let fields: [Field] = [
        .choice("tier", "Tier", "等级", Customer.tiers),
        .integer("noContactDays", "Days without contact", "未跟进天数", 1...3_650),
        .integer("noDealDays", "Days without a deal", "无商机天数", 1...3_650),
        .integer("contractEndedDays", "Days after the contract", "合同到期后天数", 0...3_650),
    ]

    let tier: String?
    private let noContactDays: Int64?
    private let noDealDays: Int64?
    private let contractEndedDays: Int64?

    static func all(_ value: JSONValue) -> [RecyclingRule] {
        (value.arrayValue ?? []).compactMap { $0.objectValue.map(RecyclingRule.init) }
    }

    private init(_ rule: JSONObject) {
        tier = rule["tier"]?.stringValue
        noContactDays = rule["noContactDays"]?.integerValue
        noDealDays = rule["noDealDays"]?.integerValue
        contractEndedDays = rule["contractEndedDays"]?.integerValue
    }

    var isEmpty: Bool { noContactDays == nil && noDealDays == nil && contractEndedDays == nil }

    /// For the history of owners.
    var reason: String {
        [("noContactDays", noContactDays), ("noDealDays", noDealDays), ("contractEndedDays", contractEndedDays)]
            .compactMap { name, days in days.map { "\(name)=\($0)" } }.joined(separator: ", ")
    }

    /// What is known of a record, in milliseconds since 1970.
    struct Facts {
        let tier: String?
        /// Since when its owner has it.
        let heldSince: Int64
        let lastContact: Int64?
        /// When the newest deal was made; whether one is open.
        var lastDeal: Int64?
        var hasOpenDeal = false
        /// The end of the last contract.
        var contractEnd: Int64?
    }

    /// When a record is to be taken back, and by which rule; nil for never.
    static func due(_ facts: Facts, by rules: [RecyclingRule]) -> (at: Int64, rule: RecyclingRule)? {
        let own = rules.filter { $0.tier != nil && $0.tier == facts.tier }
        let fitting = own.isEmpty ? rules.filter { $0.tier == nil } : own
        return fitting.compactMap { rule in rule.due(facts).map { ($0, rule) } }.min { $0.0 < $1.0 }
    }

    private func due(_ facts: Facts) -> Int64? {
        var times: [Int64] = []
        if let days = noContactDays {
            times.append(max(facts.heldSince, facts.lastContact ?? .min) + days * PoolDay.length)
        }
        if let days = noDealDays {
            guard !facts.hasOpenDeal else { return nil }
            times.append(max(facts.heldSince, facts.lastDeal ?? .min) + days * PoolDay.length)
        }
        if let days = contractEndedDays {
            guard let end = facts.contractEnd else { return nil }
            times.append(max(facts.heldSince, end + days * PoolDay.length))
        }
        return times.max()
    }
}
