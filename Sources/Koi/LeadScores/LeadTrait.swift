import KoiJSON

/// One thing about a lead by which it is told how likely it becomes a customer.
enum LeadTrait: String, CaseIterable {
    case source
    case channel
    case campaign
    case industry
    case region
    /// Employees, in steps.
    case size
    case company
    /// A telephone number of any kind.
    case phone
    case email
    case need
    case needWhen
    case needBudget
    case referrer

    private static let steps: [(Int64, String)] = [(10, "1-9"), (50, "10-49"), (250, "50-249"), (1_000, "250-999")]

    /// The fields that it is read from.
    var fields: [String] {
        switch self {
        case .phone: ["phone", "mobile"]
        case .referrer: ["referrerCustomer", "referrerContact"]
        default: [rawValue]
        }
    }

    /// As it is counted; nil where nothing is known.
    func value(of lead: Record) -> String? {
        switch self {
        case .source, .channel, .industry, .region: lead[rawValue].stringValue.map { TextFolding.fold($0) }
        case .campaign: lead[rawValue].integerValue.map { String($0) }
        case .size: lead[rawValue].integerValue.map(LeadTrait.step)
        case .company, .phone, .email, .need, .needWhen, .needBudget, .referrer:
            fields.contains { !lead[$0].isNull } ? "yes" : "no"
        }
    }

    private static func step(_ size: Int64) -> String {
        steps.first { size < $0.0 }?.1 ?? "1000-"
    }

    /// What it is worth before there is history.
    func points(of lead: Record) -> Int64 {
        switch self {
        case .need, .referrer: isThere(lead) ? 20 : 0
        case .phone, .needBudget: isThere(lead) ? 15 : 0
        case .company, .email, .needWhen: isThere(lead) ? 10 : 0
        case .source, .channel, .campaign, .industry, .region, .size: 0
        }
    }

    private func isThere(_ lead: Record) -> Bool { value(of: lead) == "yes" }

    /// All that is known of a lead.
    static func values(of lead: Record) -> [LeadTrait: String] {
        var values: [LeadTrait: String] = [:]
        for trait in allCases { values[trait] = trait.value(of: lead) }
        return values
    }
}
