import KoiSQLite

/// Sums of amounts that SQLite makes and that are exact, however many there are: its own sum of whole numbers ends at 64 bits.
///
/// They are summed up in two parts, each of which a floating-point number holds exactly.
enum ExactSum {
    private static let part: Int64 = 10_000_000

    /// Two columns of a query.
    static func columns(_ amount: String) -> String {
        "total(\(amount) / \(part)), total(\(amount) % \(part))"
    }

    /// - Parameter column: the first of the two.
    static func value(_ row: Row, _ column: Int) -> Int128 {
        (Int128(exactly: row.double(column)) ?? 0) * Int128(part) + (Int128(exactly: row.double(column + 1)) ?? 0)
    }
}
