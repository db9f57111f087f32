import KoiJSON
import KoiSQLite

/// Who referred whom: a customer names the customer or contact by whose word it came.
enum Referrals {
    /// Of a chain of referrals that is looked through.
    private static let longestChain = 10_000
    /// The fields by which that is told.
    static let fields = ["referrerCustomer", "referrerContact"]

    /// Refuses a referral that leads back to the customer itself.
    static func check(
        _ customer: Record,
        before: Record?,
        _ issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        guard let before else { return }
        for field in fields {
            guard let referrer = customer[field].integerValue, before[field] != .integer(referrer) else { continue }
            let start =
                field == "referrerCustomer" ? "SELECT ?1" : "SELECT customer FROM contact_customers WHERE contact = ?1"
            let isCircular = try transaction.connection.first(
                """
                WITH RECURSIVE chain (id) AS (
                    \(start)
                    UNION SELECT c."referrerCustomer" FROM chain JOIN customers AS c ON c.id = chain.id
                    WHERE c."referrerCustomer" IS NOT NULL
                    UNION SELECT l.customer FROM chain JOIN customers AS c ON c.id = chain.id
                    JOIN contact_customers AS l ON l.contact = c."referrerContact"
                    LIMIT \(longestChain)
                )
                SELECT 1 FROM chain WHERE id = ?2
                """,
                [.integer(referrer), .integer(customer.id)]
            ) { _ in true }
            if isCircular == true { issues.append(circular.issue(field: field)) }
        }
    }

    /// - Throws: `Problem` 403 where who referred whom is held back from the actor.
    static func requireSight(_ transaction: Transaction) throws {
        let held = transaction.actor.access.restrictions(of: Customer.resource.name)
        for field in fields where held.reading(field) != .clear {
            throw Problem.notPermitted(.read, "\(Customer.resource.name).\(field)")
        }
    }

    private static let circular = ValueRefusal(
        "circular",
        "This customer was itself referred by that one, or by others whom it referred.",
        "该客户本身由此客户直接或间接推荐，推荐关系不能循环。"
    )
}
