import CLinux
internal import COpenSSL
import Glibc

/// The files of a certificate with its chain and of its key, read and checked.
struct CertificateFiles: Sendable {
    let certificate: String
    let key: String

    /// More than any chain takes.
    private static let maximumSize = 1024 * 1024

    /// The server's own certificate first, then those of its issuers.
    func chain() throws(CertificateError) -> [Certificate] {
        let source = try MemoryBIO(CertificateFiles.read(certificate))
        var chain: [Certificate] = []
        TLSContext.clearErrors()
        while let pointer = PEM_read_bio_X509(source.pointer, nil, nil, nil) { chain.append(Certificate(pointer)) }
        // Anything but the end of the file is a certificate that is broken.
        let isWhole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE
        let reason = isWhole ? "" : TLSContext.reason()
        TLSContext.clearErrors()
        guard isWhole || chain.isEmpty else { throw .unusable(certificate, reason) }
        guard let first = chain.first else { throw .noCertificate(certificate) }
        try check(first)
        for (issued, issuer) in zip(chain, chain.dropFirst())
        where X509_check_issued(issuer.pointer, issued.pointer) != X509_V_OK {
            throw .chainOutOfOrder(certificate, issued.subject)
        }
        return chain
    }

    func privateKey() throws(CertificateError) -> PrivateKey {
        let source = try MemoryBIO(CertificateFiles.read(key))
        let pointer = PEM_read_bio_PrivateKey(source.pointer, nil, { openssl_no_passphrase($0, $1, $2, $3) }, nil)
        TLSContext.clearErrors()
        guard let pointer else { throw .noKey(key) }
        return PrivateKey(pointer)
    }

    /// Whether others than its owner and group can read the key.
    var isKeyOpen: Bool {
        var status = stat()
        return stat(key, &status) == 0 && status.st_mode & 0o007 != 0
    }

    private func check(_ first: Certificate) throws(CertificateError) {
        guard X509_cmp_current_time(X509_get0_notAfter(first.pointer)) > 0 else {
            throw .expired(certificate, first.end)
        }
        guard X509_cmp_current_time(X509_get0_notBefore(first.pointer)) < 0 else {
            throw .notYetValid(certificate, first.begin)
        }
    }

    private static func read(_ path: String) throws(CertificateError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: maximumSize)
        var count = 0
        while count < bytes.count {
            let read = bytes.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress.map { $0 + count }, $0.count - count)
            }
            guard read >= 0 else { throw .unreadable(path, String(cString: strerror(errno))) }
            if read == 0 { break }
            count += read
        }
        return Array(bytes[..<count])
    }
}

/// Bytes as OpenSSL reads them.
private struct MemoryBIO: ~Copyable {
    let pointer: OpaquePointer
    private let memory: UnsafeMutableRawBufferPointer

    init(_ bytes: [UInt8]) throws(CertificateError) {
        memory = .allocate(byteCount: max(1, bytes.count), alignment: 1)
        memory.copyBytes(from: bytes)
        guard let bio = BIO_new_mem_buf(memory.baseAddress, Int32(clamping: bytes.count)) else {
            memory.deallocate()
            throw .refused("no memory")
        }
        pointer = bio
    }

    deinit {
        BIO_free(pointer)
        // A key may have been in it.
        OPENSSL_cleanse(memory.baseAddress, memory.count)
        memory.deallocate()
    }
}

/// An X.509 certificate.
final class Certificate {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { X509_free(pointer) }

    var subject: String { X509_get_subject_name(pointer).map(Certificate.text) ?? "" }

    var begin: String { Certificate.day(X509_get0_notBefore(pointer)) }
    var end: String { Certificate.day(X509_get0_notAfter(pointer)) }

    private static func text(of name: OpaquePointer) -> String {
        var text = [CChar](repeating: 0, count: 256)
        X509_NAME_oneline(name, &text, Int32(text.count))
        return text.withUnsafeBytes { $0.part(0..<($0.offset(of: 0) ?? $0.count)).text }
    }

    /// As `2026-11-22`.
    private static func day(_ time: UnsafePointer<ASN1_TIME>?) -> String {
        var parts = tm()
        guard ASN1_TIME_to_tm(time, &parts) == 1 else { return "an unknown day" }
        func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(Int(parts.tm_year) + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    }
}

/// The key of a certificate.
final class PrivateKey {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { EVP_PKEY_free(pointer) }
}
