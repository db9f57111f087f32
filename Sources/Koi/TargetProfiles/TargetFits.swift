import KoiJSON
import KoiSQLite

/// How well a customer or lead fits each target profile that the actor sees.
struct TargetFits {
    /// Profiles that are looked at, the oldest first.
    private static let maximumProfiles = 500

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// The best first.
    func all(of record: Record) throws -> [TargetFit] {
        let held = transaction.actor.access.restrictions(of: record.resource.name)
        let fits = try profiles().map { profile in
            TargetFit(record, profile) { held.reading($0) == .clear }
        }
        return fits.sorted { ($1.score, $0.profile) < ($0.score, $1.profile) }
    }

    private func profiles() throws -> [Record] {
        let resource = TargetProfile.resource
        let store = RecordStore(resource, transaction.connection)
        var sql = SQLFragment(
            """
            SELECT \(resource.encoder.selection) FROM \(Dialect.quoted(resource.name)) AS t \
            WHERE t."removedAt" IS NULL
            """
        )
        if let condition = transaction.visibility(of: resource).condition {
            sql.append(" AND ")
            sql.append(condition)
        }
        sql.append(" ORDER BY t.id LIMIT ?", [.integer(Int64(TargetFits.maximumProfiles))])
        return try transaction.connection.rows(sql.sql, sql.values) { try store.record(from: $0) }
    }
}
