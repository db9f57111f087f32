internal import COpenSSL
import Glibc
import KoiHTTP

/// TLS 1.2 or later over a socket that does not block, for a server whose certificate must be good for its name.
///
/// What the system trusts is trusted; `SSL_CERT_FILE` names another file of certificates (OpenSSL's own variable).
final class ClientTLS {
    // Macros of OpenSSL, which Swift does not see.
    private static let setMinimumVersion: Int32 = 123
    private static let setServerName: Int32 = 55
    private static let setMode: Int32 = 33
    /// SSL_MODE_ENABLE_PARTIAL_WRITE and SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER.
    private static let writesInParts = 3

    private let context: OpaquePointer
    private let session: OpaquePointer

    /// - Throws: `DeliveryFailure`
    init(_ descriptor: Int32, host: String) throws {
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw DeliveryFailure.unforeseen }
        guard SSL_CTX_ctrl(context, ClientTLS.setMinimumVersion, Int(TLS1_2_VERSION), nil) == 1,
            SSL_CTX_set_default_verify_paths(context) == 1, let session = SSL_new(context)
        else {
            SSL_CTX_free(context)
            throw DeliveryFailure.unforeseen
        }
        self.context = context
        self.session = session
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        SSL_set_verify(session, SSL_VERIFY_PEER, nil)
        SSL_ctrl(session, ClientTLS.setMode, ClientTLS.writesInParts, nil)
        guard SSL_set_fd(session, descriptor) == 1, expect(host) else { throw DeliveryFailure.unforeseen }
    }

    deinit {
        SSL_free(session)
        SSL_CTX_free(context)
    }

    /// The name or address that the certificate must have.
    private func expect(_ host: String) -> Bool {
        if AddressRange(host) != nil { return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host) == 1 }
        let named = host.withCString { name in
            SSL_ctrl(
                session,
                ClientTLS.setServerName,
                Int(TLSEXT_NAMETYPE_host_name),
                UnsafeMutableRawPointer(mutating: name)
            )
        }
        return named == 1 && SSL_set1_host(session, host) == 1
    }

    /// - Throws: `DeliveryFailure` where the certificate is not good, or the server speaks no TLS.
    func shakeHands() throws -> ClientStep {
        ERR_clear_error()
        let result = SSL_connect(session)
        if result == 1 { return .done(0) }
        if let step = step(after: result) { return step }
        let verdict = SSL_get_verify_result(session)
        guard verdict == Int(X509_V_OK) else { throw DeliveryFailure.untrusted(ClientTLS.reason(verdict)) }
        throw DeliveryFailure.noTLS
    }

    func read(_ buffer: inout [UInt8]) throws -> ClientStep {
        ERR_clear_error()
        let count = SSL_read(session, &buffer, Int32(clamping: buffer.count))
        return count > 0 ? .done(Int(count)) : step(after: count) ?? .closed
    }

    func write(_ bytes: [UInt8]) throws -> ClientStep {
        ERR_clear_error()
        let count = SSL_write(session, bytes, Int32(clamping: bytes.count))
        return count > 0 ? .done(Int(count)) : step(after: count) ?? .closed
    }

    /// Nil where there is nothing to wait for.
    private func step(after result: Int32) -> ClientStep? {
        switch SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ: .waits(Int16(POLLIN))
        case SSL_ERROR_WANT_WRITE: .waits(Int16(POLLOUT))
        default: nil
        }
    }

    private static func reason(_ verdict: Int) -> String {
        X509_verify_cert_error_string(verdict).map { String(cString: $0) } ?? String(verdict)
    }
}

extension DeliveryFailure {
    static let noTLS = DeliveryFailure(
        "no_tls",
        "The server does not speak TLS there. Check port and security.",
        "服务器在该端口不支持 TLS，请检查端口和加密方式。"
    )

    static func untrusted(_ reason: String) -> DeliveryFailure {
        DeliveryFailure(
            "untrusted_certificate",
            "The certificate of the server is not trusted: \(reason).",
            "服务器证书不受信任：\(reason)。"
        )
    }
}
