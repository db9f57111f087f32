internal import COpenSSL

/// Seals what must not be read out of a copy of the database, such as the password of the mail server, with a key that
/// lies beside the database and in no backup.
///
/// AES-256-GCM through OpenSSL. What is sealed is a version byte, 12 random bytes, the cipher text and a tag of 16 bytes;
/// the tag also covers the place for which it was sealed, so that nobody can put it into another.
package final class SecretBox: Sendable {
    private static let version: UInt8 = 1
    private static let nonceLength = 12
    private static let tagLength = 16

    fileprivate let key: SecretKey
    private let randomness: Randomness

    /// - Parameter folder: where the key file lies, which is made when something is first sealed.
    package init(_ folder: DataFolder, randomness: Randomness) {
        key = SecretKey(folder, randomness)
        self.randomness = randomness
    }

    /// - Parameter place: where it will be kept, such as `settings/mailPassword` or `webhooks/7/secret`.
    /// - Throws: `Problem` 409 `key_unusable` where the key file is none.
    package func seal(_ plain: [UInt8], at place: String) throws -> [UInt8] {
        let cipher = try Cipher(key.forSealing())
        let nonce = randomness.bytes(SecretBox.nonceLength)
        guard let sealed = cipher.seal(plain, nonce: nonce, place: Array(place.utf8)) else { throw Problem.unforeseen }
        return [SecretBox.version] + nonce + sealed
    }

    /// - Throws: `Problem` 409 `secret_unreadable` where it was sealed with another key or for another place, or altered.
    package func open(_ sealed: [UInt8], at place: String) throws -> [UInt8] {
        guard sealed.count >= 1 + SecretBox.nonceLength + SecretBox.tagLength, sealed[0] == SecretBox.version,
            let bytes = key.forOpening()
        else { throw Problem.secretUnreadable }
        let nonce = Array(sealed[1...SecretBox.nonceLength])
        let rest = Array(sealed.dropFirst(1 + SecretBox.nonceLength))
        guard let plain = Cipher(bytes).open(rest, nonce: nonce, place: Array(place.utf8)) else {
            throw Problem.secretUnreadable
        }
        return plain
    }
}

extension SecretBox {
    /// A mark of bytes that nobody can make, or try guesses against, without the key file (HMAC-SHA-256).
    ///
    /// - Parameter purpose: for what it is, so that marks of one kind say nothing about those of another.
    /// - Throws: `Problem` 409 `key_unusable` where the key file is none.
    func mark(_ bytes: [UInt8], for purpose: String) throws -> [UInt8] {
        SecretBox.authenticate(bytes, with: SecretBox.authenticate(Array(purpose.utf8), with: try key.forSealing()))
    }

    private static func authenticate(_ bytes: [UInt8], with key: [UInt8]) -> [UInt8] {
        var mark = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
        _ = HMAC(EVP_sha256(), key, Int32(clamping: key.count), bytes, bytes.count, &mark, nil)
        return mark
    }
}

extension Problem {
    static let secretUnreadable = conflict(
        "secret_unreadable",
        Text(
            "A stored secret cannot be read, since the file koi.key in the data folder is not the one that sealed it. Put that file back, or enter the secret again.",
            "无法读取已保存的机密：数据文件夹中的 koi.key 不是当初加密时的文件。请放回原文件，或重新填写该机密。"
        )
    )
}

/// AES-256-GCM (NIST SP 800-38D), each call with a context of its own.
private struct Cipher {
    private static let tagLength = 16

    private let key: [UInt8]

    init(_ key: [UInt8]) {
        self.key = key
    }

    /// Cipher text and tag; nil where OpenSSL refuses.
    func seal(_ plain: [UInt8], nonce: [UInt8], place: [UInt8]) -> [UInt8]? {
        guard let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        var sealed = [UInt8](repeating: 0, count: plain.count)
        var tag = [UInt8](repeating: 0, count: Cipher.tagLength)
        var count: Int32 = 0
        guard EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_EncryptUpdate(context, nil, &count, place, Int32(clamping: place.count)) == 1,
            EVP_EncryptUpdate(context, &sealed, &count, plain, Int32(clamping: plain.count)) == 1,
            EVP_EncryptFinal_ex(context, &tag, &count) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Cipher.tagLength), &tag) == 1
        else { return nil }
        return sealed + tag
    }

    /// Nil where the tag does not fit.
    ///
    /// - Parameter sealed: at least as long as a tag.
    func open(_ sealed: [UInt8], nonce: [UInt8], place: [UInt8]) -> [UInt8]? {
        guard let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        let text = Array(sealed.dropLast(Cipher.tagLength))
        var tag = Array(sealed.suffix(Cipher.tagLength))
        var plain = [UInt8](repeating: 0, count: text.count)
        var rest = [UInt8](repeating: 0, count: Cipher.tagLength)
        var count: Int32 = 0
        guard EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_DecryptUpdate(context, nil, &count, place, Int32(clamping: place.count)) == 1,
            EVP_DecryptUpdate(context, &plain, &count, text, Int32(clamping: text.count)) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(Cipher.tagLength), &tag) == 1,
            EVP_DecryptFinal_ex(context, &rest, &count) == 1
        else { return nil }
        return plain
    }
}
