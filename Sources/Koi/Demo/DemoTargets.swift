import KoiJSON

/// What the people of the demo company are to reach, quarter by quarter.
struct DemoTargets {
    private let staff: DemoStaff
    private let targets: RecordService

    init(_ staff: DemoStaff, _ transaction: Transaction) {
        self.staff = staff
        targets = RecordService(SalesTarget.resource, transaction)
    }

    /// For all quarters in which the year lies.
    func add(_ calendar: DemoCalendar) throws {
        for quarter in calendar.quarters {
            try add(quarter, "won_amount", 90_000_000)
            try add(quarter, "new_customers", 8)
            for (team, amount) in [(DemoTeam.east, Int64(30_000_000)), (.southwest, 45_000_000)] {
                try add(quarter, "won_amount", amount, team: staff.team(team))
            }
            for user in staff.salespeople {
                try add(quarter, "leads_answered", 10, user: user)
                try add(quarter, "won_deals", 2, user: user)
            }
        }
    }

    /// Of the company where neither user nor team is named.
    private func add(
        _ quarter: String,
        _ measure: String,
        _ value: Int64,
        user: Int64? = nil,
        team: Int64? = nil
    ) throws {
        _ = try targets.add([
            "measure": .string(measure), "value": .integer(value), "period": "quarter", "from": .string(quarter),
            "user": user.map(JSONValue.integer) ?? .null, "team": team.map(JSONValue.integer) ?? .null,
        ])
    }
}
