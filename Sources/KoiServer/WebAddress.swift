import KoiHTTP

/// Where browsers on this machine find Koi.
enum WebAddress {
    /// The first of these that browsers can reach: `http://127.0.0.1:8080`; empty where there is none.
    static func text(of listeners: [Listener]) -> String {
        listeners.lazy.compactMap { text(of: $0) }.first ?? ""
    }

    /// Nil for a Unix socket, and for a listener that only sends browsers on.
    static func text(of listener: Listener, reachable: Bool = true) -> String? {
        guard case .tcp(let host, let port) = listener.address, listener.role != .redirect else { return nil }
        let isAny = reachable && (host == "0.0.0.0" || host == "::")
        return (listener.role == .tls ? "https://" : "http://") + name(isAny ? "127.0.0.1" : host, port)
    }

    /// Where a listener is found without TLS; nil for a Unix socket.
    static func plain(_ listener: Listener) -> String? {
        guard case .tcp(let host, let port) = listener.address else { return nil }
        return "http://" + name(host, port)
    }

    private static func name(_ host: String, _ port: Int) -> String {
        (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    }
}
