import KoiHTTP

/// Whether a browser was made to send a request by a page of another site, which has the cookies of this one with it.
///
/// - `Sec-Fetch-Site`, which a page cannot set, decides where the browser sends it: `same-origin`, or `none` for what the
///   person did.
/// - Else `Origin`, which browsers send with every write, must be the host that was asked.
/// - Without either it is no browser of today. An older one sends no other method than POST to another site, and no JSON,
///   without asking first, which Koi never allows.
enum CrossSite {
    /// - Throws: `Problem` 403 `cross_site` for a write that comes, or may come, from a page of another site.
    static func refuse(_ request: Request) throws {
        guard !isRead(request.head.method), !isOwn(request) else { return }
        throw Problem.forbidden(
            "cross_site",
            "A page of another site tried to change something here. Use the pages of this Koi, or an API key.",
            "来自其他网站的页面试图在此进行更改。请使用本系统的页面，或使用 API 密钥。"
        )
    }

    private static func isRead(_ method: Method) -> Bool {
        method == .get || method == .head || method == .options
    }

    private static func isOwn(_ request: Request) -> Bool {
        let fields = request.head.fields
        let sites = fields.values("Sec-Fetch-Site")
        if !sites.isEmpty { return sites == ["same-origin"] || sites == ["none"] }
        let origins = fields.values("Origin")
        if !origins.isEmpty {
            guard origins.count == 1, let host = fields["Host"]?.lowercased(), !host.isEmpty else { return false }
            let origin = origins[0].lowercased()
            return origin == "http://" + host || origin == "https://" + host
        }
        return request.head.method != .post || RequestBody.isJSON(request)
    }
}
