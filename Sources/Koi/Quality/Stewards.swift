import KoiJSON
import KoiSQLite

/// Who is to see to it that a record is in order: its owner; where that one has left, the lead of the owner's team or of one
/// above it; else whom the company has named.
struct Stewards {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    func steward(of record: Record) throws -> Int64? {
        guard let owner = record.resource.ownerField.flatMap({ record[$0].integerValue }) else { return named }
        let user = try transaction.connection.first(
            "SELECT active, team FROM users WHERE id = ?",
            [.integer(owner)]
        ) { (isActive: $0.bool(0), team: $0.intOrNil(1)) }
        if user?.isActive == true { return owner }
        return try user?.team.flatMap(lead) ?? named
    }

    private var named: Int64? { transaction.catalog.settings.current.steward }

    /// The first lead who works here, from a team upwards.
    private func lead(of team: Int64) throws -> Int64? {
        var next: Int64? = team
        for _ in 0..<Team.maximumDepth {
            guard let team = next else { return nil }
            let found = try transaction.connection.first(
                """
                SELECT t.parent, u.id FROM teams AS t LEFT JOIN users AS u ON u.id = t.lead AND u.active = 1
                WHERE t.id = ? AND t."removedAt" IS NULL
                """,
                [.integer(team)]
            ) { (parent: $0.intOrNil(0), lead: $0.intOrNil(1)) }
            if let lead = found?.lead { return lead }
            next = found?.parent
        }
        return nil
    }
}
