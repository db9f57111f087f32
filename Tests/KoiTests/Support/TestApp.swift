import Dispatch
import KoiHTTP
import KoiJSON
import KoiLock
import KoiSQLite
import Logging
import Synchronization

@testable import Koi

/// Koi in process: an App on a data folder of its own, with a held clock, one user and an API key.
///
/// ```swift
/// let koi = try TestApp()
/// let made = try koi.request(.post, "/v1/customers", ["kind": "company", "name": "Acme"])
/// #expect(made.status == .created)
/// ```
///
/// Safe to use from several threads: requests are taken one after the other, as by one event loop.
final class TestApp: Sendable {
    let folder: TemporaryFolder
    let clock: HeldClock
    let app: App
    /// Of a user named Administrator; sent with each request that does not say otherwise.
    let key: String
    private let loop = DispatchQueue(label: "test.loop")
    private let requests = Atomic(0)

    /// - Parameters:
    ///   - folder: that of an earlier TestApp which was closed, to open its data again.
    ///   - resources: Koi's own unless the test is about another list.
    ///   - rates: how much each may ask; any number unless the test is about that.
    ///   - migrations: applied after Koi's own.
    ///   - seed: of what is random.
    ///   - batchTime: more than any takes unless the test is about that.
    init(
        in folder: TemporaryFolder? = nil,
        clock: HeldClock = HeldClock(),
        resources: [Resource] = Routes.resources,
        migrations: [Migration] = [],
        proxies: TrustedProxies = TrustedProxies(),
        rates: RequestRates = RequestRates(),
        seed: UInt64 = 1,
        batchTime: Duration = .seconds(60),
        options: Database.Options = .test
    ) throws {
        let temporary = try folder ?? TemporaryFolder()
        self.folder = temporary
        self.clock = clock
        let data = DataFolder(temporary.path)
        try data.create()
        try NewDatabase.copy(to: data.database)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let database = try Database(path: data.database, options: options, logger: logger)
        try database.migrate(Migrations.all() + migrations, now: clock.now)
        app = try App(
            resources: resources,
            database: database,
            folder: data,
            webFolder: nil,
            clock: clock.clock,
            randomness: HeldRandomness(seed: seed).randomness,
            limits: Limits(),
            proxies: proxies,
            rates: rates,
            batchTime: batchTime,
            backupsKept: 3,
            passwordCost: .test,
            logger: logger
        )
        key = try app.perform { transaction in
            try APIKey.create(
                name: "test",
                user: FirstUser.ensure(in: transaction),
                in: transaction
            )
        }
    }

    deinit {
        close()
    }

    /// Closes the database, so that its files can be looked at or opened again.
    func close() {
        app.close()
    }

    /// Sends a request and waits for its answer.
    ///
    /// - Parameters:
    ///   - target: path and query.
    ///   - body: sent as `application/json`.
    ///   - key: the test's own where none is given; none is sent where it is empty.
    @discardableResult
    func request(
        _ method: Method = .get,
        _ target: String,
        _ body: JSONValue? = nil,
        key: String? = nil,
        fields: [(String, String)] = [],
        from address: String = "127.0.0.1"
    ) throws -> TestAnswer {
        var all = fields
        if body != nil { all.append(("Content-Type", "application/json")) }
        return try exchange(
            method,
            target,
            body.map { .bytes(Array($0.text.utf8)) } ?? .none,
            key: key,
            fields: all,
            from: address
        )
    }

    /// Sends a body as it is.
    func send(
        _ method: Method,
        _ target: String,
        _ bytes: [UInt8],
        type: String = "application/json",
        fields: [(String, String)] = []
    ) throws -> TestAnswer {
        try exchange(method, target, .bytes(bytes), key: nil, fields: [("Content-Type", type)] + fields)
    }

