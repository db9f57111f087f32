internal import COpenSSL

/// SHA-256 of a file of any length.
enum FileDigest {
    /// - Returns: 64 hexadecimal digits.
    /// - Throws: `FileFailure`
    static func sha256(_ path: String) throws -> String {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            throw FileFailure(path, errno: 0)
        }
        try FileTree.read(path) { bytes in
            guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
                throw FileFailure(path, errno: 0)
            }
        }
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        guard EVP_DigestFinal_ex(context, &digest, &count) == 1 else {
            throw FileFailure(path, errno: 0)
        }
        return Digest.hex(Array(digest.prefix(Int(count))))
    }
}
