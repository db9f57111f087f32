package import KoiHTTP

/// Where requests that Koi makes in somebody's name may go: into the Internet, and into the own network only where whoever
/// runs Koi has said so.
///
/// Judged by the address that is connected to, and not by its name, which may stand for another one a moment later.
package struct AddressPolicy: Sendable, Equatable {
    /// What `--webhook-allow` names.
    package var allowed: [AddressRange] = []

    package init(allowed: [AddressRange] = []) {
        self.allowed = allowed
    }

    /// Whether a connection may be made.
    ///
    /// - Parameter isSecure: whether by TLS: without it nothing leaves the own network.
    func permits(_ address: NumericAddress, isSecure: Bool) -> Bool {
        if isAllowed(address) { return true }
        return isSecure && AddressPolicy.isPublic(address)
    }

    /// Whether the address is named in `allowed`, as it is or as the one of IPv4 that it stands for.
    private func isAllowed(_ address: NumericAddress) -> Bool {
        let texts = [address.text] + (address.embedded.map { [$0.text] } ?? [])
        return allowed.contains { range in texts.contains(where: range.contains) }
    }

    /// Whether it is an address of the Internet, by the registries of special-purpose addresses (RFC 6890).
    static func isPublic(_ address: NumericAddress) -> Bool {
        if let embedded = address.embedded { return isPublic(embedded) }
        let text = address.text
        if address.bytes.count == 4 { return !special.contains { $0.contains(text) } }
        // Of IPv6 what is not assigned as global unicast is nobody's (RFC 4291 §2.4).
        return global.contains { $0.contains(text) } && !special.contains { $0.contains(text) }
    }

    private static let global = ["2000::/3"].compactMap(AddressRange.init)

    private static let special = [
        "0.0.0.0/8",  // this network; 0.0.0.0 reaches this machine
        "10.0.0.0/8",  // private
        "100.64.0.0/10",  // behind a provider's NAT
        "127.0.0.0/8",  // loopback
        "169.254.0.0/16",  // link-local, and with it the metadata of clouds
        "172.16.0.0/12",  // private
        "192.0.0.0/24",  // protocol assignments
        "192.0.2.0/24",  // documentation
        "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24",  // AS112, AMT
        "192.88.99.0/24",  // relays of 6to4
        "192.168.0.0/16",  // private
        "198.18.0.0/15",  // benchmarks
        "198.51.100.0/24", "203.0.113.0/24",  // documentation
        "224.0.0.0/4",  // multicast
        "240.0.0.0/4",  // reserved, and broadcast
        "2001::/23",  // protocol assignments, Teredo, ORCHID
        "2001:db8::/32",  // documentation
        "2002::/16",  // 6to4, which has an address of IPv4 in it
        "2620:4f:8000::/48",  // AS112
        "3fff::/20",  // documentation
    ].compactMap(AddressRange.init)
}
