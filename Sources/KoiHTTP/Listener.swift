/// An address to listen on, and what is served there.
package struct Listener: Sendable, Hashable {
    package enum Address: Sendable, Hashable {
        /// A numeric address, or a name, which stands for all that it resolves to; port 0 lets the system choose.
        case tcp(host: String, port: Int)
        /// A socket file, replaced if nobody listens there, with these permissions.
        case unix(path: String, mode: UInt32)
        /// A socket that listens already, as a service manager passes it on.
        case inherited(descriptor: Int32)
    }

    package enum Role: Sendable, Hashable {
        /// The application, in plain text.
        case application
        /// The application over TLS.
        case tls
        /// Nothing but the way to the same address over HTTPS.
        case redirect
        /// The application for whoever may open a socket file; see `Peer.isLocalSocket`.
        case commands
    }

    package var address: Address
    package var role: Role

    package init(_ address: Address, _ role: Role = .application) {
        self.address = address
        self.role = role
    }

    package static func tcp(host: String, port: Int) -> Listener { Listener(.tcp(host: host, port: port)) }

    package static func unix(path: String, mode: UInt32) -> Listener { Listener(.unix(path: path, mode: mode)) }
}
