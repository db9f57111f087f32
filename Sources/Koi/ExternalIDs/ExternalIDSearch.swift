import KoiSQLite

/// Finds records by their keys in other systems, as far as the actor sees them.
struct ExternalIDSearch {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// The living record that has a key; nil where there is none for the actor.
    ///
    /// - Throws: `Problem` 429 where the actor asks too often for keys that its role does not show.
    func find(_ id: ExternalID, of resource: Resource) throws -> Int64? {
        try countProbe(of: resource)
        guard let record = try number(id, resource) else { return nil }
        let query = RecordSQL.exists(record, resource, transaction.visibility(of: resource))
        return try transaction.connection.first(query.sql, query.values) { _ in record }
    }

    /// The record in the bin that has a key; nil where there is none for the actor.
    func findRemoved(_ id: ExternalID, of resource: Resource) throws -> Int64? {
        guard let record = try number(id, resource) else { return nil }
        return try RecordStore(resource, transaction.connection)
            .find(record, transaction.visibility(of: resource), inBin: true)?.id
    }

    /// By the system that stands for this company its records have their numbers, as they come back from another Koi.
    private func number(_ id: ExternalID, _ resource: Resource) throws -> Int64? {
        if let record = try ExternalIDStore(transaction.connection).find(resource.name, id) { return record }
        guard id.system.hasPrefix(CompanyRules.prefix), let number = Digits.integer(id.key),
            try id.system == Company.system(transaction.connection)
        else { return nil }
        return number
    }

    /// As of a filter by a field that is held back: whoever knows the whole key may ask for it, and nobody finds one by trying.
    private func countProbe(of resource: Resource) throws {
        let restrictions = transaction.actor.access.restrictions(of: resource.name)
        guard restrictions.reading(SystemField.externalIDs.name) != .clear else { return }
        try transaction.catalog.probes.count(transaction.actor.user ?? 0, times: 1, at: transaction.now)
    }
}
