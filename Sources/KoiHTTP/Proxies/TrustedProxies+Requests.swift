extension TrustedProxies {
    /// Who asks, by the word of the proxy from whose connection the request was read: its own address where that says
    /// nothing that can be used.
    ///
    /// - Parameter head: its `Host` becomes the one that the client asked for.
    func client(of proxy: Peer, _ head: inout RequestHead) -> Peer {
        guard let hop = ForwardedFields(head.fields, self).client() else { return proxy }
        if let host = hop.host, head.fields["Host"] != host { head.fields.set("Host", host) }
        return Peer(
            address: hop.address ?? proxy.address,
            isSecure: hop.isSecure ?? proxy.isSecure
        )
    }
}
