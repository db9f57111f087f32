import KoiHTTP

/// A request that Koi makes.
struct OutgoingRequest: Sendable {
    var method = Method.post
    let url: OutgoingURL
    /// Beside `Host`, `Content-Length`, `Connection` and `User-Agent`, which the client writes.
    var fields = Fields()
    var body: [UInt8] = []

    /// As it goes over the wire (RFC 9112 §3).
    var bytes: [UInt8] {
        var all = Fields([("Host", url.authority), ("User-Agent", "Koi/" + OpenAPI.version)])
        for (name, value) in fields.all { all.append(name, value) }
        // RFC 9110 §8.6: also of an empty body, where the method gives one a meaning.
        if !body.isEmpty || method != .get { all.set("Content-Length", String(body.count)) }
        all.set("Connection", "close")
        all.remove("Transfer-Encoding")
        var text = method.rawValue + " " + url.target + " HTTP/1.1\r\n"
        for (name, value) in all.all { text += name + ": " + value + "\r\n" }
        return Array((text + "\r\n").utf8) + body
    }
}

/// What a server answered.
struct OutgoingResponse: Sendable {
    let status: Int
    let fields: Fields
    /// As much of it as was wanted.
    let body: [UInt8]
    /// Whether there was more.
    let isCut: Bool

    var isSuccess: Bool { (200...299).contains(status) }
}
