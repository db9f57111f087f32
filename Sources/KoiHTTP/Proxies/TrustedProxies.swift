/// The proxies whose word is taken for who asks: by address, and whether whoever reaches a Unix socket is one.
package struct TrustedProxies: Sendable, Equatable {
    package var ranges: [AddressRange]
    /// Whether the peers of listening Unix sockets are trusted; those of the server's own commands never are proxies.
    package var includesUnixSockets: Bool

    package init(ranges: [AddressRange] = [], includesUnixSockets: Bool = false) {
        self.ranges = ranges
        self.includesUnixSockets = includesUnixSockets
    }

    package var isEmpty: Bool { ranges.isEmpty && !includesUnixSockets }

    /// Whether an address is a trusted proxy's; the empty one is that of a Unix socket's peer.
    package func contains(_ address: String) -> Bool {
        address.isEmpty ? includesUnixSockets : ranges.contains { $0.contains(address) }
    }

    /// Whether fields of this peer's requests may say who asks.
    func trusts(_ peer: Peer) -> Bool {
        !isEmpty && !peer.isLocalSocket && contains(peer.address)
    }

    /// Whether a resolved address may stand for anybody, since its request came by a proxy that did not say for whom.
    ///
    /// Where no proxy is known, this machine's own addresses are those of a proxy that Koi was not told of.
    package func mayBeAnybody(_ address: String) -> Bool {
        isEmpty ? AddressRange.isLoopback(address) : address.isEmpty || contains(address)
    }
}
