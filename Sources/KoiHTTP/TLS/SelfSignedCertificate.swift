internal import COpenSSL
import Glibc

/// A certificate that vouches for itself, and its key, for trying TLS: browsers warn of it until they are told to trust it.
package struct SelfSignedCertificate: Sendable {
    /// In PEM.
    package let certificate: [UInt8]
    package let key: [UInt8]

    /// Browsers take none that is good for more than 825 days.
    package static let days = 397

    /// - Parameter names: host names and addresses beside those of this machine.
    /// - Throws: `CertificateError` for a name that is none.
    package init(names: [String]) throws(CertificateError) {
        let alternatives = try SelfSignedCertificate.alternatives(names)
        guard let generated = openssl_make_key(), let made = X509_new() else { throw .refused(TLSContext.reason()) }
        let key = PrivateKey(generated)
        let certificate = Certificate(made)
        guard SelfSignedCertificate.fill(made, names.first ?? "localhost", generated),
            openssl_add_extension(made, NID_subject_alt_name, alternatives) == 1,
            openssl_add_extension(made, NID_basic_constraints, "critical,CA:FALSE") == 1,
            openssl_add_extension(made, NID_key_usage, "critical,digitalSignature") == 1,
            openssl_add_extension(made, NID_ext_key_usage, "serverAuth") == 1,
            openssl_add_extension(made, NID_subject_key_identifier, "hash") == 1,
            X509_sign(made, generated, EVP_sha256()) > 0,
            let certificatePEM = SelfSignedCertificate.text({ PEM_write_bio_X509($0, certificate.pointer) }),
            let keyPEM = SelfSignedCertificate.text({
                PEM_write_bio_PrivateKey($0, key.pointer, nil, nil, 0, nil, nil)
            })
        else { throw .refused(TLSContext.reason()) }
        self.certificate = certificatePEM
        self.key = keyPEM
    }

    /// Writes both files, where neither is there yet; nobody but their owner can read the key.
    ///
    /// - Throws: `CertificateError`
    package func write(certificate certificatePath: String, key keyPath: String) throws(CertificateError) {
        try SelfSignedCertificate.create(keyPath, 0o600, key)
        do throws(CertificateError) {
            try SelfSignedCertificate.create(certificatePath, 0o644, certificate)
        } catch {
            unlink(keyPath)
            throw error
        }
    }

    private static func alternatives(_ names: [String]) throws(CertificateError) -> String {
        var all = ["DNS:localhost", "IP:127.0.0.1", "IP:::1"]
        for name in names {
            let entry: String
            if let address = AddressRange.canonical(name) {
                entry = "IP:" + address
            } else {
                guard isHostName(name) else { throw .notAName(name) }
                entry = "DNS:" + name.lowercased()
            }
            if !all.contains(entry) { all.append(entry) }
        }
        return all.joined(separator: ",")
    }

    /// A host name, which may begin with `*.` (RFC 6125 §6.4.3).
    private static func isHostName(_ name: String) -> Bool {
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 253 else { return false }
        return labels.enumerated().allSatisfy { index, label in
            if index == 0, label == "*" { return labels.count > 2 }
            return (1...63).contains(label.utf8.count)
                && label.utf8.allSatisfy { $0.isDigit || $0.lowercased &- 97 < 26 || $0 == 45 || $0 == 95 }
        }
    }

    private static func fill(_ certificate: OpaquePointer, _ name: String, _ key: OpaquePointer) -> Bool {
        var serial = [UInt8](repeating: 0, count: 16)
        guard RAND_bytes(&serial, 16) == 1, X509_set_version(certificate, 2) == 1,
            let subject = X509_get_subject_name(certificate)
        else { return false }
        // RFC 5280 §4.1.2.2: positive, and not 0.
        serial[0] = serial[0] & 0x7F | 0x40
        let number = BN_bin2bn(serial, 16, nil)
        defer { BN_free(number) }
        // RFC 5280 Appendix A.1: a common name has at most 64 characters.
        let common = Array(String(name.prefix(64)).utf8)
        return BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil
            // A clock that is behind by an hour finds it valid all the same.
            && X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != nil
            && X509_gmtime_adj(X509_getm_notAfter(certificate), days * 86_400) != nil
            && X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, common, Int32(common.count), -1, 0) == 1
            && X509_set_issuer_name(certificate, subject) == 1
            && X509_set_pubkey(certificate, key) == 1
    }

    private static func text(_ write: (OpaquePointer) -> Int32) -> [UInt8]? {
        guard let bio = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(bio) }
        guard write(bio) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(bio))
        let count = BIO_read(bio, &bytes, Int32(clamping: bytes.count))
        return count == bytes.count && count > 0 ? bytes : nil
    }

    private static func create(_ path: String, _ mode: mode_t, _ bytes: [UInt8]) throws(CertificateError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            if errno == EEXIST { throw .exists(path) }
            throw .unwritable(path, String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        // Also where the process makes all that it writes its own.
        guard fchmod(descriptor, mode) == 0,
            bytes.withUnsafeBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) }) == bytes.count,
            fsync(descriptor) == 0
        else {
            let failure = String(cString: strerror(errno))
            unlink(path)
            throw .unwritable(path, failure)
        }
    }
}

extension CertificateError {
    static func notAName(_ name: String) -> CertificateError {
        CertificateError("\"\(name)\" is no host name and no address. Give names such as crm.example.com or 192.0.2.1.")
    }

    static func exists(_ path: String) -> CertificateError {
        CertificateError("\(path) is there already, and is not overwritten. Move it away, or name another.")
    }

    static func unwritable(_ path: String, _ reason: String) -> CertificateError {
        CertificateError("\(path) cannot be written: \(reason).")
    }
}
