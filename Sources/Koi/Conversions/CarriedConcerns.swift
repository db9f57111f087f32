import KoiJSON
import KoiSQLite

/// Has what was done and is to be done about a lead be about the customer that it became, too.
///
/// Koi does so itself: whoever converts a lead need not have the right to change what others have logged about it.
struct CarriedConcerns {
    /// So many of each, the newest: the others stay with the lead, whose past its customer shows.
    private static let maximum: Int64 = 500
    private static let resources = [Activity.resource, WorkTask.resource]

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    static func carries(_ resource: Resource) -> Bool { resources.contains { $0.name == resource.name } }

    /// - Returns: what was filled.
    func carry(from lead: Int64, to customer: Int64, _ contact: Int64?) throws -> [Conversion.Filled] {
        let part = transaction.part(as: .system)
        var filled: [Conversion.Filled] = []
        for resource in CarriedConcerns.resources {
            for before in try about(lead, resource) {
                var record = before
                record["customer"] = .integer(customer)
                if let contact, record["contact"].isNull { record["contact"] = .integer(contact) }
                let after = try RecordService(resource, part).save(record, before: before)
                filled += Conversion.Filled.changes(of: after, from: before)
            }
        }
        transaction.absorb(part)
        return filled
    }

    private func about(_ lead: Int64, _ resource: Resource) throws -> [Record] {
        let store = RecordStore(resource, transaction.connection)
        return try transaction.connection.rows(
            """
            SELECT id FROM \(Dialect.quoted(resource.name))
            WHERE lead = ? AND customer IS NULL AND "removedAt" IS NULL ORDER BY id DESC LIMIT ?
            """,
            [.integer(lead), .integer(CarriedConcerns.maximum)]
        ) { $0.int(0) }.compactMap { try store.find($0, .all) }
    }
}
