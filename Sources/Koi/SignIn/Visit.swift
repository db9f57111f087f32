import KoiHTTP

/// From where somebody signs in: the browser and the line that a request came by.
struct Visit: Sendable {
    private static let maximumAgent = 200

    let loop: Int
    let request: String
    let address: String
    /// What the browser says that it is; shown in the list of sessions.
    let agent: String
    /// Whether the browser is to send its cookies over TLS only.
    let isSecure: Bool
    /// What the browser was given when somebody signed in there before.
    let deviceToken: String?

    /// Whether it may be anybody who comes by a proxy that does not say for whom it asks.
    let isThroughProxy: Bool

    /// What tells those apart who ask from elsewhere; nil where nothing does.
    var place: String? { isThroughProxy ? nil : AddressRange.network(of: address) }

    init(_ request: Request, _ app: App) {
        loop = request.loop
        self.request = request.id
        address = request.peer.address
        isThroughProxy = app.proxies.mayBeAnybody(address)
        agent = String((request.head.fields["User-Agent"] ?? "").unicodeScalars.prefix(Visit.maximumAgent))
        isSecure = Visit.isSecure(request, app.catalog.settings.current)
        let token = Cookie.device.value(in: request.head.fields)
        deviceToken = token.flatMap { $0.hasPrefix(DeviceStore.prefix) && $0.utf8.count <= 100 ? $0 : nil }
    }

    /// Whether nobody can read along between the browser and Koi, or the proxy that browsers know as Koi.
    static func isSecure(_ request: Request, _ settings: Settings) -> Bool {
        request.peer.isSecure || settings.publicURL?.lowercased().hasPrefix("https://") == true
    }
}
