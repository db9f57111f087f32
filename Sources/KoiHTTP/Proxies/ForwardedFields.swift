/// The hops that a request says it has come by, read from the right: the last was written by the proxy that Koi sees, and
/// what stands before a hop that is not trusted may be made up.
struct ForwardedFields {
    /// Bounds the work that a long list can cause.
    private static let maximumHops = 32

    private let fields: Fields
    private let proxies: TrustedProxies

    init(_ fields: Fields, _ proxies: TrustedProxies) {
        self.fields = fields
        self.proxies = proxies
    }

    /// The client of the outermost trusted proxy, as far as it is told; nil where nothing is, or nothing that can be read.
    ///
    /// `X-Forwarded-For` counts before `Forwarded`: most proxies write only the former, and pass the latter on as their
    /// client sent it.
    func client() -> ForwardedHop? {
        let list = fields.values("X-Forwarded-For")
        if !list.isEmpty { return legacyClient(list) }
        let forwarded = fields.values("Forwarded")
        if !forwarded.isEmpty { return standardClient(forwarded) }
        return legacyHop(at: 0)
    }

    /// RFC 7239 §4.
    private func standardClient(_ values: [String]) -> ForwardedHop? {
        var found: ForwardedHop?
        for member in ForwardedFields.members(values, limit: ForwardedFields.maximumHops) {
            guard let hop = member.withBytes({ ForwardedHop(element: $0) }) else { break }
            found = merged(hop, over: found)
            guard let address = hop.address, proxies.contains(address) else { break }
        }
        return found
    }

    private func legacyClient(_ values: [String]) -> ForwardedHop? {
        var found: ForwardedHop?
        for (index, member) in ForwardedFields.members(values, limit: ForwardedFields.maximumHops).enumerated() {
            guard let node = ForwardedNode(member) else { break }
            var hop = legacyHop(at: index) ?? ForwardedHop()
            hop.address = node.address
            found = merged(hop, over: found)
            guard let address = node.address, proxies.contains(address) else { break }
        }
        return found
    }

    /// What is said of a hop stands before what is said of the next one.
    private func merged(_ hop: ForwardedHop, over next: ForwardedHop?) -> ForwardedHop {
        ForwardedHop(
            address: hop.address ?? next?.address,
            isSecure: hop.isSecure ?? next?.isSecure,
            host: hop.host ?? next?.host
        )
    }

    /// What the other two fields say of a hop, counted from the right; the last where they say less than that of addresses.
    private func legacyHop(at index: Int) -> ForwardedHop? {
        let scheme = ForwardedFields.member(at: index, of: fields.values("X-Forwarded-Proto"))
        let host = ForwardedFields.member(at: index, of: fields.values("X-Forwarded-Host"))
        guard scheme != nil || host != nil else { return nil }
        return ForwardedHop(
            isSecure: scheme.flatMap(ForwardedHop.isSecure),
            host: host.flatMap(ForwardedHop.host)
        )
    }

    private static func member(at index: Int, of values: [String]) -> [UInt8]? {
        members(values, limit: index + 1).last
    }

    /// The last members of a list that may be spread over several fields, from the right.
    private static func members(_ values: [String], limit: Int) -> [[UInt8]] {
        var found: [[UInt8]] = []
        for value in values.reversed() {
            Array(value.utf8).withBytes { bytes in
                var rest = bytes
                while !rest.isEmpty, found.count < limit {
                    let start = QuotedText.lastMember(of: rest)
                    let member = rest.part(start..<rest.count).trimmed()
                    if !member.isEmpty { found.append(Array(member)) }
                    rest = rest.part(0..<max(0, start - 1))
                }
            }
        }
        return found
    }
}
