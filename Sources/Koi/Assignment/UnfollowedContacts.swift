import KoiJSON
import KoiSQLite

/// Those who made first contact and were not followed up: leads that nobody has answered, and customers from whom something came
/// and to whom nothing went since.
///
/// What is due later than now is none yet, be it by the time to answer or by a task; and who has a deal is being looked after.
struct UnfollowedContacts {
    struct Contact {
        let resource: Resource
        let id: Int64
        let owner: Int64?
        let since: Int64
        let due: Int64?
    }

    private static let hour: Int64 = 3_600_000

    static let resources = [Lead.resource, Customer.resource]

    private let transaction: Transaction
    private let now: Int64
    private let latest: Int64

    /// - Parameter hours: within which nobody can expect to be followed up.
    init(olderThan hours: Int64, in transaction: Transaction) {
        self.transaction = transaction
        now = transaction.now
        latest = now - hours * UnfollowedContacts.hour
    }

    // MARK: Conditions

    /// On the alias `t`, beside those of the time.
    private func conditions(_ resource: Resource) -> [SQLFragment] {
        resource.name == Lead.resource.name
            ? [unanswered, UnfollowedContacts.leadWithoutDeal, withoutTask("lead")]
            : [UnfollowedContacts.customerWithoutDeal, withoutTask("customer")]
    }

    private var unanswered: SQLFragment {
        SQLFragment(
            """
            t.status = 'new' AND t."firstResponseAt" IS NULL AND (t."responseDueAt" IS NULL OR t."responseDueAt" < ?)
            """,
            [.integer(now)]
        )
    }

    private static let leadWithoutDeal = SQLFragment("NOT EXISTS (SELECT 1 FROM lead_deals AS d WHERE d.lead = t.id)")
    private static let customerWithoutDeal = SQLFragment(
        "NOT EXISTS (SELECT 1 FROM deals AS d WHERE d.customer = t.id AND d.\"removedAt\" IS NULL)"
    )

    private func withoutTask(_ field: String) -> SQLFragment {
        SQLFragment(
            """
            NOT EXISTS (
                SELECT 1 FROM tasks AS w WHERE w.\(field) = t.id AND w."doneAt" IS NULL AND w."removedAt" IS NULL
                    AND (w.due IS NULL OR w.due >= ?)
            )
            """,
            [.integer(now)]
        )
    }

    private static func since(_ resource: Resource) -> String {
        resource.name == Lead.resource.name ? "t.\"receivedAt\"" : "u.since"
    }

    /// With what is kept of customers beside them.
    private static func table(_ resource: Resource) -> String {
        resource.name == Lead.resource.name
            ? "leads AS t" : "unfollowed_customers AS u JOIN customers AS t ON t.id = u.customer"
    }

    private static func due(_ resource: Resource) -> String {
        resource.name == Lead.resource.name ? "t.\"responseDueAt\"" : "NULL"
    }

    // MARK: Questions

    /// How many of those that the actor sees there are, as far as it is worth while to count them.
    ///
    /// - Parameter more: conditions on the alias `t`.
    func count(_ resource: Resource, _ more: [SQLFragment]) throws -> Int64 {
        var sql = SQLFragment("SELECT count(*) FROM (SELECT 1")
        sql.append(from(resource, more))
        sql.append(" LIMIT ?) AS c", [.integer(Report.maximumCounted)])
        return try transaction.connection.first(sql.sql, sql.values) { $0.int(0) } ?? 0
    }

    /// Those that the actor sees and that have waited longest first.
    ///
    /// - Parameters:
    ///   - more: conditions on the alias `t`.
    ///   - last: the one after which to go on; nil to begin.
    func oldest(
        _ resource: Resource,
        _ more: [SQLFragment],
        after last: (since: Int64, id: Int64)? = nil,
        limit: Int64
    ) throws -> [Contact] {
        let since = UnfollowedContacts.since(resource)
        var sql = SQLFragment("SELECT t.id, t.owner, \(since), \(UnfollowedContacts.due(resource))")
        sql.append(from(resource, more))
        if let last {
            // The first condition is for the index to begin there.
            sql.append(
                " AND \(since) >= ? AND (\(since) > ? OR t.id > ?)",
                [.integer(last.since), .integer(last.since), .integer(last.id)]
            )
        }
        sql.append(" ORDER BY \(since), t.id LIMIT ?", [.integer(limit)])
        return try transaction.connection.rows(sql.sql, sql.values) { row in
            Contact(
                resource: resource,
                id: row.int(0),
                owner: row.intOrNil(1),
                since: row.int(2),
                due: row.intOrNil(3)
            )
        }
    }

    private func from(_ resource: Resource, _ more: [SQLFragment]) -> SQLFragment {
        var sql = SQLFragment(
            " FROM \(UnfollowedContacts.table(resource)) WHERE t.\"removedAt\" IS NULL AND \(UnfollowedContacts.since(resource)) <= ?",
            [.integer(latest)]
        )
        let visible = transaction.visibility(of: resource).condition
        for condition in conditions(resource) + more + (visible.map { [$0] } ?? []) {
            sql.append(" AND \(condition.sql)", condition.values)
        }
        return sql
    }
}
