import KoiSQLite

/// The number by which a customer and the company speak of a ticket: random, so that none tells how many there are, and with
/// a last digit that tells when one of the others was misheard or two were swapped.
enum TicketNumber {
    /// Digits without that which checks them.
    private static let length = 7
    private static let tries = 20
    private static let longest = 15

    /// One that no ticket has.
    static func free(_ transaction: Transaction) throws -> String {
        for length in length...longest {
            for _ in 0..<tries {
                let number = random(length, transaction.randomness)
                let taken = try transaction.connection.first(
                    "SELECT 1 FROM tickets WHERE number = ?",
                    [.text(number)]
                ) { _ in true }
                if taken == nil { return number }
            }
        }
        throw Problem.unforeseen
    }

    private static func random(_ length: Int, _ randomness: Randomness) -> String {
        var digits: [Int] = []
        while digits.count < length {
            // Bytes from 250 on would make some digits likelier; a number does not begin with 0.
            for byte in randomness.bytes(16) where byte < 250 && digits.count < length {
                let digit = Int(byte % 10)
                if digit > 0 || !digits.isEmpty { digits.append(digit) }
            }
        }
        digits.append(check(digits))
        return digits.map(String.init).joined()
    }

    /// Whether a text is a number whose last digit fits the others.
    static func isValid(_ text: String) -> Bool {
        let digits = text.utf8.map { Int($0) - 0x30 }
        guard (length + 1...longest + 1).contains(digits.count), digits.allSatisfy((0...9).contains) else {
            return false
        }
        return check(digits) == 0
    }

    /// Finds every single wrong digit and every swap of neighbours.
    ///
    /// After H. Damm, "Total anti-symmetrische Quasigruppen", 2004.
    private static func check(_ digits: [Int]) -> Int {
        digits.reduce(0) { interim, digit in Int(damm[interim * 10 + digit]) }
    }

    private static let damm: [UInt8] = [
        0, 3, 1, 7, 5, 9, 8, 6, 4, 2,
        7, 0, 9, 2, 1, 5, 4, 8, 6, 3,
        4, 2, 0, 6, 8, 7, 1, 3, 5, 9,
        1, 7, 5, 0, 9, 8, 3, 4, 2, 6,
        6, 1, 2, 3, 0, 4, 5, 9, 7, 8,
        3, 6, 7, 4, 2, 0, 9, 5, 8, 1,
        5, 8, 6, 9, 7, 2, 0, 1, 3, 4,
        8, 9, 4, 5, 3, 6, 2, 0, 1, 7,
        9, 4, 3, 8, 6, 1, 7, 2, 0, 5,
        2, 5, 8, 1, 4, 3, 6, 7, 9, 0,
    ]
}
