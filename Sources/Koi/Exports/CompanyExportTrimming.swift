/// Deletes the files of exports that have been kept long enough, every hour, and what lies in their folder without an export, as
/// after a restore; and forgets exports of long ago.
enum CompanyExportTrimming {
    /// Longer than the file of an export that is being written rests.
    private static let strayFor: Int64 = 3_600_000
    private static let listedFor: Int64 = 30 * 86_400_000

    static let kind = JobKind.trimming("trimExports", .every(3_600_000)) { transaction, limit in
        let store = CompanyExportStore(transaction.connection)
        let expired = try store.holding(expiredBy: transaction.now)
        let service = try CompanyExportService(transaction)
        for export in expired { try service.empty(export) }
        guard expired.isEmpty else { return expired.count }
        let (folder, files, oldest) = (transaction.catalog.exports, try store.files(), transaction.now - strayFor)
        transaction.whenCommitted { folder.keepOnly(files, before: oldest) }
        return try store.trim(before: transaction.now - listedFor, limit: limit)
    }
}
