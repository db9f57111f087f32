import COpenSSL
import Dispatch
import Glibc
import KoiLock
import Logging
import Testing

@testable import KoiHTTP

@Suite struct TLSTests {
    private let files: TestCertificate
    private let identity: TLSIdentity

    init() throws {
        files = try TestCertificate()
        identity = try files.identity()
    }

    private func get(_ path: String, _ fields: String = "Connection: close\r\n") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `an answer comes over TLS and says that there is no other way`(version: Int32) throws {
        let server = try TestServer(
            TestApplication(answer: { request, _ in .text("\(request.peer.isSecure)") }),
            tls: identity
        )
        let client = try TLSClient(port: server.port, maximum: version)

        try client.send(get("/"))
        let answer = try client.readToEnd()

        #expect(client.version == (version == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3"))
        #expect(client.chosenProtocol == "http/1.1")
        #expect(answer.contains("\r\nStrict-Transport-Security: max-age=31536000\r\n"))
        #expect(answer.hasSuffix("\r\n\r\ntrue"))
        #expect(identity.counts.full.value == 1)
    }

    @Test func `an answer without TLS says nothing of HTTPS`() throws {
        let answer = try TestServer().ask(get("/"))

        #expect(!answer.contains("Strict-Transport-Security"))
    }

    @Test(arguments: [1, 3, 7, 100, 20_000])
    func `pieces of any size are put together`(piece: Int) throws {
        let server = try TestServer(
            TestApplication(
                admission: { _ in .buffer(limit: 1_000_000) },
                answer: { request, _ in
                    guard case .bytes(let bytes) = request.body else { return .text(request.head.path) }
                    return Response(.ok, body: .bytes(bytes))
                }
            ),
            tls: identity
        )
        let client = try TLSClient(port: server.port, piece: piece)
        let body = String(repeating: "0123456789", count: piece < 100 ? 100 : 60_000)

        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(body.count)\r\n\r\n" + body)
        let first = try client.read(until: body)
        try client.send(get("/a", "") + get("/b"))
        let rest = try client.readToEnd()

        #expect(first.hasSuffix("\r\n\r\n" + body))
        #expect(rest.contains("\r\n\r\n/a"))
        #expect(rest.hasSuffix("\r\n\r\n/b"))
    }

    @Test func `bodies in memory, from files and in streams come whole`() throws {
        let text = String(repeating: "Koi 鲤鱼 ", count: 200_000)
        let bytes = Array(text.utf8)
        let folder = try TemporaryFolder()
        try folder.write("big.txt", text)
        let path = folder.path
        let server = try TestServer(
            TestApplication(answer: { request, _ in
                switch request.head.path {
                case "/memory": return Response(.ok, body: .bytes(bytes))
                case "/stream":
                    let chunks: [BodyChunk] = stride(from: 0, to: bytes.count, by: 100_000).map {
                        .bytes(Array(bytes[$0..<min(bytes.count, $0 + 100_000)]))
                    }
                    return Response(.ok, body: .stream(ListSource(chunks + [.end])))
                default:
                    return StaticFiles(folder: path, fields: Fields()).response(for: ["big.txt"], request: request.head)
                }
            }),
            tls: identity
        )
        for path in ["/memory", "/file"] {
            let client = try TLSClient(port: server.port)
            try client.send(get(path))
            #expect(try client.readToEnd().hasSuffix("\r\n\r\n" + text), "\(path)")
        }
        let client = try TLSClient(port: server.port)
        try client.send("GET /stream HTTP/1.0\r\n\r\n")
        #expect(try client.readToEnd().hasSuffix("\r\n\r\n" + text))
    }

