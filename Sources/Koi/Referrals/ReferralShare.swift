import KoiJSON
import KoiSQLite

/// How many of the new customers came by referral, and who referred the most, as far as the actor sees them.
struct ReferralShare {
    /// Those who referred the most.
    private static let usualLimit = 20
    private static let referred = """
        (t."referrerCustomer" IS NOT NULL OR t."referrerContact" IS NOT NULL OR t.source = 'referral')
        """

    private let query: LogQuery
    private let limit: Int

    /// - Throws: `Problem` naming the parameter that cannot be used.
    init(_ parameters: [Parameter], for actor: Actor) throws {
        if let cursor = parameters.first(where: { $0.name == "cursor" }) {
            throw Problem.badParameter(
                cursor.name,
                Text("There is one page only. This path takes from, to, limit.", "只有一页。此路径接受 from、to、limit。")
            )
        }
        query = try LogQuery(
            parameters,
            of: "referrals",
            filters: LogQuery.Filter.period("t.\"createdAt\""),
            for: actor
        )
        limit = parameters.contains { $0.name == "limit" } ? query.limit : ReferralShare.usualLimit
    }

    func document(_ transaction: Transaction) throws -> JSONValue {
        try Referrals.requireSight(transaction)
        let condition = condition(transaction)
        let counts = try transaction.connection.first(
            "SELECT count(*), coalesce(sum(\(ReferralShare.referred)), 0) FROM customers AS t WHERE \(condition.sql)",
            condition.values
        ) { (all: $0.int(0), referred: $0.int(1)) }
        let (all, referred) = (counts?.all ?? 0, counts?.referred ?? 0)
        return [
            "customers": .integer(all), "referred": .integer(referred),
            "share": all > 0
                ? JSONValue(shortest: (Double(referred) / Double(all) * 10_000).rounded() / 10_000) : .null,
            "referrers": .array(try referrers(condition, transaction)),
        ]
    }

    private func condition(_ transaction: Transaction) -> SQLFragment {
        var condition = SQLFragment("t.\"removedAt\" IS NULL AND ")
        condition.append(query.condition)
        if let visible = transaction.visibility(of: Customer.resource).condition {
            condition.append(" AND ")
            condition.append(visible)
        }
        return condition
    }

    private func referrers(_ condition: SQLFragment, _ transaction: Transaction) throws -> [JSONValue] {
        let found = try transaction.connection.rows(
            """
            SELECT t."referrerCustomer", count(*) FROM customers AS t
            WHERE t."referrerCustomer" IS NOT NULL AND \(condition.sql)
            GROUP BY t."referrerCustomer" ORDER BY 2 DESC, 1 LIMIT ?
            """,
            condition.values + [.integer(Int64(limit))]
        ) { (id: $0.int(0), count: $0.int(1)) }
        let store = RecordStore(Customer.resource, transaction.connection)
        let visibility = transaction.visibility(of: Customer.resource)
        let names = ShownNames(Customer.resource, transaction)
        return try found.map { id, count in
            var members: JSONObject = ["customer": .integer(id)]
            if let name = try store.find(id, visibility)?["name"].stringValue.flatMap({ names.shown($0, of: id) }) {
                members["name"] = name
            }
            members["referred"] = .integer(count)
            return .object(members)
        }
    }
}
