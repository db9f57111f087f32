internal import COpenSSL

/// The codes of authenticator apps: six digits that change every 30 seconds (RFC 6238 with SHA-1).
enum TimeCode {
    static let digits = 6
    static let period: Int64 = 30
    static let secretLength = 20
    /// How many steps before and after this moment are taken too: clocks differ, and people type slowly.
    private static let tolerance: Int64 = 1

    /// RFC 4226 §5.3.
    static func code(_ secret: [UInt8], step: Int64) -> String {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> Int64(56 - 8 * $0)) }
        var mac = [UInt8](repeating: 0, count: Int(SHA_DIGEST_LENGTH))
        _ = HMAC(EVP_sha1(), secret, Int32(clamping: secret.count), counter, counter.count, &mac, nil)
        let offset = Int(mac[mac.count - 1] & 15)
        let number = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }

    /// The step of which this is the code.
    ///
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - last: the step of the code that was taken last: neither it nor an older one is taken again (RFC 6238 §5.2).
    /// - Returns: nil where it is the code of none.
    static func step(of code: String, _ secret: [UInt8], at now: Int64, after last: Int64) -> Int64? {
        let current = now.flooredQuotient(1_000 * period)
        var found: Int64?
        for step in (current - tolerance)...(current + tolerance) where step > last {
            if isSame(TimeCode.code(secret, step: step), code) { found = found ?? step }
        }
        return found
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        return left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}
