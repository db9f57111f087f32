import Dispatch
import Glibc
import KoiLock
import Testing

@testable import KoiHTTP

@Suite struct LimitTests {
    private static let anotherProxy = TrustedProxies(ranges: [AddressRange("192.0.2.1")].compactMap(\.self))

    private func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    private func connection(to server: TestServer, asking path: String = "/a") throws -> Client {
        let client = try server.connect()
        try client.send(get(path))
        _ = try client.read(until: path)
        return client
    }

    /// Answers no request until it is told to.
    private final class Holder: Sendable {
        let exchanges = Lock<[Exchange]>([])
        let isAsked = DispatchSemaphore(value: 0)

        var application: TestApplication {
            TestApplication(
                admission: { _ in .buffer(limit: 1_000_000) },
                answer: { request, exchange in
                    guard request.head.path == "/held" else { return .text(request.head.path) }
                    self.exchanges.withLock { $0.append(exchange) }
                    self.isAsked.signal()
                    return nil
                }
            )
        }

        func wait(for count: Int) {
            for _ in 0..<count { #expect(isAsked.wait(timeout: .now() + 10) == .success) }
        }

        func answerAll() {
            for exchange in exchanges.withLock({ all in
                defer { all = [] }
                return all
            }) { exchange.respond(.text("done")) }
        }
    }

    // MARK: Connections

    @Test func `the connection that is idle for longest makes room for another one`() throws {
        var limits = Limits()
        limits.connections = 4
        let clock = TestClock()
        let server = try TestServer(limits: limits, clock: clock.clock)
        var clients: [Client] = []
        for _ in 0..<4 {
            clients.append(try connection(to: server))
            clock.advance(by: 1000)
        }

        let another = try connection(to: server)

        #expect(try clients[0].readToEnd() == "")
        for client in clients.dropFirst() + [another] {
            try client.send(get("/b"))
            #expect(try client.read(until: "/b").hasPrefix("HTTP/1.1 200 "))
        }
        #expect(server.server.counts.displaced.load(ordering: .relaxed) == 1)
    }

    @Test func `a connection with a request under way never makes room`() throws {
        var limits = Limits()
        limits.connections = 2
        let holder = Holder()
        let server = try TestServer(holder.application, limits: limits)
        let first = try server.connect()
        let second = try server.connect()
        try first.send(get("/held"))
        try second.send(get("/held"))
        holder.wait(for: 2)

        let refused = try server.connect().readToEnd()
        holder.answerAll()

        #expect(refused.hasPrefix("HTTP/1.1 503 "))
        #expect(refused.contains("\r\nRetry-After: 1\r\n"))
        #expect(refused.hasSuffix("too_many_connections"))
        #expect(try first.read(until: "done").hasPrefix("HTTP/1.1 200 "))
        #expect(try second.read(until: "done").hasPrefix("HTTP/1.1 200 "))
    }

    @Test func `an address with as many connections as it may have gives up its own`() throws {
        var limits = Limits()
        limits.connectionsPerAddress = 2
        let clock = TestClock()
        let server = try TestServer(limits: limits, proxies: Self.anotherProxy, clock: clock.clock)
        let first = try connection(to: server)
        clock.advance(by: 1000)
        let second = try connection(to: server)
        clock.advance(by: 1000)

        _ = try connection(to: server)

        #expect(try first.readToEnd() == "")
        try second.send(get("/b"))
        #expect(try second.read(until: "/b").hasPrefix("HTTP/1.1 200 "))
    }

    @Test func `an address with too many busy connections is refused, and soon not even answered`() throws {
        var limits = Limits()
        limits.connectionsPerAddress = 1
        let holder = Holder()
        let server = try TestServer(holder.application, limits: limits, proxies: Self.anotherProxy)
        let busy = try server.connect()
        try busy.send(get("/held"))
        holder.wait(for: 1)

        let others = try (0..<40).map { _ in try server.connect() }
        for other in others {
            // Closed without a word, or before one could be said.
            let answer = (try? other.readToEnd()) ?? ""
            #expect(answer == "" || answer.hasPrefix("HTTP/1.1 503 "))
        }
        #expect(server.server.counts.refused.load(ordering: .relaxed) == 40)
        #expect(server.server.connectionCount <= 1 + Service.refusedConnectionsPerAddress)
        holder.answerAll()
        #expect(try busy.read(until: "done").hasPrefix("HTTP/1.1 200 "))
    }

