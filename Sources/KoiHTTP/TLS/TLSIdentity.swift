internal import COpenSSL
import KoiLock

/// The certificate that a server shows over TLS, with its key, as its files were when they were last read.
package final class TLSIdentity: Sendable {
    package let counts = TLSCounts()
    /// Whether others than the owner and group of its file can read the key.
    package var isKeyOpen: Bool { files.isKeyOpen }

    private let current: Lock<TLSContext>
    /// The field line of `Strict-Transport-Security`.
    let strictTransport: [UInt8]
    private let files: CertificateFiles
    private let tickets: TicketKeys

    /// - Parameters:
    ///   - certificate: the path of a PEM file with the certificate and then those of its issuers.
    ///   - key: the path of a PEM file with its key.
    ///   - strictDays: how many days browsers are to remember that there is HTTPS here; 0 not to tell them.
    /// - Throws: `CertificateError`
    package convenience init(certificate: String, key: String, strictDays: Int) throws(CertificateError) {
        try self.init(certificate: certificate, key: key, strictDays: strictDays, tickets: TicketKeys())
    }

    init(certificate: String, key: String, strictDays: Int, tickets: TicketKeys) throws(CertificateError) {
        files = CertificateFiles(certificate: certificate, key: key)
        self.tickets = tickets
        current = Lock(try TLSContext(files, tickets))
        let seconds = strictDays.multipliedReportingOverflow(by: 86_400).partialValue
        strictTransport = strictDays > 0 ? Array("Strict-Transport-Security: max-age=\(seconds)\r\n".utf8) : []
    }

    /// Reads the files anew for connections to come; those that there are go on with what they have.
    ///
    /// - Throws: `CertificateError`; then all stays as it was.
    package func reload() throws(CertificateError) {
        let fresh = try TLSContext(files, tickets)
        current.withLock { $0 = fresh }
    }

    /// Until the certificate expires.
    package var daysLeft: Int { context.daysLeft }

    /// That of the certificate as it was last read.
    var context: TLSContext { current.withLock { $0 } }

    /// Whether the certificate is for this name or address.
    func covers(_ name: String) -> Bool { context.covers(name) }
}
