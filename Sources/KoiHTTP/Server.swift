import Dispatch
package import Logging
import Synchronization

/// An HTTP/1.1 server: it binds when it is made, serves from `start` on, and ends with `stop`.
package final class Server: Sendable {
    /// The listeners in use, in their order, with the port that the system chose for port 0.
    package let boundListeners: [Listener]

    package var boundAddresses: [Listener.Address] { boundListeners.map(\.address) }

    private let service: Service
    private let loops: [EventLoop]
    private let acceptor: Acceptor
    private let logger: Logger
    private let running: DispatchGroup
    private let isStopping = Atomic(false)

    /// Binds all listeners.
    ///
    /// - Parameters:
    ///   - listeners: the addresses to serve at.
    ///   - loops: how many event loops serve, at least 1; one per core is best.
    ///   - limits: the bounds on what clients may do.
    ///   - proxies: whose word is taken for who asks.
    ///   - tls: what listeners with TLS show; none of them serves without it.
    ///   - application: what answers the requests.
    ///   - logger: for what happens to the server itself; requests are not logged here.
    ///   - spoolFolder: an existing folder for the temporary files of large bodies.
    /// - Throws: `ServerError`, naming the address, when it is taken or the system refuses.
    package convenience init(
        listeners: [Listener],
        loops: Int,
        limits: Limits = Limits(),
        proxies: TrustedProxies = TrustedProxies(),
        tls: TLSIdentity? = nil,
        application: any Application,
        logger: Logger,
        spoolFolder: String
    ) throws(ServerError) {
        try self.init(
            listeners: listeners,
            loops: loops,
            limits: limits,
            proxies: proxies,
            tls: tls,
            application: application,
            logger: logger,
            spoolFolder: spoolFolder,
            clock: .system
        )
    }

    init(
        listeners: [Listener],
        loops: Int,
        limits: Limits,
        proxies: TrustedProxies = TrustedProxies(),
        tls: TLSIdentity? = nil,
        application: any Application,
        logger: Logger,
        spoolFolder: String,
        clock: Clock
    ) throws(ServerError) {
        let sockets = try Binding(listeners: listeners, backlog: limits.backlog).sockets()
        boundListeners = zip(sockets, listeners).compactMap { sockets, listener in
            sockets.first.map { Listener($0.address, listener.role) }
        }
        let service = Service(
            application: application,
            limits: limits,
            proxies: proxies,
            tls: tls,
            httpsPort: Server.httpsPort(boundListeners),
            spoolFolder: spoolFolder,
            clock: clock,
            logger: logger
        )
        let running = DispatchGroup()
        var made: [EventLoop] = []
        for index in 0..<max(1, loops) {
            made.append(
                try EventLoop(index: index, service: service, onFinish: { running.leave() })
            )
        }
        self.service = service
        self.running = running
        self.loops = made
        self.logger = logger
        acceptor = Acceptor(listeners: sockets.flatMap { $0 }, loops: made)
    }

    /// The port by which browsers reach the first listener with TLS.
    private static func httpsPort(_ listeners: [Listener]) -> Int? {
        for listener in listeners where listener.role == .tls {
            if case .tcp(_, let port) = listener.address { return port }
        }
        return nil
    }

    /// Begins to serve.
    ///
    /// To be called once.
    package func start() {
        for loop in loops {
            running.enter()
            loop.start(acceptor: loop.index == 0 ? acceptor : nil)
        }
        logger.debug("Serving", metadata: ["loops": "\(loops.count)"])
    }

    /// Stops accepting, closes idle connections, and lets requests in flight finish; their answers
    /// say `Connection: close`.
    ///
    /// What is not done after `grace` is broken off.
    ///
    /// - Parameters:
    ///   - grace: how long requests in flight may take.
    ///   - completion: called once on a queue of its own, when no connection is left.
    package func stop(grace: Duration, completion: @escaping @Sendable () -> Void) {
        let (seconds, attoseconds) = grace.components
        let milliseconds = Int(clamping: seconds).multipliedReportingOverflow(by: 1000)
        let length =
            milliseconds.overflow
            ? Int.max / 2 : milliseconds.partialValue + Int(attoseconds / 1_000_000_000_000_000)
        let deadline = service.clock.monotonic() + min(max(0, length), Int.max / 2)
        running.notify(queue: DispatchQueue(label: "koi.server.stopped"), execute: completion)
        // The accepting loop tells the others; a second stop may shorten the grace of all.
        let isFirst = !isStopping.exchange(true, ordering: .relaxed)
        for loop in isFirst ? loops.prefix(1) : loops[...] { loop.post(.stop(deadline: deadline)) }
    }

    /// How each loop does, in their order.
    package var loopGauges: [LoopGauge] { loops.map(\.gauge) }

    /// How handshakes ended; nil without a certificate.
    package var handshakes: TLSCounts? { service.tls?.counts }

    /// Connections open now.
    package var connectionCount: Int { service.connections.load(ordering: .relaxed) }

    /// What was done to hold the limits.
    package var counts: ServerCounts { service.counts }

    /// Bytes of bodies and of what clients sent ahead that are held in memory now, beyond a small body of each connection.
    package var bufferedBytes: Int { service.buffered.inUse }

    /// Bytes of bodies in files now.
    package var spooledBytes: Int { service.spooled.inUse }
}
