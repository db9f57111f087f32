import KoiJSON
import KoiSQLite

/// Exports of the whole company: everybody is in them, so all files go when a person is erased, and one that is being written
/// is written anew.
struct HeldCompanyExports: PersonalHolding {
    let name = "exports"

    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let store = CompanyExportStore(transaction.connection)
        try store.outdate()
        let held = try store.holding()
        let folder = transaction.catalog.exports
        for export in held {
            try store.empty(export.id)
            guard let file = export.file else { continue }
            transaction.whenCommitted { folder.remove(file) }
        }
        return Int64(held.count)
    }

    /// What they have of a person is what the other holdings tell.
    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] { [] }
}
