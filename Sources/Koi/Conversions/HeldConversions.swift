import KoiJSON
import KoiSQLite

/// What conversions remember of records so that they can be undone, and the leads that a person came as.
struct HeldConversions: PersonalHolding {
    let name = "conversions"

    /// Erases the leads that the person came as, and empties what conversions have of its fields.
    ///
    /// The leads of a company are other people, who are erased by themselves.
    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let store = ConversionStore(transaction.connection)
        var count: Int64 = 0
        let leads = try Conversion.leads(of: record, limit: .max, transaction.connection)
        for lead in leads {
            for conversion in try store.all(of: lead) where !conversion.filled.isEmpty {
                try store.forgetFilled(conversion.id)
                count += 1
            }
        }
        let own = try leads.filter { try isLead($0, of: record, transaction.connection) }
        for lead in own { _ = try ErasureService(Lead.resource, transaction).eraseUnseen(lead) }
        return count + Int64(own.count)
    }

    /// Whether it is the person of the record who came as the lead: one that has a contact is that one's.
    private func isLead(_ lead: Int64, of record: Record, _ connection: Connection) throws -> Bool {
        guard record.resource.name != Contact.resource.name else { return true }
        guard record["kind"] == "person" else { return false }
        return try connection.first("SELECT 1 FROM leads WHERE id = ? AND contact IS NULL", [.integer(lead)]) { _ in
            true
        } ?? false
    }

    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] {
        let store = ConversionStore(transaction.connection)
        return try Conversion.leads(of: record, limit: .max, transaction.connection).flatMap { lead in
            try store.all(of: lead).map { conversion in
                [
                    "lead": .integer(lead), "at": .string(Timestamp.text(conversion.at)),
                    "made": .array(conversion.made.map(\.stored)), "filled": .array(conversion.filled.map(\.stored)),
                ]
            }
        }
    }
}

extension Conversion {
    /// The leads that became a customer or contact, or the lead itself, be it in the bin; the oldest first.
    static func leads(of record: Record, limit: Int64, _ connection: Connection) throws -> [Int64] {
        if record.resource.name == Lead.resource.name { return [record.id] }
        return try leads(of: EventSubject(resource: record.resource.name, id: record.id), limit: limit, connection)
    }

    static func leads(of subject: EventSubject, limit: Int64, _ connection: Connection) throws -> [Int64] {
        let column: String? =
            switch subject.resource {
            case Customer.resource.name: "customer"
            case Contact.resource.name: "contact"
            default: nil
            }
        guard let column else { return [] }
        return try connection.rows(
            "SELECT id FROM leads WHERE \(column) = ? ORDER BY id LIMIT ?",
            [.integer(subject.id), .integer(limit)]
        ) { $0.int(0) }
    }
}
