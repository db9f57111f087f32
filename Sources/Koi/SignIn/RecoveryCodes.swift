import KoiSQLite

/// What lets somebody in who has lost the second factor: ten codes, each for once.
struct RecoveryCodes {
    private static let count = 10
    /// In bytes: 80 bits need no slow hash.
    private static let length = 10

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Makes new ones, which cannot be shown again, in place of those that were there.
    func make(for user: Int64) throws -> [String] {
        try removeAll(of: user)
        return try (0..<RecoveryCodes.count).map { _ in
            let letters = Base32.encode(transaction.randomness.bytes(RecoveryCodes.length)).lowercased()
            try transaction.connection.run(
                "INSERT INTO recovery_codes (hash, \"user\") VALUES (?, ?)",
                [.blob(RecoveryCodes.hash(letters)), .integer(user)]
            )
            return RecoveryCodes.grouped(letters)
        }
    }

    /// Takes a code, which is gone then.
    ///
    /// - Returns: whether it was one of this user.
    func spend(_ code: String, of user: Int64) throws -> Bool {
        let letters = code.lowercased().filter { $0 != "-" && $0 != " " }
        let sql = "DELETE FROM recovery_codes WHERE hash = ? AND \"user\" = ?"
        return try transaction.connection.run(sql, [.blob(RecoveryCodes.hash(letters)), .integer(user)]) > 0
    }

    func removeAll(of user: Int64) throws {
        try transaction.connection.run("DELETE FROM recovery_codes WHERE \"user\" = ?", [.integer(user)])
    }

    private static func hash(_ letters: String) -> [UInt8] {
        Digest.sha256(Array(letters.utf8))
    }

    /// In fours, which are easier to copy.
    private static func grouped(_ letters: String) -> String {
        var text = ""
        for (index, letter) in letters.enumerated() {
            if index > 0, index % 4 == 0 { text += "-" }
            text.append(letter)
        }
        return text
    }
}
