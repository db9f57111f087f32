/// Who is at the other end of a connection.
package struct Peer: Sendable, Hashable {
    /// The numeric IP address without port (`127.0.0.1`, `::1`); empty for a Unix socket.
    package var address: String
    package var isLocalSocket: Bool
    /// Whether nobody between the two can read along.
    package var isSecure: Bool

    package init(address: String, isLocalSocket: Bool = false, isSecure: Bool = false) {
        self.address = address
        self.isLocalSocket = isLocalSocket
        self.isSecure = isSecure
    }
}
