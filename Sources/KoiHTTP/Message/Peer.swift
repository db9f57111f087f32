/// Who is at the other end of a connection.
package struct Peer: Sendable, Hashable {
    /// The numeric IP address without port (`127.0.0.1`, `::1`), of the client as trusted proxies tell it; empty for a
    /// Unix socket.
    package var address: String
    /// Whether it is one of the server's own commands.
    package var isLocalSocket: Bool
    /// Whether nobody between the two can read along: TLS, or a trusted proxy that says so.
    package var isSecure: Bool
    /// What is served where the connection came in.
    var role = Listener.Role.application
    /// Whether the address may stand for anybody, such as a proxy that does not say for whom it asks: what is counted for each
    /// address does not count for it.
    package var mayBeAnybody = false

    package init(address: String, isLocalSocket: Bool = false, isSecure: Bool = false) {
        self.address = address
        self.isLocalSocket = isLocalSocket
        self.isSecure = isSecure
    }
}
