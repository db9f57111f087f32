internal import COpenSSL

/// What all sessions of one certificate share; sessions keep it alive when another takes its place.
///
/// `@unchecked Sendable`: nothing of it is changed once it is made, and OpenSSL counts its references with atomics.
final class TLSContext: @unchecked Sendable {
    let pointer: OpaquePointer

    /// - Throws: `CertificateError`
    init(_ files: CertificateFiles, _ tickets: TicketKeys) throws(CertificateError) {
        TLSContext.clearErrors()
        guard let pointer = SSL_CTX_new(TLS_server_method()) else { throw .refused("no context") }
        self.pointer = pointer
        guard openssl_harden(pointer) == 1, tickets.attach(to: pointer) else { throw .refused(TLSContext.reason()) }
        try use(files)
    }

    deinit { SSL_CTX_free(pointer) }

    /// Whether the certificate is for this name or address.
    func covers(_ name: String) -> Bool {
        guard let certificate = SSL_CTX_get0_certificate(pointer) else { return false }
        if AddressRange.canonical(name) != nil { return X509_check_ip_asc(certificate, name, 0) == 1 }
        return X509_check_host(certificate, name, name.utf8.count, 0, nil) == 1
    }

    var daysLeft: Int {
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard let certificate = SSL_CTX_get0_certificate(pointer),
            ASN1_TIME_diff(&days, &seconds, nil, X509_get0_notAfter(certificate)) == 1
        else { return 0 }
        return Int(days)
    }

    private func use(_ files: CertificateFiles) throws(CertificateError) {
        let chain = try files.chain()
        for (index, certificate) in chain.enumerated() {
            let isTaken =
                index == 0
                ? SSL_CTX_use_certificate(pointer, certificate.pointer) == 1
                : openssl_add_chain(pointer, certificate.pointer) == 1
            guard isTaken else { throw .unusable(files.certificate, TLSContext.reason()) }
        }
        let key = try files.privateKey()
        guard let first = chain.first, X509_check_private_key(first.pointer, key.pointer) == 1 else {
            TLSContext.clearErrors()
            throw .otherKey(certificate: files.certificate, key: files.key)
        }
        guard SSL_CTX_use_PrivateKey(pointer, key.pointer) == 1, SSL_CTX_check_private_key(pointer) == 1 else {
            throw .unusable(files.key, TLSContext.reason())
        }
    }

    /// What OpenSSL says of the last error: `ee key too small`.
    static func reason() -> String {
        defer { clearErrors() }
        return ERR_reason_error_string(ERR_peek_last_error()).map { String(cString: $0) } ?? "no reason given"
    }

    /// What others left on this thread would be taken for errors of the next call.
    static func clearErrors() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }
}
