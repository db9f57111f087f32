import Dispatch
import Logging
import Synchronization

@testable import KoiHTTP

/// An application made of closures, with an answer for everything.
struct TestApplication: Application {
    var admission: @Sendable (RequestHead) -> Admission = { _ in .buffer(limit: 1000) }
    var answer: @Sendable (Request, Exchange) -> Response? = { request, _ in
        .text(request.head.path)
    }

    var note: @Sendable (inout RequestTrace) -> Void = { _ in }
    var report: @Sendable (RequestReport) -> Void = { _ in }
    var turned: @Sendable () -> Void = {}

    func admit(_ head: RequestHead, peer: Peer, trace: inout RequestTrace) -> Admission { admission(head) }
    func respond(to request: Request, exchange: Exchange, trace: inout RequestTrace) -> Response? {
        note(&trace)
        return answer(request, exchange)
    }
    func ended(_ report: RequestReport, loop: Int) { self.report(report) }
    func turned(loop: Int, isResting: Bool) { turned() }
    func refusal(_ refusal: Refusal, id: String) -> Response { .text(refusal.code, refusal.status) }
}

extension Response {
    static func text(_ text: String, _ status: Status = .ok) -> Response {
        Response(status, body: .bytes(Array(text.utf8)))
    }
}

/// A clock that moves when it is told to.
final class TestClock: Sendable {
    private let milliseconds = Atomic(0)

    func advance(by duration: Int) { milliseconds.add(duration, ordering: .relaxed) }

    var clock: Clock {
        Clock(
            monotonic: { self.milliseconds.load(ordering: .relaxed) },
            wall: { 784_111_777 }
        )
    }
}

/// A server on a port that the system chose, stopped when it is released.
final class TestServer: Sendable {
    let server: Server
    let port: Int

    init(
        _ application: TestApplication = TestApplication(),
        limits: Limits = Limits(),
        proxies: TrustedProxies = TrustedProxies(),
        tls: TLSIdentity? = nil,
        clock: Clock = .system
    ) throws {
        server = try Server(
            listeners: [Listener(.tcp(host: "127.0.0.1", port: 0), tls == nil ? .application : .tls)],
            loops: 2,
            limits: limits,
            proxies: proxies,
            tls: tls,
            application: application,
            logger: Logger(label: "test"),
            spoolFolder: "/tmp",
            clock: clock
        )
        guard case .tcp(_, let port) = server.boundAddresses.first else { throw Client.Failure() }
        self.port = port
        server.start()
    }

    deinit { server.stop(grace: .zero) {} }

    func connect() throws -> Client { try Client(port: port) }

    /// Sends one request that closes the connection and reads the answer.
    func ask(_ text: String) throws -> String {
        let client = try connect()
        try client.send(text)
        return try client.readToEnd()
    }
}
