import KoiJSON
import KoiSQLite

/// Of records that one of is the main one: which says so last is it, and the others are no longer.
enum MainRecord {
    /// Takes it from the others once a record has become the main one.
    ///
    /// - Parameter field: those with the same value in it have a main one of their own; nil where there is one of all.
    static func follow(
        _ record: Record,
        before: Record?,
        within field: String? = nil,
        in transaction: Transaction
    ) throws {
        guard record["main"] == true, !record.isRemoved, before?["main"] != true || before?.isRemoved == true else {
            return
        }
        let resource = record.resource
        var sql = SQLFragment(
            "SELECT id FROM \(Dialect.quoted(resource.name)) WHERE main = 1 AND id <> ? AND \"removedAt\" IS NULL",
            [.integer(record.id)]
        )
        if let field {
            sql.append(" AND \(Dialect.quoted(field)) = ?", [.text(record[field].stringValue ?? "")])
        }
        let store = RecordStore(resource, transaction.connection)
        for other in try transaction.connection.rows(sql.sql, sql.values, { $0.int(0) }) {
            guard let before = try store.find(other, .all) else { continue }
            var changed = before
            changed["main"] = false
            _ = try RecordService(resource, transaction).save(changed, before: before)
        }
    }
}
