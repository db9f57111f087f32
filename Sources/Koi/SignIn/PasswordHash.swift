internal import COpenSSL
import Foundation

/// What hashing a password costs: the parameters of scrypt (RFC 7914).
package struct PasswordCost: Sendable, Equatable {
    /// A power of two.
    package let n: Int64
    package let r: Int64
    package let p: Int64

    package init(n: Int64, r: Int64 = 8, p: Int64 = 3) {
        self.n = n
        self.r = r
        self.p = p
    }

    /// 32 MiB, and about 0.3 s.
    package static let standard = PasswordCost(n: 1 << 15)
}

/// What is kept of a password.
package struct PasswordHash: Sendable, Equatable {
    static let length = 32
    static let saltLength = 16

    let cost: PasswordCost
    let salt: [UInt8]
    let bytes: [UInt8]

    init(cost: PasswordCost, salt: [UInt8], bytes: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.bytes = bytes
    }

    /// Hashes a password, which takes as long as `cost` says.
    ///
    /// - Throws: `PasswordError` where OpenSSL refuses, as it does where there is no memory.
    init(of password: String, salt: [UInt8], cost: PasswordCost) throws {
        self.init(cost: cost, salt: salt, bytes: try PasswordHash.derive(password, salt, cost))
    }

    /// Whether this is the hash of a password; takes as long as hashing it.
    func matches(_ password: String) throws -> Bool {
        let other = try PasswordHash.derive(password, salt, cost)
        return other.count == bytes.count && CRYPTO_memcmp(other, bytes, bytes.count) == 0
    }

    private static func derive(_ password: String, _ salt: [UInt8], _ cost: PasswordCost) throws -> [UInt8] {
        // The same letters are not typed as the same scalars everywhere: é is one or two.
        let secret = Array(password.precomposedStringWithCanonicalMapping.utf8)
        var key = [UInt8](repeating: 0, count: length)
        let (n, r, p) = (UInt64(clamping: cost.n), UInt64(clamping: cost.r), UInt64(clamping: cost.p))
        let memory = 128 &* r &* (n &+ p &+ 2) &+ (1 << 20)
        let isDone = secret.withUnsafeBytes { secret in
            EVP_PBE_scrypt(
                secret.bindMemory(to: CChar.self).baseAddress,
                secret.count,
                salt,
                salt.count,
                n,
                r,
                p,
                memory,
                &key,
                key.count
            )
        }
        guard isDone == 1 else { throw PasswordError() }
        return key
    }
}

/// A password could not be hashed.
struct PasswordError: Error, CustomStringConvertible {
    let description = "OpenSSL could not hash a password: there may be too little memory."
}
