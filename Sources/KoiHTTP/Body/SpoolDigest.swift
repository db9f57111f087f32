internal import COpenSSL

/// SHA-256 of a body while it is written to a file, so that nobody has to read it again to tell it from another.
///
/// Used by one body only, on its loop.
final class SpoolDigest {
    private let context = EVP_MD_CTX_new()
    private var isIntact: Bool

    init() {
        isIntact = EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    func add(_ bytes: UnsafeRawBufferPointer) {
        isIntact = EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 && isIntact
    }

    /// - Returns: nothing where OpenSSL failed.
    func finish() -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard EVP_DigestFinal_ex(context, &digest, &count) == 1, isIntact else { return [] }
        return Array(digest.prefix(Int(count)))
    }
}
