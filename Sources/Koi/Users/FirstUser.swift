import KoiJSON
import KoiSQLite

/// The user that Koi makes for itself where there is none yet, so that a first key has an owner.
package enum FirstUser {
    /// The id of the oldest active administrator.
    package static func ensure(in transaction: Transaction) throws -> Int64 {
        let oldest = try transaction.connection.first(
            "SELECT id FROM users WHERE active = 1 AND role = ? ORDER BY id LIMIT 1",
            [.integer(Role.administratorID)]
        ) { $0.int(0) }
        if let oldest { return oldest }
        return try RecordService(User.resource, transaction).add([
            "name": "Administrator", "role": .integer(Role.administratorID), "language": "en", "timeZone": "UTC",
        ]).id
    }
}