    @Test func `this machine's own connections count only where proxies are known, and a proxy's never`() throws {
        var limits = Limits()
        limits.connectionsPerAddress = 1
        let itself = TrustedProxies(ranges: [AddressRange("127.0.0.0/8")].compactMap(\.self))
        for proxies in [TrustedProxies(), itself] {
            let server = try TestServer(limits: limits, proxies: proxies)
            let clients = try (0..<5).map { _ in try connection(to: server) }
            for client in clients {
                try client.send(get("/b"))
                #expect(try client.read(until: "/b").hasPrefix("HTTP/1.1 200 "))
            }
        }
    }

    @Test(arguments: [
        (100_000, 10_000), (10_064, 10_000), (10_063, 9999), (100, 36), (64, 16), (0, 16), (.max, 10_000),
    ])
    func `connections leave descriptors for files`(_ descriptors: Int, _ connections: Int) {
        var limits = Limits()
        #expect(limits.fit(descriptors: descriptors) == (connections < 10_000))
        #expect(limits.connections == connections)
    }

    @Test func `connections of an address are forgotten when they are closed`() throws {
        let counts = AddressCounts()
        #expect([counts.add("a"), counts.add("a"), counts.add("b")] == [1, 2, 1])
        counts.remove("a")
        counts.remove("a")
        counts.remove("b")
        #expect(counts.count == 0)
    }

    // MARK: Requests and bodies

    @Test func `a request beyond those in flight is answered with 503 and keeps its connection`() throws {
        var limits = Limits()
        limits.requestsInFlight = 1
        let holder = Holder()
        let server = try TestServer(holder.application, limits: limits)
        let busy = try server.connect()
        try busy.send(get("/held"))
        holder.wait(for: 1)
        let other = try server.connect()

        try other.send(get("/b"))
        let refused = try other.read(until: "overloaded")
        holder.answerAll()
        _ = try busy.read(until: "done")
        try other.send(get("/b"))

        #expect(refused.hasPrefix("HTTP/1.1 503 "))
        #expect(refused.contains("\r\nRetry-After: 1\r\n"))
        #expect(!refused.contains("Connection: close"))
        #expect(try other.read(until: "/b").hasPrefix("HTTP/1.1 200 "))
        #expect(server.server.counts.inFlight.load(ordering: .relaxed) == 0)
    }

    @Test func `bodies in memory have a bound in all, and small ones always find room`() throws {
        var limits = Limits()
        limits.body = 50_000
        limits.bufferedBytes = 60_000
        let holder = Holder()
        let server = try TestServer(holder.application, limits: limits)
        func post(_ path: String, _ size: Int) -> String {
            "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n" + String(repeating: "b", count: size)
        }
        let first = try server.connect()
        try first.send(post("/held", 60_000))
        holder.wait(for: 1)
        #expect(server.server.bufferedBytes == 60_000 - limits.smallBody)

        let large = try server.connect()
        try large.send(post("/b", 60_000))
        #expect(try large.read(until: "overloaded").contains("\r\nRetry-After: 1\r\n"))
        let small = try server.connect()
        try small.send(post("/b", limits.smallBody))
        #expect(try small.read(until: "/b").hasPrefix("HTTP/1.1 200 "))

        holder.answerAll()
        _ = try first.read(until: "done")
        let again = try server.connect()
        try again.send(post("/b", 60_000))
        #expect(try again.read(until: "/b").hasPrefix("HTTP/1.1 200 "))
        #expect(server.server.bufferedBytes == 0)
    }

