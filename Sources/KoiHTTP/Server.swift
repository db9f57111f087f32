import Dispatch
package import Logging
import Synchronization

/// An HTTP/1.1 server: it binds when it is made, serves from `start` on, and ends with `stop`.
package final class Server: Sendable {
    /// The addresses in use, in the order of the listeners, with the port that the system chose for port 0.
    package let boundAddresses: [Listener]

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
    ///   - application: what answers the requests.
    ///   - logger: for what happens to the server itself; requests are not logged here.
    ///   - spoolFolder: an existing folder for the temporary files of large bodies.
    /// - Throws: `ServerError`, naming the address, when it is taken or the system refuses.
    package convenience init(
        listeners: [Listener],
        loops: Int,
        limits: Limits = Limits(),
        application: any Application,
        logger: Logger,
        spoolFolder: String
    ) throws(ServerError) {
        try self.init(
            listeners: listeners,
            loops: loops,
            limits: limits,
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
        application: any Application,
        logger: Logger,
        spoolFolder: String,
        clock: Clock
    ) throws(ServerError) {
        let service = Service(
            application: application,
            limits: limits,
            spoolFolder: spoolFolder,
            clock: clock
        )
        let running = DispatchGroup()
        var sockets: [ListeningSocket] = []
        for listener in listeners {
            sockets.append(try ListeningSocket(listener, backlog: limits.backlog))
        }
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
        boundAddresses = sockets.map(\.address)
        acceptor = Acceptor(listeners: sockets, loops: made)
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

    /// Connections open now.
    package var connectionCount: Int { service.connections.load(ordering: .relaxed) }
}
