import Dispatch
import KoiLock
import Testing

@testable import KoiHTTP

@Suite struct ReportTests {
    private let reports = Reports()

    private func server(
        _ application: TestApplication = TestApplication(),
        limits: Limits = Limits(),
        clock: Clock = .system
    ) throws -> TestServer {
        var application = application
        application.report = reports.note
        return try TestServer(application, limits: limits, clock: clock)
    }

    private func get(_ path: String, _ fields: String = "Connection: close\r\n") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    @Test func `an answered request is told with its bytes, status and times`() throws {
        let server = try server()
        let text = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"

        let answer = try server.ask(text)

        let report = try reports.next()
        #expect(report.outcome == .answered)
        #expect(report.method == .post)
        #expect(report.status == 200)
        #expect(report.received == text.utf8.count)
        #expect(report.sent == answer.utf8.count)
        #expect(report.peer.address == "127.0.0.1")
        #expect(report.began <= report.completed && report.completed <= report.ended)
        #expect(report.completed > 0)
        #expect(answer.contains("\r\nX-Request-Id: \(report.trace.id)\r\n"))
        #expect(report.trace.id.utf8.count == 13)
    }

    @Test(arguments: ["7", "0f8fad5b-d9cb-469f-a165-70867728950e", "a.b_c:d+e/f=", String(repeating: "x", count: 64)])
    func `a client's own id is kept`(_ id: String) throws {
        let server = try server(TestApplication(answer: { request, _ in .text(request.id) }))

        let answer = try server.ask(get("/a", "X-Request-ID: \(id)\r\nConnection: close\r\n"))

        #expect(answer.contains("\r\nX-Request-Id: \(id)\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n" + id))
        #expect(try reports.next().trace.id == id)
    }

    @Test(arguments: ["", "a b", "a\"b", "ä", "a,b", "<a>", String(repeating: "x", count: 65)])
    func `an id that cannot be written anywhere is replaced`(_ id: String) throws {
        let server = try server()

        let answer = try server.ask(get("/a", "X-Request-Id: \(id)\r\nConnection: close\r\n"))

        let own = try reports.next().trace.id
        #expect(own.utf8.count == 13)
        #expect(answer.contains("\r\nX-Request-Id: \(own)\r\n"))
    }

    @Test func `an id holds for one request of a connection`() throws {
        let server = try server()

        _ = try server.ask(get("/a", "X-Request-Id: mine\r\n") + get("/b"))

        #expect(try reports.next().trace.id == "mine")
        #expect(try reports.next().trace.id.utf8.count == 13)
    }

    @Test(arguments: MalformedRequest.all)
    func `a refusal is told with its code, and has an id`(_ request: MalformedRequest) throws {
        let server = try server()
        let client = try server.connect()

        try client.send(request.bytes)
        let answer = try client.readToEnd()

        let report = try reports.next()
        #expect(report.outcome == .refused)
        #expect(report.status == request.status)
        #expect(report.refusal != nil)
        #expect(answer.contains("\r\nX-Request-Id: \(report.trace.id)\r\n"))
        #expect(reports.count == 0)
    }

    @Test func `a head that takes too long is told as refused`() throws {
        let clock = TestClock()
        let server = try server(clock: clock.clock)
        let client = try server.connect()
        try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / H")
        _ = try client.read(until: "\r\n\r\n/")
        #expect(try reports.next().outcome == .answered)

        clock.advance(by: Limits().headTime)
        #expect(try client.readToEnd().contains(" 408 "))

        let report = try reports.next()
        #expect(report.status == 408)
        #expect(report.refusal == "request_timeout")
        #expect(report.method == nil)
        #expect(report.received == 7)
    }

    @Test func `a body that is too large is told as refused, with its method`() throws {
        let server = try server()

        _ = try server.ask("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n")

        let report = try reports.next()
        #expect(report.refusal == "content_too_large")
        #expect(report.method == .put)
    }

