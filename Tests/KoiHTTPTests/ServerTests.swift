import CLinux
import Dispatch
import Glibc
import KoiLock
import Logging
import Testing

@testable import KoiHTTP

@Suite struct ServerTests {
    private func get(_ path: String, _ fields: String = "Connection: close\r\n") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    @Test func `an answer has date, length and the connection's fate`() throws {
        let server = try TestServer(clock: TestClock().clock)

        #expect(
            try server.ask(get("/a", "X-Request-Id: 7\r\nConnection: close\r\n"))
                == "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nX-Request-Id: 7\r\n"
                + "Content-Length: 2\r\nConnection: close\r\n\r\n/a"
        )
    }

    @Test func `pipelined requests are answered in order, also late ones`() throws {
        let server = try TestServer(
            TestApplication(answer: { request, exchange in
                guard request.head.path.hasPrefix("/late") else { return .text(request.head.path) }
                DispatchQueue.global().async { exchange.respond(.text(request.head.path)) }
                return nil
            })
        )
        let paths = (0..<200).map { $0 % 3 == 0 ? "/late\($0)" : "/soon\($0)" }

        let answers = try server.ask(paths.map { get($0, "") }.joined() + get("/last"))

        let found = answers.split(separator: "\r\n\r\n").dropFirst().map {
            String($0.prefix { $0 != "H" })
        }
        #expect(found == paths + ["/last"])
    }

    @Test(arguments: MalformedRequest.all)
    func `a malformed request is answered once and the connection closed`(
        _ request: MalformedRequest
    )
        throws
    {
        let server = try TestServer()
        let client = try server.connect()

        try client.send(request.bytes + Array(get("/smuggled").utf8))
        let answer = try client.readToEnd()

        #expect(answer.hasPrefix("HTTP/1.1 \(request.status) "))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.ranges(of: "HTTP/1.1 ").count == 1)
        #expect(!answer.contains("smuggled"))
    }

    @Test func `a client that is still sending can read why it was refused`() throws {
        let server = try TestServer()
        let client = try server.connect()
        let size = 5_000_000

        try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
        try client.send([UInt8](repeating: 97, count: size))
        client.finishSending()

        #expect(try client.readToEnd().hasPrefix("HTTP/1.1 413 "))
    }

    @Test func `an expectation is met before the body, or refused`() throws {
        let server = try TestServer(
            TestApplication(admission: { head in
                head.path == "/no" ? .refuse(.text("no", .forbidden)) : .buffer(limit: 10)
            })
        )
        let fields = "Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n"
        let client = try server.connect()

        try client.send("POST /yes HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        #expect(try client.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        try client.send("ab")
        #expect(try client.readToEnd().hasSuffix("/yes"))
        #expect(
            try server.ask("POST /no HTTP/1.1\r\nHost: a\r\n\(fields)\r\n").hasPrefix(
                "HTTP/1.1 403 "
            )
        )
    }

    @Test func `a small refused body is dropped and the connection kept`() throws {
        let server = try TestServer(
            TestApplication(admission: { _ in .refuse(.text("no", .unauthorized)) })
        )

        let answers = try server.ask(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc" + get("/next")
        )

        #expect(answers.hasPrefix("HTTP/1.1 401 "))
        #expect(answers.hasSuffix("/next"))
    }

    @Test func `a spooled body comes back as a file`() throws {
        let server = try TestServer(
            TestApplication(
                admission: { _ in .spool(limit: 10_000_000) },
                answer: { request, _ in
                    guard case .file(let file) = request.body else { return nil }
                    return Response(.ok, body: .file(FileBody(file)))
                }
            )
        )
        let body = String(repeating: "0123456789", count: 300_000)
        let client = try server.connect()
        let reader = DispatchQueue(label: "test.reader")
        let answer = Lock("")
        reader.async {
            let text = (try? client.readToEnd()) ?? ""
            answer.withLock { $0 = text }
        }

        try client.send(
            "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(body.count)\r\n\r\n"
                + body
        )
        reader.sync {}

        #expect(answer.withLock { $0.hasSuffix("\r\n\r\n" + body) })
    }

    @Test func `HEAD and 304 have no content`() throws {
        let server = try TestServer(
            TestApplication(answer: { request, _ in
                .text("abc", request.head.path == "/old" ? .notModified : .ok)
            })
        )

        let head = try server.ask("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        #expect(head.contains("Content-Length: 3\r\n"))
        #expect(head.hasSuffix("\r\n\r\n"))
        let old = try server.ask(get("/old"))
        #expect(!old.contains("Content-Length"))
        #expect(old.hasSuffix("\r\n\r\n"))
    }

    @Test func `a stream is sent in chunks, or to the end for HTTP 1.0`() throws {
        let server = try TestServer(
            TestApplication(answer: { _, _ in
                Response(
                    .ok,
                    body: .stream(
                        ListSource([
                            .bytes(Array("ab".utf8)), .bytes([]),
                            .bytes(Array(repeating: 99, count: 16)), .end,
                        ])
                    )
                )
            })
        )

        #expect(
            try server.ask(get("/")).hasSuffix(
                "\r\n\r\n2\r\nab\r\n10\r\ncccccccccccccccc\r\n0\r\n\r\n"
            )
        )
        #expect(
            try server.ask("GET / HTTP/1.0\r\n\r\n").hasSuffix(
                "Connection: close\r\n\r\nabcccccccccccccccc"
            )
        )
    }

    @Test func `a stream is asked only as fast as its client reads, and cancelled when it goes`()
        throws
    {
        let source = ListSource(
            (0..<1000).map { _ in .bytes([UInt8](repeating: 97, count: 100_000)) }
        )
        let server = try TestServer(
            TestApplication(answer: { _, _ in Response(.ok, body: .stream(source)) })
        )
        do {
            let client = try server.connect()
            try client.send(get("/"))
            _ = try client.read(until: "aaa")
        }

        #expect(source.cancelled.wait(timeout: .now() + 10) == .success)
        #expect(source.asked.load(ordering: .relaxed) < 1000)
    }

    @Test func `a stream that fails breaks the connection off without an end`() throws {
        let server = try TestServer(
            TestApplication(answer: { _, _ in
                Response(.ok, body: .stream(ListSource([.bytes([97]), .failed])))
            })
        )

        #expect(try server.ask(get("/")).hasSuffix("1\r\na\r\n"))
    }

    @Test func `a request that nobody answers is answered with 500`() throws {
        let server = try TestServer(TestApplication(answer: { _, _ in nil }))

        #expect(try server.ask(get("/")).hasPrefix("HTTP/1.1 500 "))
    }

    @Test func `an application hears that its client has gone`() throws {
        let held = Lock<Exchange?>(nil)
        // It keeps the server, whose application keeps it.
        defer { held.withLock { $0 = nil } }
        let hasRequest = DispatchSemaphore(value: 0)
        let isGone = DispatchSemaphore(value: 0)
        let server = try TestServer(
            TestApplication(answer: { _, exchange in
                held.withLock { $0 = exchange }
                exchange.onClose { isGone.signal() }
                hasRequest.signal()
                return nil
            })
        )
        do {
            let client = try server.connect()
            // More than is read ahead makes the kernel reset the connection when the client closes.
            try client.send(get("/", "") + get("/", ""))
            #expect(hasRequest.wait(timeout: .now() + 10) == .success)
            #expect(held.withLock { held in held?.isClosed } == false)
        }
        server.server.stop(grace: .zero) {}

        #expect(isGone.wait(timeout: .now() + 10) == .success)
        #expect(held.withLock { held in held?.isClosed } == true)
    }

    @Test(arguments: [true, false])
    func `an application hears that a client has closed its side, and its connection ends with the answer`(
        _ reads: Bool
    ) throws {
        let held = Lock<Exchange?>(nil)
        // It keeps the server, whose application keeps it.
        defer { held.withLock { $0 = nil } }
        let hasFinished = DispatchSemaphore(value: 0)
        let server = try TestServer(
            TestApplication(answer: { _, exchange in
                held.withLock { $0 = exchange }
                exchange.onPeerFinished { hasFinished.signal() }
                return nil
            })
        )
        var client: Client? = try server.connect()
        try client?.send("GET /waits HTTP/1.1\r\nHost: a\r\n\r\n")
        if reads { client?.finishSending() } else { client = nil }
        #expect(hasFinished.wait(timeout: .now() + 10) == .success)
        #expect(server.server.connectionCount == 1)

        held.withLock { $0 }?.respond(.text("answered"))

        if let client { #expect(try client.readToEnd().hasSuffix("\r\n\r\nanswered")) }
        let deadline = ContinuousClock.now + .seconds(10)
        while server.server.connectionCount > 0, ContinuousClock.now < deadline { sched_yield() }
        #expect(server.server.connectionCount == 0)
    }

    @Test func `a request that came before its client closed its side is told of it at once`() throws {
        let server = try TestServer(
            TestApplication(answer: { request, exchange in
                exchange.onPeerFinished { exchange.respond(.text(request.head.path)) }
                return nil
            })
        )
        let client = try server.connect()
        for path in ["/1", "/2", "/3"] { try client.send("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n") }
        client.finishSending()

        let answers = try client.readToEnd()

        #expect(["/1", "/2", "/3"].allSatisfy { answers.contains("\r\n\r\n" + $0) })
    }

    @Test func `slow clients are cut off by the clock`() throws {
        let clock = TestClock()
        let server = try TestServer(clock: clock.clock)
        let slowHead = try server.connect()
        try slowHead.send(get("/a", "") + "GET / HT")
        _ = try slowHead.read(until: "/a")
        let slowBody = try server.connect()
        try slowBody.send(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"
        )
        _ = try slowBody.read(until: "\r\n\r\n")
        let idle = try server.connect()
        try idle.send(get("/a", ""))
        _ = try idle.read(until: "/a")

        clock.advance(by: 61_000)

        #expect(try slowHead.readToEnd().hasPrefix("HTTP/1.1 408 "))
        #expect(try slowBody.readToEnd().hasPrefix("HTTP/1.1 408 "))
        #expect(try idle.readToEnd() == "")
    }

    @Test func `a server has stopped only when no loop tells of a turn any more`() throws {
        let isStopping = Lock(false)
        let overlaps = Lock(0)
        let hasStopped = DispatchSemaphore(value: 0)
        let isStopped = DispatchSemaphore(value: 0)
        let server = try TestServer(
            TestApplication(turned: {
                // Long enough for the other loop to finish, and for the server to say that it has stopped.
                guard isStopping.withLock({ $0 }), hasStopped.wait(timeout: .now() + 0.2) == .success else { return }
                overlaps.withLock { $0 += 1 }
            })
        )

        isStopping.withLock { $0 = true }
        server.server.stop(grace: .zero) {
            hasStopped.signal()
            isStopped.signal()
        }

        #expect(isStopped.wait(timeout: .now() + 10) == .success)
        // A loop that did not wait for its turn is within it still.
        _ = isStopped.wait(timeout: .now() + 0.3)
        #expect(overlaps.withLock { $0 } == 0)
    }

    @Test func `a stop finishes what is in flight and closes what is idle`() throws {
        let held = Lock<Exchange?>(nil)
        // It keeps the server, whose application keeps it.
        defer { held.withLock { $0 = nil } }
        let hasRequest = DispatchSemaphore(value: 0)
        let isStopped = DispatchSemaphore(value: 0)
        let server = try TestServer(
            TestApplication(answer: { request, exchange in
                if request.head.path == "/soon" { return .text("soon") }
                held.withLock { $0 = exchange }
                hasRequest.signal()
                return nil
            })
        )
        let idle = try server.connect()
        try idle.send(get("/soon", ""))
        _ = try idle.read(until: "soon")
        let busy = try server.connect()
        try busy.send(get("/late", ""))
        #expect(hasRequest.wait(timeout: .now() + 10) == .success)

        server.server.stop(grace: .seconds(60)) { isStopped.signal() }
        #expect(try idle.readToEnd() == "")
        held.withLock { $0?.respond(.text("late")) }

        let answer = try busy.readToEnd()
        #expect(answer.contains("Connection: close"))
        #expect(answer.hasSuffix("late"))
        #expect(isStopped.wait(timeout: .now() + 10) == .success)
        #expect(throws: Client.Failure.self) { try server.connect() }
        #expect(server.server.connectionCount == 0)
    }

    @Test func `a Unix socket has its mode and is removed at the end`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/koi.sock"
        let isStopped = DispatchSemaphore(value: 0)
        let server = try Server(
            listeners: [Listener(.unix(path: path, mode: 0o600), .commands)],
            loops: 1,
            application: TestApplication(answer: { request, _ in
                .text("\(request.peer.isLocalSocket)")
            }),
            logger: .init(label: "test"),
            spoolFolder: "/tmp"
        )
        server.start()
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o600)

        let client = try Client(path: path)
        try client.send(get("/"))
        #expect(try client.readToEnd().hasSuffix("true"))

        server.stop(grace: .zero) { isStopped.signal() }
        #expect(isStopped.wait(timeout: .now() + 10) == .success)
        #expect(lstat(path, &status) != 0)
    }

    @Test func `a server that never started can be stopped and released`() throws {
        let isStopped = DispatchSemaphore(value: 0)
        let server = try Server(
            listeners: [.tcp(host: "127.0.0.1", port: 0)],
            loops: 2,
            application: TestApplication(),
            logger: Logger(label: "test"),
            spoolFolder: "/tmp"
        )

        server.stop(grace: .zero) { isStopped.signal() }

        #expect(isStopped.wait(timeout: .now() + 10) == .success)
    }

    @Test func `an address in use is an error that names it`() throws {
        let server = try TestServer()

        let error = #expect(throws: ServerError.self) {
            _ = try Server(
                listeners: [.tcp(host: "127.0.0.1", port: server.port)],
                loops: 1,
                application: TestApplication(),
                logger: .init(label: "test"),
                spoolFolder: "/tmp"
            )
        }
        #expect("\(String(describing: error))".contains("127.0.0.1:\(server.port)"))
    }
}
