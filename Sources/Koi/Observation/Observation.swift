import KoiHTTP
import KoiLock
package import Logging
import Synchronization

/// What Koi knows of itself: its requests, for the log and for metrics, and the server that they come through.
package final class Observation: Sendable {
    /// How requests are logged.
    package struct Settings: Sendable {
        package var sink: LogSink?
        package var requests = LoggedRequests.all
        package var level = Logger.Level.info

        package init(sink: LogSink? = nil, requests: LoggedRequests = .all, level: Logger.Level = .info) {
            self.sink = sink
            self.requests = requests
            self.level = level
        }
    }

    let meter: RequestMeter
    let sink: LogSink?
    /// When Koi was started, in milliseconds since 1970.
    let startedAt: Int64
    private let log: RequestLog?
    private let watched = Lock(Watched())
    private let isStopping = Atomic(false)

    private struct Watched {
        var server: Server?
        var identity: TLSIdentity?
    }

    init(_ settings: Settings, routes: [Route], loops: Int, startedAt: Int64) {
        meter = RequestMeter(routes: routes, loops: loops)
        self.startedAt = startedAt
        sink = settings.sink
        let streamRoute = meter.streamRoute
        log = settings.sink.map {
            RequestLog($0, settings.requests, level: settings.level, loops: loops, streamRoute: streamRoute)
        }
        settings.sink?.name(meter.routes.map(\.pattern))
    }

    /// Has the metrics speak of a server, too, and of what it shows to clients of TLS.
    func watch(_ server: Server, _ identity: TLSIdentity?) {
        watched.withLock { $0 = Watched(server: server, identity: identity) }
    }

    /// Koi has begun to stop, and should be asked no more.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        watched.withLock { $0 = Watched() }
    }

    var server: Server? { watched.withLock { $0.server } }
    var identity: TLSIdentity? { watched.withLock { $0.identity } }
    var stops: Bool { isStopping.load(ordering: .relaxed) }

    // MARK: On a loop

    func ended(_ report: RequestReport, on loop: Int) {
        meter.end(report, on: loop)
        log?.note(report, on: loop)
    }

    func turned(on loop: Int) {
        log?.turn(on: loop)
    }
}
