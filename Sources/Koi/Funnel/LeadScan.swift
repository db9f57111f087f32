import KoiSQLite

/// Reads the leads that an actor sees and that were received within a period, along the index `leads_funnel`, which holds all that
/// is asked of them.
struct LeadScan {
    private let scan: PeriodScan

    init(_ filters: [FunnelTrait: [SQLValue]], in transaction: Transaction) {
        let conditions = filters.map { trait, values in
            SQLFragment("t.\(trait.rawValue) IN (\(Dialect.marks(values)))", values)
        }
        let deals = "LEFT JOIN lead_deals AS d ON d.lead = t.id"
        scan = PeriodScan(Lead.resource, by: "receivedAt", joining: deals, conditions, in: transaction)
    }

    /// - Parameter columns: of the alias `t`, or of `d` with what is known of the deals.
    func read(_ columns: String, _ period: ReportPeriod, _ row: (Row) throws -> Void) throws {
        try scan.read(columns, period, row)
    }

    // MARK: Filters

    static let parameters: [ReportParameter] = [
        .filter("source", .choice(LeadSource.choices), "Only leads from these sources."),
        .filter("campaign", .reference(Campaign.resource.name), "Only leads of these campaigns."),
        .filter("owner", .reference(User.resource.name), "Only leads of these users."),
    ]

    /// - Parameter group: by what rows are told apart besides.
    /// - Throws: 403 where one of the traits is held back from the actor.
    static func filters(
        _ query: ReportQuery,
        and group: FunnelTrait?,
        _ actor: Actor
    ) throws -> [FunnelTrait: [SQLValue]] {
        let held = actor.access.restrictions(of: Lead.resource.name)
        var filters: [FunnelTrait: [SQLValue]] = [:]
        for trait in FunnelTrait.allCases {
            filters[trait] = query.values(trait.rawValue)
            guard filters[trait] == nil && trait != group || held.reading(trait.rawValue) == .clear else {
                throw Problem.notPermitted(.read, "\(Lead.resource.name).\(trait.rawValue)")
            }
        }
        return filters
    }
}
