import ArgumentParser
import KoiHTTP

/// `koi cert`: makes a certificate for trying HTTPS.
struct CertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cert",
        abstract: "Make a self-signed certificate for trying HTTPS.",
        discussion: """
            It is for localhost, 127.0.0.1 and ::1 as well as the names that are given, and good for \
            \(SelfSignedCertificate.days) days. Browsers warn of it. Files that are there are not overwritten.
            """
    )

    @Option(help: ArgumentHelp("Where to write the certificate.", valueName: "FILE"))
    var cert = "koi-cert.pem"

    @Option(help: ArgumentHelp("Where to write the key, for its owner only.", valueName: "FILE"))
    var key = "koi-key.pem"

    @Argument(
        help: ArgumentHelp(
            "Names and addresses by which Koi is reached: crm.example.com, 192.0.2.1.",
            valueName: "NAME"
        )
    )
    var names: [String] = []

    func run() throws {
        do {
            try SelfSignedCertificate(names: names).write(certificate: cert, key: key)
        } catch {
            throw Failure("\(error)")
        }
        Output.explain("Serve with it: koi serve --tls-cert \(cert) --tls-key \(key)")
        Output.give(cert)
    }
}
