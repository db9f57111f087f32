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

    /// A lead by which the same person came.
    private struct Other {
        let lead: Int64
        let campaign: Int64
    }

    /// Notes at a lead how many other campaigns there are.
    ///
    /// Both the refusal and the count tell of leads that the sender may not see; so that is counted as with other hidden
    /// duplicates.
    ///
    /// - Throws: `Problem` 409 where there is one and the company refuses that, 429 where the sender was told too often of
    ///   what it may not see.
    func check(_ lead: inout Record, before: Record?) throws {
        guard lead["campaign"] != before?["campaign"] ?? .null, !lead["campaign"].isNull else { return }
        let policy = transaction.catalog.settings.current.campaignCollisions
        guard policy != .off else { return }
        let (hidden, user, now) = (transaction.catalog.hiddenDuplicates, transaction.actor.user, transaction.now)
        // Before anything depends on what is there.
        if let user { try hidden.admit(user, at: now) }
        let likeness = try likeness(of: lead)
        let others = try others(than: lead, likeness)
        let shown = try others.filter(isSeen)
        if let user, shown.count < others.count { hidden.tell(user, of: likeness.keys, at: now) }
        lead["collisions"] = .integer(CampaignCollisions.count(others))
        guard policy == .refuse, !others.isEmpty else { return }
        throw CampaignCollisions.collision(Set(shown.map(\.campaign)).sorted())
    }

    /// How many other campaigns there are, where the company cares.
    func count(for lead: Record) throws -> Int64 {
        guard transaction.catalog.settings.current.campaignCollisions != .off else { return 0 }
        return CampaignCollisions.count(try others(than: lead, likeness(of: lead)))
    }

    private static func count(_ others: [Other]) -> Int64 { Int64(Set(others.map(\.campaign)).count) }

    private func likeness(of lead: Record) throws -> Likeness {
        try DuplicateIndex(Lead.resource, transaction.connection).likeness(of: lead)
    }

    private func isSeen(_ other: Other) throws -> Bool {
        let query = RecordSQL.exists(other.lead, Lead.resource, transaction.visibility(of: Lead.resource))
        return try transaction.connection.first(query.sql, query.values) { _ in true } ?? false
    }

    /// The leads by which the same person came within the period, by other campaigns.
    private func others(than lead: Record, _ likeness: Likeness) throws -> [Other] {
        guard let campaign = lead["campaign"].integerValue else { return [] }
        let alike = likeness.shared.filter { $0.value.contains(where: \.refuses) }.keys.sorted()
        let ids = alike.prefix(CampaignCollisions.maximumCompared).map(SQLValue.integer)
        let received = lead["receivedAt"].stringValue.flatMap(Timestamp.read) ?? transaction.now
        let period = transaction.catalog.settings.current.campaignPeriod * CampaignCollisions.day
        return try transaction.connection.rows(
            """
            SELECT l.id, l.campaign FROM leads AS l
            WHERE (l.id IN (\(Dialect.marks(ids))) OR l.customer = ?) AND l.id <> ? AND l."removedAt" IS NULL
                AND l.campaign <> ? AND l."receivedAt" BETWEEN ? AND ?
            ORDER BY l.id LIMIT ?
            """,
            ids + [
                SQLValue(lead["customer"].integerValue), .integer(lead.id), .integer(campaign),
                .integer(received - period), .integer(received + period),
                .integer(Int64(CampaignCollisions.maximumCompared)),
            ]
        ) { Other(lead: $0.int(0), campaign: $0.int(1)) }
    }

    /// - Parameter campaigns: those of leads that the sender sees.
    private static func collision(_ campaigns: [Int64]) -> Problem {
        let numbers = campaigns.map { String($0) }.joined(separator: ", ")
        let named = campaigns.isEmpty ? Text("", "") : Text(" (\(numbers))", "（\(numbers)）")
        return .conflict(
            "campaign_collision",
            Text(
                "The same person came by another campaign not long ago\(named.en). Leave the campaign out, or wait.",
                "此人近期已通过其他营销活动\(named.zh)联系。请不要填写营销活动，或稍后再试。"
            )
        )
    }
}
