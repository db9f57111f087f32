import KoiJSON
import KoiSQLite

/// Keeps on every customer when somebody last cared for it: the time of its newest living activity.
struct Care {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Brings the customers of an activity up to date once it was stored.
    func follow(_ activity: Record, before: Record?) throws {
        let isTold = ["customer", "happenedAt", "removedAt"].contains { activity[$0] != before?[$0] }
        guard isTold else { return }
        let customers = Set([activity, before].compactMap { $0?["customer"].integerValue })
        for customer in customers.sorted() { try renew(customer) }
    }

    /// The record stays at its version: whoever is about to change it has not been overtaken.
    private func renew(_ customer: Int64) throws {
        let found = try transaction.connection.first(
            """
            SELECT c."lastCareAt",
                (SELECT max(a."happenedAt") FROM activities AS a WHERE a.customer = c.id AND a."removedAt" IS NULL)
            FROM customers AS c WHERE c.id = ?
            """,
            [.integer(customer)]
        ) { (before: $0.intOrNil(0), after: $0.intOrNil(1)) }
        guard let found, found.before != found.after else { return }
        try transaction.connection.run(
            "UPDATE customers SET \"lastCareAt\" = ? WHERE id = ?",
            [.nullable(found.after), .integer(customer)]
        )
        try transaction.note(
            "customer.cared",
            EventSubject(resource: Customer.resource.name, id: customer),
            ["before": Care.payload(found.before), "after": Care.payload(found.after)]
        )
    }

    private static func payload(_ time: Int64?) -> JSONValue {
        ["lastCareAt": time.map { .string(Timestamp.text($0)) } ?? .null]
    }
}