    @Test func `a connection beyond the limit is told as refused`() throws {
        var limits = Limits()
        limits.connections = 1
        let server = try server(limits: limits)
        let first = try server.connect()
        try first.send("GET / HT")

        #expect(try server.connect().readToEnd().contains(" 503 "))

        #expect(try reports.next().refusal == "too_many_connections")
        _ = first
    }

    @Test(arguments: ["GET / HT", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"])
    func `a request that is broken off is told as aborted`(_ beginning: String) throws {
        let server = try server()
        var client: Client? = try server.connect()

        try client?.send(beginning)
        client = nil

        let report = try reports.next()
        #expect(report.outcome == .aborted)
        #expect(report.status == nil)
        #expect(report.received == beginning.utf8.count)
        #expect(report.trace.id.utf8.count == 13)
    }

    @Test func `a client that leaves before the answer is told as aborted`() throws {
        let held = Lock<Exchange?>(nil)
        // It keeps the server, whose application keeps it.
        defer { held.withLock { $0 = nil } }
        let asked = DispatchSemaphore(value: 0)
        let server = try server(
            TestApplication(answer: { _, exchange in
                held.withLock { $0 = exchange }
                asked.signal()
                return nil
            })
        )
        var client: Client? = try server.connect()
        try client?.send(get("/", ""))
        asked.wait()

        // One that only stopped sending may still read.
        client?.reset()
        client = nil

        let report = try reports.next()
        #expect(report.outcome == .aborted)
        #expect(report.method == .get)
        #expect(report.status == nil)
        held.withLock { $0 }?.respond(.text("late"))
        _ = try server.ask("bad\r\n\r\n")
        #expect(try reports.next().refusal == "bad_request_line")
        #expect(reports.count == 0)
    }

    @Test func `an answer that nobody takes to its end is told as aborted with what was sent`() throws {
        let size = 64 << 20
        let server = try server(
            TestApplication(answer: { _, _ in
                Response(.ok, body: .bytes([UInt8](repeating: 120, count: size)))
            })
        )
        var client: Client? = try server.connect()
        try client?.send(get("/", ""))
        _ = try client?.read(until: "\r\n\r\n")

        client = nil

        let report = try reports.next()
        #expect(report.outcome == .aborted)
        #expect(report.status == 200)
        #expect(report.sent > 0 && report.sent < size)
    }

    @Test func `each request of a pipeline is told once, in order`() throws {
        let server = try server(
            TestApplication(answer: { request, exchange in
                guard request.head.path.hasPrefix("/late") else { return .text(request.head.path) }
                DispatchQueue.global().async { exchange.respond(.text(request.head.path)) }
                return nil
            })
        )
        let ids = (0..<300).map { "n\($0)" }
        let text = ids.enumerated().map { index, id in
            get(index % 3 == 0 ? "/late" : "/soon", "X-Request-Id: \(id)\r\n")
        }

        _ = try server.ask(text.joined() + get("/last"))

        let told = try ids.map { _ in try reports.next() }
        #expect(told.map(\.trace.id) == ids)
        #expect(told.allSatisfy { $0.outcome == .answered })
        #expect(told.map(\.received) == text.map(\.utf8.count))
        #expect(try reports.next().outcome == .answered)
        #expect(reports.count == 0)
    }

    @Test func `what the application notes comes back`() throws {
        let server = try server(
            TestApplication(answer: { request, _ in
                var response = Response.text("")
                response.times = AnswerTimes(waiting: 3, database: 4)
                return response
            })
        )

        _ = try server.ask(get("/"))

        #expect(try reports.next().times == AnswerTimes(waiting: 3, database: 4))
    }

    @Test func `a loop counts its turns`() throws {
        let server = try server()

        _ = try server.ask(get("/"))

        let turns = server.server.loopGauges.map { $0.turns.reduce(0, +) }
        #expect(turns.count == 2)
        #expect(turns.reduce(0, +) > 0)
    }
}
