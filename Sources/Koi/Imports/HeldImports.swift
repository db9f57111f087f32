import KoiJSON
import KoiSQLite

/// Files that were imported: nobody can tell of which people one speaks, so all of a resource go when one of its people is
/// erased, and those that are at work once they have ended.
struct HeldImports: PersonalHolding {
    let name = "imports"

    func erase(_ record: Record, _ marks: PersonalMarks, in transaction: Transaction) throws -> Int64 {
        let store = ImportStore(transaction.connection)
        let held = try store.holding(resource: record.resource.name, limit: .max)
        for order in held {
            if order.isAtWork {
                try store.expire(order.id, at: transaction.now)
            } else {
                try ImportRemoval(transaction).empty(order)
            }
        }
        return Int64(held.count)
    }

    /// They are copies of what somebody brought along, and gone within days.
    func disclose(_ record: Record, in transaction: Transaction) throws -> [JSONValue] { [] }
}
