/// One step of the schema's history: numbered, and never edited once shipped.
package struct Migration: Sendable, Equatable {
    /// 1 and up; the order of application.
    package let number: Int
    package let name: String
    /// One or more statements, none of which opens or ends a transaction.
    package let sql: String

    package init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// FNV-1a (64 bits) of the SQL in hexadecimal.
    ///
    /// It is there to notice an edit made by mistake, for which no cryptography is needed.
    var checksum: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in sql.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
