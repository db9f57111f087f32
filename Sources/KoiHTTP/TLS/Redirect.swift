/// The answer of a listener in plain text that sends everybody on to HTTPS.
struct Redirect: Sendable {
    let identity: TLSIdentity?
    /// That of the listener with TLS; nil where it is HTTPS's own.
    let port: Int?

    init(identity: TLSIdentity?, port: Int?) {
        self.identity = identity
        self.port = port == 443 ? nil : port
    }

    /// Nil for a host that the certificate does not name: whoever asks for it is not sent to wherever it leads.
    func response(to head: RequestHead) -> Response? {
        guard let host = head.fields["Host"], let name = Redirect.name(of: host), let identity, identity.covers(name)
        else { return nil }
        let place = "https://" + (name.contains(":") ? "[\(name)]" : name) + (port.map { ":\($0)" } ?? "")
        var response = Response(.permanentRedirect)
        response.fields.append("Location", place + Redirect.target(head.target))
        return response
    }

    /// A host without its port and brackets.
    private static func name(of host: String) -> String? {
        let text = host.hasPrefix("[") ? host.dropFirst().prefix { $0 != "]" } : host.prefix { $0 != ":" }
        return text.isEmpty ? nil : text.lowercased()
    }

    /// Path and query as they were asked for, also in absolute form (RFC 9112 §3.2.2).
    private static func target(_ target: String) -> String {
        if target.hasPrefix("/") { return target }
        guard let scheme = target.firstRange(of: "://") else { return "/" }
        let rest = target[scheme.upperBound...]
        guard let start = rest.firstIndex(where: { $0 == "/" || $0 == "?" }) else { return "/" }
        return rest[start] == "/" ? String(rest[start...]) : "/" + rest[start...]
    }
}

extension Refusal {
    static let misdirected = Refusal(
        .misdirectedRequest,
        code: "misdirected",
        detail: "This server has no certificate for the host that was asked for. Use the address that it is known by."
    )
}