    @Test func `a body whose client has gone counts until nobody has it any more`() throws {
        let holder = Holder()
        let server = try TestServer(holder.application)
        let isGone = DispatchSemaphore(value: 0)
        do {
            let client = try server.connect()
            try client.send("POST /held HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
            try client.send([UInt8](repeating: 97, count: 100_000))
            holder.wait(for: 1)
            holder.exchanges.withLock { $0.first?.onClose { isGone.signal() } }
            client.reset()
        }
        #expect(isGone.wait(timeout: .now() + 10) == .success)
        #expect(server.server.bufferedBytes == 100_000 - Limits().smallBody)

        holder.answerAll()
        // By then both loops have let go of it, too.
        _ = try (connection(to: server), connection(to: server))

        #expect(server.server.bufferedBytes == 0)
    }

    @Test func `bodies in files have a bound in all, and give back what they took`() throws {
        var limits = Limits()
        limits.spooledBytes = 150_000
        let held = Lock<[Request]>([])
        let server = try TestServer(
            TestApplication(
                admission: { _ in .spool(limit: 1_000_000) },
                answer: { request, _ in
                    held.withLock { $0.append(request) }
                    return .text(request.head.path)
                }
            ),
            limits: limits
        )
        let upload =
            "POST /up HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n"
            + String(repeating: "b", count: 100_000)

        #expect(try server.ask(upload).hasSuffix("/up"))
        #expect(server.server.spooledBytes == 100_000)
        #expect(try server.ask(upload).hasPrefix("HTTP/1.1 503 "))
        held.withLock { $0 = [] }
        #expect(server.server.spooledBytes == 0)
        #expect(try server.ask(upload).hasSuffix("/up"))
    }

    // MARK: Slow clients

    @Test func `a connection is idle since its last request, not since its first`() throws {
        let clock = TestClock()
        let server = try TestServer(clock: clock.clock)
        let client = try connection(to: server)

        for _ in 0..<5 {
            clock.advance(by: 50_000)
            // Another connection, so that the loops have seen the time before the next request.
            _ = try (connection(to: server), connection(to: server))
            try client.send(get("/b"))
            #expect(try client.read(until: "/b").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func `a client that takes almost nothing of its answer is cut off, and holds up nobody`() throws {
        let clock = TestClock()
        let source = ListSource((0..<1000).map { _ in .bytes([UInt8](repeating: 97, count: 100_000)) })
        let server = try TestServer(
            TestApplication(answer: { request, _ in
                request.head.path == "/long" ? Response(.ok, body: .stream(source)) : .text(request.head.path)
            }),
            clock: clock.clock
        )
        let slow = try server.connect()
        try slow.send(get("/long"))
        _ = try slow.read(until: "aaa")
        var isCutOff = false

        // The clock goes on while somebody else is served: every second the slow one takes a byte.
        let other = try connection(to: server)
        for _ in 0..<300 where !isCutOff {
            clock.advance(by: 1000)
            try other.send(get("/b"))
            #expect(try other.read(until: "/b").hasPrefix("HTTP/1.1 200 "))
            _ = try? slow.read(bytes: 1)
            isCutOff = source.cancelled.wait(timeout: .now() + .milliseconds(20)) == .success
        }

        #expect(isCutOff)
        #expect(server.server.counts.tooSlow.load(ordering: .relaxed) == 1)
    }

    @Test func `what was answered to a client that was closed reaches nobody else`() throws {
        var limits = Limits()
        limits.body = 1000
        limits.bufferedBytes = 20_000
        let server = try TestServer(TestApplication(admission: { _ in .buffer(limit: 100_000) }), limits: limits)
        let holder = try server.connect()
        let body = String(repeating: "x", count: limits.smallBody + 19_999)
        try holder.send("POST /h HTTP/1.1\r\nHost: a\r\nContent-Length: 90000\r\n\r\n" + body)
        while server.server.bufferedBytes < 19_999 { sched_yield() }

        let greedy = try server.connect()
        try? greedy.send(String(repeating: get("/greedy"), count: 2000))
        _ = try? greedy.readToEnd()

        #expect(server.server.counts.shed.load(ordering: .relaxed) > 0)
        // On both loops.
        for _ in 0..<4 {
            let answer = try server.ask(get("/mine", "Connection: close\r\n"))
            #expect(answer.hasSuffix("/mine") && !answer.contains("/greedy"))
        }
    }

    @Test func `an answer that comes late goes behind those that wait to be sent`() throws {
        let (rounds, big) = (100, [UInt8](repeating: 120, count: 15_000))
        let (isAsked, queue) = (DispatchSemaphore(value: 0), DispatchQueue(label: "late"))
        let application = TestApplication(answer: { request, exchange in
            guard request.head.path == "/late" else { return Response(.ok, body: .bytes(big)) }
            queue.async { exchange.respond(.text("done")) }
            isAsked.signal()
            return nil
        })
        let server = try TestServer(application)
        let client = try Client(port: server.port, receiveBuffer: 4096)
        let round = String(repeating: get("/big"), count: 3) + get("/late")
        try client.send(String(repeating: round, count: rounds) + get("/big", "Connection: close\r\n"))
        // Until the client, which does not read, takes no more.
        while isAsked.wait(timeout: .now() + 0.5) == .success {}

        let answers = try client.readToEnd()

        #expect(answers.ranges(of: "done").count == rounds)
    }
}
