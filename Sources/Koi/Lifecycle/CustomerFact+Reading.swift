/// To whom a fact is told: to who may read what it is counted from.
extension CustomerFact {
    func isTold(to access: Access) -> Bool {
        let held = access.restrictions(of: Customer.resource.name)
        return fields.allSatisfy { held.reading($0) == .clear } && resources.allSatisfy { access.allows(.read, on: $0) }
    }

    /// The fields of the customer that say the same, or as good as that.
    private var fields: [String] {
        switch self {
        case .openNeeds, .openDeals, .openInterests, .contracts, .referrals: []
        case .purchases, .products: ["purchases"]
        case .openComplaints: ["openComplaints"]
        case .daysSinceFirstPurchase, .daysSincePurchase, .daysSilent: ["lastPurchaseAt"]
        }
    }

    /// The resources whose records are counted, where no field of the customer tells of these.
    private var resources: [String] {
        switch self {
        case .openNeeds: [Need.resource.name]
        case .openInterests, .daysSilent: [Need.resource.name, Deal.resource.name]
        case .openDeals, .products, .contracts: [Deal.resource.name]
        case .referrals: [Lead.resource.name]
        case .purchases, .openComplaints, .daysSinceFirstPurchase, .daysSincePurchase: []
        }
    }
}
