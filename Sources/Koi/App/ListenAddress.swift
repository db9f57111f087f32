package import KoiHTTP
import Logging

/// An address as `--listen` has it.
package enum ListenAddress: Sendable, Hashable {
    package enum Security: Sendable, Hashable {
        /// HTTPS where Koi has a certificate.
        case byCertificate
        case plain
        case tls
    }

    case tcp(host: String, port: Int, Security)
    /// Always in plain text: whoever reaches it is on this machine.
    case unix(path: String)
}

extension Configuration {
    /// What the server listens at for others, but for the socket of Koi's own commands.
    package var allListeners: [Listener] {
        if !inherited.isEmpty { return inherited }
        return listeners.map(listener)
            + redirects.map { redirect in
                var listener = listener(redirect)
                listener.role = .redirect
                return listener
            }
    }

    /// Nil without a certificate.
    ///
    /// - Throws: `CertificateError`
    func identity() throws -> TLSIdentity? {
        guard let certificate, let key else { return nil }
        return try TLSIdentity(certificate: certificate, key: key, strictDays: strictDays)
    }

    /// - Throws: `OptionError` for options that say nothing without others.
    func checkTLS() throws(OptionError) {
        if let certificate, key == nil {
            throw OptionError(place: "--tls-cert", value: certificate, advice: "name its key with --tls-key as well.")
        }
        if let key, certificate == nil {
            throw OptionError(place: "--tls-key", value: key, advice: "name its certificate with --tls-cert as well.")
        }
        guard certificate == nil else { return }
        if let redirect = redirects.first {
            throw OptionError(place: "--redirect", value: "\(redirect)", advice: "it needs --tls-cert and --tls-key.")
        }
        for case .tcp(let host, let port, .tls) in listeners {
            throw OptionError(
                place: "--listen",
                value: "https://\(host):\(port)",
                advice: "it needs --tls-cert and --tls-key; koi cert makes them for trying."
            )
        }
    }

    private func listener(_ address: ListenAddress) -> Listener {
        switch address {
        case .unix(let path): return .unix(path: path, mode: socketMode)
        case .tcp(let host, let port, let security):
            let isSecure = security == .tls || security == .byCertificate && certificate != nil
            return Listener(.tcp(host: host, port: port), isSecure ? .tls : .application)
        }
    }
}

extension TLSIdentity {
    func warn(_ logger: Logger) {
        if isKeyOpen {
            logger.warning(
                "Every user of this machine can read the key of the certificate. Take that away: chmod o= FILE."
            )
        }
        if daysLeft < 14 { logger.warning("The certificate expires in \(daysLeft) days. Renew it.") }
    }
}
