import KoiJSON
import KoiSQLite

/// Keeps of customers since when nobody has followed up their first contact.
///
/// That is the time of the first activity that came from one, as long as none went there since.
struct FirstContact {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Brings the customers of an activity up to date once it was stored.
    func follow(_ activity: Record, before: Record?) throws {
        let told = ["customer", "direction", "happenedAt", "removedAt"]
        guard told.contains(where: { activity[$0] != before?[$0] }) else { return }
        let customers = Set([activity, before].compactMap { $0?["customer"].integerValue })
        for customer in customers.sorted() { try renew(customer) }
    }

    private func renew(_ customer: Int64) throws {
        let found = try connection.first(
            """
            SELECT (SELECT u.since FROM unfollowed_customers AS u WHERE u.customer = ?1), (
                SELECT f.since FROM (
                    SELECT min(i."happenedAt") AS since FROM activities AS i
                    WHERE i.customer = ?1 AND i.direction = 'in' AND i."removedAt" IS NULL
                ) AS f WHERE NOT EXISTS (
                    SELECT 1 FROM activities AS o
                    WHERE o.customer = ?1 AND o.direction = 'out' AND o."removedAt" IS NULL AND o."happenedAt" >= f.since
                )
            )
            """,
            [.integer(customer)]
        ) { (before: $0.intOrNil(0), after: $0.intOrNil(1)) }
        guard let found, found.before != found.after else { return }
        guard let since = found.after else {
            try connection.run("DELETE FROM unfollowed_customers WHERE customer = ?", [.integer(customer)])
            return
        }
        try connection.run(
            """
            INSERT INTO unfollowed_customers (customer, since) VALUES (?, ?)
            ON CONFLICT (customer) DO UPDATE SET since = excluded.since
            """,
            [.integer(customer), .integer(since)]
        )
    }
}
