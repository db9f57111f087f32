/// Why a certificate cannot be used, in a sentence that says what to do.
package struct CertificateError: Error, Equatable, CustomStringConvertible, Sendable {
    package let description: String

    init(_ description: String) { self.description = description }

    static func unreadable(_ path: String, _ reason: String) -> CertificateError {
        CertificateError("\(path) cannot be read: \(reason). Name a file that the user who runs Koi can read.")
    }

    static func noCertificate(_ path: String) -> CertificateError {
        CertificateError("\(path) holds no certificate. Name a PEM file with the certificate first and then its chain.")
    }

    static func noKey(_ path: String) -> CertificateError {
        CertificateError(
            "\(path) holds no private key that can be used. Name a PEM file with a key without passphrase."
        )
    }

    static func otherKey(certificate: String, key: String) -> CertificateError {
        CertificateError(
            "The key in \(key) is not that of the first certificate in \(certificate). Name the two that belong together."
        )
    }

    static func expired(_ path: String, _ day: String) -> CertificateError {
        CertificateError("The certificate in \(path) has expired on \(day). Renew it.")
    }

    static func notYetValid(_ path: String, _ day: String) -> CertificateError {
        CertificateError("The certificate in \(path) is not valid before \(day). Look at the clock of this machine.")
    }

    static func chainOutOfOrder(_ path: String, _ subject: String) -> CertificateError {
        CertificateError(
            "In \(path) the certificate of \(subject) is not followed by that of its issuer. Put the server's own first, then each issuer."
        )
    }

    static func unusable(_ path: String, _ reason: String) -> CertificateError {
        CertificateError(
            "\(path) cannot be used: \(reason). Koi takes RSA keys of 2048 bits or more, and EC keys, signed with SHA-256 or better."
        )
    }

    static func refused(_ reason: String) -> CertificateError {
        CertificateError("OpenSSL cannot be set up: \(reason).")
    }
}