    private func exchange(
        _ method: Method,
        _ target: String,
        _ body: Body,
        key: String?,
        fields: [(String, String)],
        from address: String = "127.0.0.1"
    ) throws -> TestAnswer {
        TestAnswer(try response(method, target, body, key: key, fields: fields, from: address))
    }

    /// The answer as the server gets it.
    func response(
        _ method: Method,
        _ target: String,
        _ body: Body = .none,
        key: String? = nil,
        fields: [(String, String)] = [],
        from address: String = "127.0.0.1"
    ) throws -> Response {
        answer(to: try make(method, target, body, key, fields, address))
    }

    /// Hands a request over whose answer comes later, through the exchange.
    func begin(_ method: Method, _ target: String, _ exchange: Exchange) throws {
        let request = try make(method, target, .none, nil, [], "127.0.0.1")
        let response = loop.sync {
            var trace = RequestTrace(id: request.id)
            return app.respond(to: request, exchange: exchange, trace: &trace)
        }
        if let response { exchange.respond(response) }
    }

    private func make(
        _ method: Method,
        _ target: String,
        _ body: Body,
        _ key: String?,
        _ fields: [(String, String)],
        _ address: String
    ) throws -> Request {
        var all = fields
        let shown = key ?? self.key
        if !shown.isEmpty { all.append(("Authorization", "Bearer " + shown)) }
        let number = requests.add(1, ordering: .relaxed).newValue
        return Request(
            head: try RequestHead(method, target, fields: Fields(all)),
            body: body,
            peer: Peer(address: address),
            id: "test-\(number)"
        )
    }

    private func answer(to request: Request) -> Response {
        let answered = DispatchSemaphore(value: 0)
        let answer = Lock<Response?>(nil)
        let exchange = Exchange { response in
            answer.withLock { $0 = response }
            answered.signal()
        }
        let response = loop.sync {
            defer { app.turned(loop: 0, isResting: true) }
            var trace = RequestTrace(id: request.id)
            return app.respond(to: request, exchange: exchange, trace: &trace)
        }
        if let response {
            // The exchange would answer 500 when it is released.
            exchange.respond(response)
        }
        answered.wait()
        return answer.withLock { $0 } ?? Response(.internalServerError)
    }
}

/// An answer with its body read.
struct TestAnswer: Sendable {
    let status: Status
    let fields: Fields
    let bytes: [UInt8]

    init(_ response: Response) {
        status = response.status
        fields = response.fields
        switch response.body {
        case .bytes(let bytes): self.bytes = bytes
        case .stream(let source): bytes = TestAnswer.content(of: source)
        case .none, .file, .events: bytes = []
        }
    }

    /// All of a stream, as a client that takes it at once; what was read before it broke off.
    private static func content(of source: any BodySource) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let answered = DispatchSemaphore(value: 0)
            let chunk = Lock<BodyChunk?>(nil)
            source.next { made in
                chunk.withLock { $0 = made }
                answered.signal()
            }
            answered.wait()
            guard case .bytes(let part)? = chunk.withLock({ $0 }) else { return bytes }
            bytes += part
        }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }
    /// The body as JSON; null where it is not.
    var json: JSONValue { (try? JSONReader.read(bytes)) ?? .null }

    /// A member of the body; null where there is none.
    subscript(_ name: String) -> JSONValue { json[name] }
    var code: String? { self["code"].stringValue }
    var items: [JSONValue] { self["items"].arrayValue ?? [] }
}

extension Database.Options {
    /// No budget and no timer plays a part within a test.
    static var test: Database.Options {
        var options = Database.Options(readers: 1, workers: 1)
        options.readBudget = .unlimited
        options.writer.idleTime = .seconds(600)
        return options
    }
}

extension JSONValue {
    /// A member of an object; null where there is none.
    subscript(_ name: String) -> JSONValue { objectValue?[name] ?? .null }
}

extension PasswordCost {
    /// Next to nothing.
    static let test = PasswordCost(n: 16, r: 1, p: 1)
}