    @Test func `a client that reads slowly gets all of it`() throws {
        let body = [UInt8](repeating: 97, count: 20_000_000)
        let server = try TestServer(
            TestApplication(answer: { _, _ in Response(.ok, body: .bytes(body)) }),
            tls: identity
        )
        let client = try TLSClient(port: server.port)
        try client.send(get("/"))
        // The server has to wait meanwhile, for itself and for others.
        let other = try TLSClient(port: server.port)
        try other.send("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        _ = try other.readToEnd()

        #expect(try client.readToEnd().utf8.count > body.count)
    }

    @Test func `a stream that fails ends without a farewell`() throws {
        let server = try TestServer(
            TestApplication(answer: { _, _ in
                Response(.ok, body: .stream(ListSource([.bytes([97]), .failed])))
            }),
            tls: identity
        )
        let client = try TLSClient(port: server.port)
        try client.send("GET / HTTP/1.0\r\n\r\n")

        #expect(throws: (any Error).self) { try client.readToEnd() }
        #expect(!client.hasEnded)
    }

    @Test func `a client that has said all still gets its answer`() throws {
        let server = try TestServer(
            TestApplication(answer: { _, exchange in
                DispatchQueue.global().async { exchange.respond(.text("late")) }
                return nil
            }),
            tls: identity
        )
        let client = try TLSClient(port: server.port)
        try client.send(get("/", ""))
        try client.sayGoodbye()

        #expect(try client.readToEnd().hasSuffix("late"))
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func `a session is resumed by its ticket, also with another certificate`(version: Int32) throws {
        let server = try TestServer(tls: identity)
        let first = try TLSClient(port: server.port, maximum: version)
        try first.send(get("/"))
        _ = try first.readToEnd()
        try files.renew()
        try identity.reload()

        let second = try TLSClient(port: server.port, maximum: version, resuming: first.ticket())
        try second.send(get("/again"))

        #expect(try second.readToEnd().hasSuffix("/again"))
        #expect(!first.isResumed)
        #expect(second.isResumed)
        #expect(identity.counts.resumed.value == 1)
    }

    @Test(arguments: [(3_600_000, true), (TicketKeys.lifetime + 1, true), (2 * TicketKeys.lifetime, false)])
    func `a ticket outlives the key that sealed it by one other`(age: Int, isGood: Bool) throws {
        let clock = TestClock()
        let identity = try TLSIdentity(
            certificate: files.certificate,
            key: files.key,
            strictDays: 0,
            tickets: TicketKeys(now: clock.clock.monotonic)
        )
        let server = try TestServer(tls: identity)
        let first = try TLSClient(port: server.port)
        try first.send(get("/"))
        _ = try first.readToEnd()

        clock.advance(by: age)
        let second = try TLSClient(port: server.port, resuming: first.ticket())

        #expect(second.isResumed == isGood)
    }

    @Test func `a new certificate is shown to new connections, and the old ones go on`() throws {
        let server = try TestServer(tls: identity)
        let old = try TLSClient(port: server.port)
        try old.send(get("/a", ""))
        _ = try old.read(until: "/a")

        try files.renew()
        try identity.reload()
        let new = try TLSClient(port: server.port)
        try old.send(get("/b"))

        #expect(try old.readToEnd().hasSuffix("/b"))
        #expect(old.serial != new.serial)
    }

    @Test func `a bad new certificate leaves the old one in place`() throws {
        let server = try TestServer(tls: identity)
        let other = try TestCertificate()
        rename(other.key, files.key)

        #expect(throws: CertificateError.self) { try identity.reload() }
        let client = try TLSClient(port: server.port)
        try client.send(get("/"))
        #expect(try client.readToEnd().hasPrefix("HTTP/1.1 200 "))
    }

    @Test func `a client that offers only other protocols is refused, and one that offers none is not`() throws {
        let server = try TestServer(tls: identity)

        let error = #expect(throws: TLSClient.Failure.self) {
            _ = try TLSClient(port: server.port, protocols: ["h2", "http/1.0"])
        }
        #expect(error?.reason == "tlsv1 alert no application protocol")
        let client = try TLSClient(port: server.port, protocols: [])
        try client.send(get("/"))
        #expect(try client.readToEnd().hasPrefix("HTTP/1.1 200 "))
    }

    @Test(arguments: [TLS1_VERSION, TLS1_1_VERSION])
    func `older versions are refused`(version: Int32) throws {
        let server = try TestServer(tls: identity)

        #expect(throws: TLSClient.Failure.self) { _ = try TLSClient(port: server.port, maximum: version) }
    }

    @Test func `plain text on a port with TLS is told so`() throws {
        let server = try TestServer(tls: identity)

        let answer = try server.ask(get("/"))

        #expect(answer.hasPrefix("HTTP/1.1 400 "))
        #expect(answer.hasSuffix("plain_on_tls"))
        #expect(!answer.contains("Strict-Transport-Security"))
    }

    @Test(arguments: [
        "\u{16}\u{3}\u{1}garbage that is no hello at all", "\u{0}\u{1}\u{2}", "\u{15}\u{3}\u{3}\0\u{2}\u{2}\0",
    ])
    func `garbage ends the connection and nothing else`(garbage: String) throws {
        let server = try TestServer(tls: identity)
        let client = try server.connect()
        try client.send(garbage)
        client.finishSending()
        _ = try? client.readToEnd()

        let next = try TLSClient(port: server.port)
        try next.send(get("/"))
        #expect(try next.readToEnd().hasPrefix("HTTP/1.1 200 "))
    }

    @Test func `a slow handshake is cut off by the clock`() throws {
        let clock = TestClock()
        let server = try TestServer(tls: identity, clock: clock.clock)
        let silent = try server.connect()
        let slow = try server.connect()
        try slow.send([22, 3, 1])
        let client = try TLSClient(port: server.port)
        try client.send(get("/"))
        _ = try client.readToEnd()

        clock.advance(by: 10_000)

        #expect(try silent.readToEnd() == "")
        #expect((try? slow.readToEnd()) ?? "" == "")
    }

    @Test func `a connection too many is told so over TLS`() throws {
        let held = Lock<Exchange?>(nil)
        // It keeps the server, whose application keeps it.
        defer { held.withLock { $0 = nil } }
        let hasRequest = DispatchSemaphore(value: 0)
        var limits = Limits()
        limits.connections = 1
        let server = try TestServer(
            TestApplication(answer: { _, exchange in
                held.withLock { $0 = exchange }
                hasRequest.signal()
                return nil
            }),
            limits: limits,
            tls: identity
        )
        // Busy, so that it does not give way.
        let first = try TLSClient(port: server.port)
        try first.send(get("/a"))
        #expect(hasRequest.wait(timeout: .now() + 10) == .success)

        let second = try TLSClient(port: server.port)
        #expect(try second.readToEnd().hasPrefix("HTTP/1.1 503 "))
        held.withLock { $0?.respond(.text("late")) }
        #expect(try first.readToEnd().hasSuffix("late"))
    }

    @Test func `a stop says farewell to connections that rest`() throws {
        let server = try TestServer(tls: identity)
        let client = try TLSClient(port: server.port)
        try client.send(get("/a", ""))
        _ = try client.read(until: "/a")

        server.server.stop(grace: .seconds(10)) {}

        #expect(try client.readToEnd() == "")
    }

    @Test func `a client that goes in the middle of a record is noticed at once`() throws {
        // No time passes, so that nothing but the end itself can close it.
        let server = try TestServer(tls: identity, clock: TestClock().clock)
        let client = try Client(port: server.port)
        try client.send([22, 3, 1, 2, 0, 1, 0])
        client.finishSending()
        #expect(try client.readToEnd() == "")
    }
}
