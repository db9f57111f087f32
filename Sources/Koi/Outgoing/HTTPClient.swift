import KoiHTTP

/// Koi's own HTTP client: one request over a connection of its own, by HTTP/1.1.
///
/// A name is looked up once, its addresses are judged by the policy, and the connection goes to one that was judged: a name
/// that stands for another address a moment later leads nowhere else. Redirects are answers like any other and are not
/// followed. Blocks, and so belongs on a queue of its own.
struct HTTPClient: Sendable {
    let policy: AddressPolicy
    /// For all of it: looking up, connecting, TLS, sending, and receiving the last byte that is wanted.
    var time = Duration.seconds(30)
    var bounds = ResponseParser.Bounds()

    /// - Throws: `DeliveryFailure` where there is no answer that can be understood, `ClientConnection.Stopped` where Koi
    ///   stops meanwhile.
    func send(_ request: OutgoingRequest, isStopping: @escaping @Sendable () -> Bool) throws -> OutgoingResponse {
        let deadline = ContinuousClock.now + time
        let connection = try connect(request.url, until: deadline, isStopping)
        do {
            try connection.send(request.bytes, within: rest(deadline))
        } catch let failure as DeliveryFailure where failure == .closed {
            // It may have answered before it had all, and closed.
        }
        return try receive(connection, until: deadline)
    }

    private func connect(
        _ url: OutgoingURL,
        until deadline: ContinuousClock.Instant,
        _ isStopping: @escaping @Sendable () -> Bool
    ) throws -> ClientConnection {
        let found = try NameLanes.outgoing.addresses(of: url.host, port: url.port, until: deadline, isStopping)
        if isStopping() { throw ClientConnection.Stopped() }
        guard !found.isEmpty else { throw DeliveryFailure.unknownHost(url.host) }
        let permitted = found.filter { address in
            NumericAddress(address).map { policy.permits($0, isSecure: url.isSecure) } ?? false
        }
        guard !permitted.isEmpty else { throw refusal(url, found) }
        let connection = try ClientConnection(
            permitted,
            host: url.host,
            port: url.port,
            until: deadline,
            isStopping: isStopping
        )
        if url.isSecure { try connection.secure(host: url.certificateName, within: rest(deadline)) }
        return connection
    }

    private func refusal(_ url: OutgoingURL, _ found: [NameLookup.Address]) -> DeliveryFailure {
        let isPublic = found.contains { NumericAddress($0).map(AddressPolicy.isPublic) ?? false }
        return isPublic && !url.isSecure ? .plainText : .forbiddenAddress(url.host)
    }

    private func receive(
        _ connection: ClientConnection,
        until deadline: ContinuousClock.Instant
    ) throws -> OutgoingResponse {
        var parser = ResponseParser(bounds)
        while !parser.isComplete {
            let bytes = try connection.receive(within: rest(deadline))
            do throws(Refusal) {
                if bytes.isEmpty { try parser.close() } else { try parser.take(bytes) }
            } catch {
                throw DeliveryFailure.unreadable(error)
            }
        }
        return OutgoingResponse(status: parser.code, fields: parser.fields, body: parser.body, isCut: parser.isCut)
    }

    private func rest(_ deadline: ContinuousClock.Instant) -> Duration {
        max(.zero, deadline - ContinuousClock.now)
    }
}
