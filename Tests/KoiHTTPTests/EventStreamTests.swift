import Dispatch
import Glibc
import KoiLock
import Synchronization
import Testing

@testable import KoiHTTP

@Suite struct EventStreamTests {
    private static let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

    // MARK: Format

    @Test(
        arguments: [
            (ServerSentEvent(data: Array("a".utf8)), "data: a\n\n"),
            (
                ServerSentEvent(id: "7", event: "note", data: Array("{}".utf8), retry: 3000),
                "retry: 3000\nid: 7\nevent: note\ndata: {}\n\n"
            ),
            (ServerSentEvent(id: "7"), "id: 7\n\n"),
            (ServerSentEvent(data: []), "data: \n\n"),
            (ServerSentEvent(data: Array("a\nb".utf8)), "data: a\ndata: b\n\n"),
            (ServerSentEvent(data: Array("a\r\nb\rc\n".utf8)), "data: a\ndata: b\ndata: c\ndata: \n\n"),
            (ServerSentEvent(data: Array("a\r".utf8)), "data: a\ndata: \n\n"),
            (ServerSentEvent(id: "7\nevent: x", event: "a\rdata: y"), "id: 7\nevent: a\n\n"),
        ])
    func `an event is written as its fields, each on lines of its own`(_ event: ServerSentEvent, _ text: String) {
        var bytes: [UInt8] = []
        event.append(to: &bytes)

        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    // MARK: Connections

    @Test func `an event reaches the client when it happens`() throws {
        let source = HeldSource()
        let server = try TestServer(source)
        let client = try server.connect()
        try client.send(EventStreamTests.get)
        let head = try client.read(until: "\r\n\r\n")

        source.deliver(.bytes(Array("data: a\n\n".utf8)))
        let first = try client.read(until: "data: a\n\n\r\n")
        source.deliver(.bytes(Array("data: b\n\n".utf8)))
        let second = try client.read(until: "data: b\n\n\r\n")

        #expect(head.contains("Transfer-Encoding: chunked\r\n"))
        #expect(first == "9\r\ndata: a\n\n\r\n")
        #expect(second == "9\r\ndata: b\n\n\r\n")
    }

    @Test func `a client of HTTP 1.0 gets events without chunks`() throws {
        let source = HeldSource()
        let server = try TestServer(source)
        let client = try server.connect()
        try client.send("GET / HTTP/1.0\r\n\r\n")
        source.deliver(.bytes(Array("data: a\n\n".utf8)))
        source.deliver(.end)

        let answer = try client.readToEnd()

        #expect(answer.contains("Connection: close\r\n"))
        #expect(!answer.contains("Transfer-Encoding"))
        #expect(answer.hasSuffix("\r\n\r\ndata: a\n\n"))
    }

    @Test func `HEAD gets no event and leaves none open`() throws {
        let source = HeldSource()
        let server = try TestServer(source)

        let answer = try server.ask("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

        #expect(answer.hasSuffix("\r\n\r\n"))
        #expect(source.cancelled.wait(timeout: .now() + 10) == .success)
    }

    @Test func `a silent stream is kept alive with comments`() throws {
        let source = HeldSource()
        let clock = TestClock()
        let server = try TestServer(source, clock: clock.clock)
        let client = try server.connect()
        try client.send(EventStreamTests.get)
        _ = try client.read(until: "\r\n\r\n")
        source.awaitAsk()

        clock.advance(by: Limits().heartbeat)
        let first = try client.read(until: "\r\n:\n\n\r\n")
        clock.advance(by: Limits().heartbeat)
        let second = try client.read(until: ":\n\n\r\n")

        #expect(first.hasSuffix("3\r\n:\n\n\r\n"))
        #expect(second == "3\r\n:\n\n\r\n")
    }

    @Test func `a stream whose source says that it is over ends at the next comment`() throws {
        let source = HeldSource()
        let clock = TestClock()
        let server = try TestServer(source, clock: clock.clock)
        let client = try server.connect()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        source.awaitAsk()
        source.isOverNow.store(true, ordering: .relaxed)

        clock.advance(by: Limits().heartbeat)

        #expect(try client.readToEnd().hasSuffix("\r\n\r\n0\r\n\r\n"))
        #expect(source.cancelled.wait(timeout: .now() + 10) == .success)
    }

    @Test func `a connection serves on after a stream that its source ended`() throws {
        let source = HeldSource()
        let server = try TestServer(source)
        let client = try server.connect()
        try client.send(EventStreamTests.get)
        source.deliver(.end)
        _ = try client.read(until: "0\r\n\r\n")
        source.deliver(.bytes(Array("data: again\n\n".utf8)))

        try client.send(EventStreamTests.get)

        #expect(try client.read(until: "again").hasPrefix("HTTP/1.1 200 "))
    }

    @Test(arguments: [true, false])
    func `a source hears at once that its client has gone`(_ onlyFinishes: Bool) throws {
        let source = HeldSource()
        let server = try TestServer(source)
        var client: Client? = try server.connect()
        try client?.send(EventStreamTests.get)
        source.awaitAsk()

        if onlyFinishes { client?.finishSending() } else { client = nil }

        #expect(source.cancelled.wait(timeout: .now() + 4) == .success)
        _ = client
    }

    @Test func `stopping ends silent streams without waiting for the grace`() throws {
        let source = HeldSource()
        let server = try TestServer(source)
        let clients = try (0..<20).map { _ in try server.connect() }
        for client in clients { try client.send(EventStreamTests.get) }
        for _ in clients { source.awaitAsk() }
        let hasStopped = DispatchSemaphore(value: 0)

        server.server.stop(grace: .seconds(600)) { hasStopped.signal() }

        for client in clients { #expect(try client.readToEnd().hasSuffix("\r\n\r\n0\r\n\r\n")) }
        #expect(hasStopped.wait(timeout: .now() + 10) == .success)
    }

    @Test func `little is handed to the system ahead of a client that reads nothing`() throws {
        let size = 50_000
        let source = ListSource((0..<1000).map { _ in .bytes([UInt8](repeating: 97, count: size)) })
        let server = try TestServer(TestApplication(answer: { _, _ in Response(.ok, body: .stream(source)) }))
        let client = try Client(port: server.port, receiveBuffer: 4096)
        try client.send(EventStreamTests.get)
        _ = try client.read(until: "\r\n\r\n")
        // Answered only after the stream has been asked as often as it will be, on each loop.
        var asked = -1
        while asked != source.asked.load(ordering: .relaxed) {
            asked = source.asked.load(ordering: .relaxed)
            for _ in 0..<20 { _ = try server.ask("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") }
        }

        #expect(asked * size < 500_000)
    }

    @Test func `a client that reads nothing is cut off, and its source asked no further meanwhile`() throws {
        let source = ListSource((0..<1000).map { _ in .bytes([UInt8](repeating: 97, count: 100_000)) })
        let clock = TestClock()
        let server = try TestServer(
            TestApplication(answer: { _, _ in Response(.ok, body: .events(Relay(source))) }),
            clock: clock.clock
        )
        let client = try server.connect()
        try client.send(EventStreamTests.get)
        _ = try client.read(until: "aaa")
        // Moves on until the connection has been blocked for as long as it may be.
        while source.cancelled.wait(timeout: .now() + 0.1) == .timedOut { clock.advance(by: Limits().writeStall / 2) }

        #expect(source.asked.load(ordering: .relaxed) < 1000)
        // Its source is told a moment before the connection is gone.
        let deadline = ContinuousClock.now + .seconds(10)
        while server.server.connectionCount > 0, ContinuousClock.now < deadline { sched_yield() }
        #expect(server.server.connectionCount == 0)
    }
}

/// An event source that says what the test gives it, and else nothing.
final class HeldSource: EventSource {
    private struct State {
        var chunks: [BodyChunk] = []
        var waiting: [@Sendable (BodyChunk) -> Void] = []
    }

    private let state = Lock(State())
    private let asked = DispatchSemaphore(value: 0)
    let isOverNow = Atomic(false)
    let cancelled = DispatchSemaphore(value: 0)

    var isOver: Bool { isOverNow.load(ordering: .relaxed) }

    func next(_ deliver: @escaping @Sendable (BodyChunk) -> Void) {
        let chunk: BodyChunk? = state.withLock { state in
            guard state.chunks.isEmpty else { return state.chunks.removeFirst() }
            state.waiting.append(deliver)
            return nil
        }
        if let chunk { deliver(chunk) }
        asked.signal()
    }

    /// Also forgets who waits: they keep the server, which keeps its application and so this source.
    func cancel() {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
        _ = consume waiting
        cancelled.signal()
    }

    /// Gives one who waits a chunk, or the next who asks.
    func deliver(_ chunk: BodyChunk) {
        let deliver: (@Sendable (BodyChunk) -> Void)? = state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.chunks.append(chunk)
            return nil
        }
        deliver?(chunk)
    }

    /// Waits until the server has asked once more.
    func awaitAsk() { _ = asked.wait(timeout: .now() + 10) }
}

/// Makes an event source of any other.
private final class Relay: EventSource {
    private let source: ListSource

    init(_ source: ListSource) { self.source = source }

    func next(_ deliver: @escaping @Sendable (BodyChunk) -> Void) { source.next(deliver) }
    func cancel() { source.cancel() }
}

extension TestServer {
    /// Answers every request with the events of one source.
    fileprivate convenience init(_ source: HeldSource, clock: Clock = .system) throws {
        try self.init(
            TestApplication(answer: { _, _ in Response(.ok, body: .events(source)) }),
            clock: clock
        )
    }
}
