import KoiHTTP
import KoiJSON

/// The server that takes Koi's mail.
///
/// The password is not part of it: it lies sealed in the database and is opened for each session.
package struct MailServer: Sendable, Equatable {
    package enum Security: String, Sendable {
        /// In the clear, and so to the same machine only.
        case none
        /// In the clear until TLS is asked for, which must succeed.
        case starttls
        /// TLS from the first byte.
        case tls
    }

    /// Where the password is kept among the secrets.
    static let passwordPlace = "settings/mail.password"

    package var host: String
    package var port: Int
    package var security: Security
    /// Nil for a server that asks for no sign-in.
    package var user: String?
    package var from: String
    package var fromName: String?
    /// Where servers say that mail could not be delivered; nil for `from`.
    package var bounces: String?

    /// Stands for a server where mail goes into a folder.
    static let nowhere = MailServer(["server": "localhost", "from": "koi@localhost"])

    /// - Parameter settings: the stored value of the field `mail`; nil where it names no server.
    init?(_ settings: JSONObject) {
        guard let host = settings["server"]?.stringValue, let from = settings["from"]?.stringValue else { return nil }
        let security = settings["security"]?.stringValue.flatMap(Security.init(rawValue:)) ?? .starttls
        self.host = host
        self.security = security
        port = settings["port"]?.integerValue.flatMap { Int(exactly: $0) } ?? MailServer.port(for: security)
        user = settings["user"]?.stringValue
        self.from = from
        fromName = settings["fromName"]?.stringValue
        bounces = settings["bounces"]?.stringValue
    }

    /// RFC 5321 §4.5.4.2, RFC 6409 §3.1, RFC 8314 §3.3.
    private static func port(for security: Security) -> Int {
        switch security {
        case .none: 25
        case .starttls: 587
        case .tls: 465
        }
    }

    /// Whether a name can only mean this machine.
    static func isLoopback(_ host: String) -> Bool {
        host.lowercased() == "localhost" || isLoopback(address: host)
    }

    static func isLoopback(address: String) -> Bool {
        AddressRange("127.0.0.0/8")?.contains(address) == true || AddressRange("::1")?.contains(address) == true
    }
}
