import KoiHTTP

/// Where `koi top` reads metrics: the running Koi of a data folder, or one on another machine.
package struct MetricsSource: Sendable {
    private enum Place {
        case folder(LocalClient)
        case address(host: String, port: Int, isSecure: Bool, key: String?)
    }

    private static let path = "/metrics"
    private static let patience = Duration.seconds(5)
    private static let maximumAnswer = 8 << 20

    private let place: Place
    /// What is shown of it.
    package let name: String

    package init(_ folder: DataFolder) {
        place = .folder(LocalClient(folder: folder))
        name = folder.path
    }

    /// - Parameters:
    ///   - url: `http://HOST:PORT` or `https://HOST:PORT`, without a path.
    ///   - key: an API key with the right `metrics.read`.
    /// - Throws: `LocalFailure` for any other address, and where the key could be read on its way.
    package init(url: String, key: String?) throws {
        let unreadable = LocalFailure("Give the address as http://HOST:PORT or https://HOST:PORT.")
        var rest = url[...]
        let isSecure = rest.hasPrefix("https://")
        guard isSecure || rest.hasPrefix("http://") else { throw unreadable }
        rest = rest.dropFirst(isSecure ? 8 : 7)
        while rest.hasSuffix("/") { rest = rest.dropLast() }
        let bare = !rest.hasPrefix("[") && !rest.contains(":") || rest.hasSuffix("]")
        let full = bare ? "\(rest):\(isSecure ? 443 : 80)" : String(rest)
        guard let (host, port) = try? OptionValue.hostAndPort(full[...]), port > 0 else { throw unreadable }
        if let key, !key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            throw LocalFailure("The key cannot be one: it holds characters that no key has.")
        }
        if key != nil, !isSecure, !AddressRange.isLoopback(host), host != "localhost" {
            throw LocalFailure("Use https://: with http:// anybody on the way to \(host) could read the key.")
        }
        place = .address(host: host, port: port, isSecure: isSecure, key: key)
        name = String(rest)
    }

    /// Blocks for a few seconds at most.
    ///
    /// - Throws: `LocalFailure` where nobody answers, or not with metrics.
    package func read() throws -> MetricsReading {
        let reading = MetricsReading(String(decoding: try bytes(), as: UTF8.self))
        guard !reading.isEmpty else { throw LocalFailure("\(name) answered, but with no metrics.") }
        return reading
    }

    private func bytes() throws -> [UInt8] {
        switch place {
        case .folder(let client): return try client.content(MetricsSource.path, patience: 5)
        case .address(let host, let port, let isSecure, let key):
            do {
                return try ask(host, port, isSecure, key)
            } catch let failure as DeliveryFailure {
                throw LocalFailure(failure.message.en)
            }
        }
    }

    private func ask(_ host: String, _ port: Int, _ isSecure: Bool, _ key: String?) throws -> [UInt8] {
        let connection = try ClientConnection(host: host, port: port, isStopping: { false })
        if isSecure { try connection.secure(host: host, within: MetricsSource.patience) }
        // HTTP/1.0, so that the answer is not in chunks.
        let authorization = key.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let authority = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        let head = "GET \(MetricsSource.path) HTTP/1.0\r\nHost: \(authority)\r\n\(authorization)\r\n"
        try connection.send(Array(head.utf8), within: MetricsSource.patience)
        var answer: [UInt8] = []
        while case let piece = try connection.receive(within: MetricsSource.patience), !piece.isEmpty {
            answer += piece
            guard answer.count <= MetricsSource.maximumAnswer else {
                throw LocalFailure("\(name) answered more than metrics can be.")
            }
        }
        return try LocalContent(answer).successful()
    }
}
