import KoiJSON
import KoiSQLite

/// What a company does where two campaigns reach the same person within a while.
package enum CampaignCollisionPolicy: String, Sendable {
    /// Nothing.
    case off
    /// The lead says so.
    case warn
    /// The lead is refused.
    case refuse

    static let choices = [
        Choice("off", "Let it be", "不处理"),
        Choice("warn", "Say so at the lead", "在线索上提示"),
        Choice("refuse", "Refuse the lead", "拒绝线索"),
    ]
}

/// The campaigns by which a person came within a while: leads that a new one would be refused for are of the same person, and
/// so are those that became the same customer.
struct CampaignCollisions {
    /// Leads of the same person that are looked at.
    private static let maximumCompared = 50
    private static let day: Int64 = 86_400_000

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Notes at a lead how many other campaigns there are.
    ///
    /// - Throws: `Problem` 409 where there is one and the company refuses that.
    func check(_ lead: inout Record, before: Record?) throws {
        guard lead["campaign"] != before?["campaign"] ?? .null else { return }
        let policy = transaction.catalog.settings.current.campaignCollisions
        guard policy != .off else { return }
        let others = try others(than: lead)
        lead["collisions"] = .integer(Int64(others.count))
        guard policy == .refuse, !others.isEmpty else { return }
        throw CampaignCollisions.collision(others)
    }

    /// How many other campaigns there are, where the company cares.
    func count(for lead: Record) throws -> Int64 {
        guard transaction.catalog.settings.current.campaignCollisions != .off else { return 0 }
        return Int64(try others(than: lead).count)
    }

    /// The other campaigns by which the same person came within the period.
    func others(than lead: Record) throws -> [Int64] {
        guard let campaign = lead["campaign"].integerValue else { return [] }
        let likeness = try DuplicateIndex(Lead.resource, transaction.connection).likeness(of: lead)
        let alike = likeness.shared.filter { $0.value.contains(where: \.refuses) }.keys.sorted()
        let ids = alike.prefix(CampaignCollisions.maximumCompared).map(SQLValue.integer)
        let received = lead["receivedAt"].stringValue.flatMap(Timestamp.read) ?? transaction.now
        let period = transaction.catalog.settings.current.campaignPeriod * CampaignCollisions.day
        return try transaction.connection.rows(
            """
            SELECT DISTINCT l.campaign FROM leads AS l
            WHERE (l.id IN (\(Dialect.marks(ids))) OR l.customer = ?) AND l.id <> ? AND l."removedAt" IS NULL
                AND l.campaign <> ? AND l."receivedAt" BETWEEN ? AND ?
            ORDER BY l.campaign
            """,
            ids + [
                SQLValue(lead["customer"].integerValue), .integer(lead.id), .integer(campaign),
                .integer(received - period), .integer(received + period),
            ]
        ) { $0.int(0) }
    }

    private static func collision(_ others: [Int64]) -> Problem {
        let numbers = others.map { String($0) }.joined(separator: ", ")
        return .conflict(
            "campaign_collision",
            Text(
                "The same person came by another campaign not long ago (\(numbers)). Leave the campaign out, or wait.",
                "此人近期已通过其他营销活动（\(numbers)）联系。请不要填写营销活动，或稍后再试。"
            )
        )
    }
}
