import KoiSQLite

/// The first key of a Koi, without which nobody gets in.
package enum FirstKey {
    /// Whether no key is there that opens anything.
    package static func isMissing(in transaction: Transaction) throws -> Bool {
        let key = try transaction.connection.first(
            "SELECT 1 FROM keys WHERE \"removedAt\" IS NULL LIMIT 1"
        ) { _ in true }
        return key == nil
    }
}
