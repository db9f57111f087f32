import Foundation
import Glibc
package import KoiHTTP
package import Logging

/// How a running Koi is set up; `koi serve` fills it from flags and environment.
package struct Configuration: Sendable {
    package var dataFolder = "koi-data"
    package var listeners: [ListenAddress] = [.tcp(host: "127.0.0.1", port: 8080, .byCertificate)]
    /// The permissions of the Unix sockets among them.
    package var socketMode: UInt32 = 0o660
    /// The PEM files to serve HTTPS with.
    package var certificate: String?
    package var key: String?
    /// Where browsers are sent on to HTTPS.
    package var redirects: [ListenAddress] = []
    /// How many days browsers are to remember that there is HTTPS.
    package var strictDays = 365
    /// Sockets that a service manager passed on, served in place of `listeners` and `redirects`.
    package var inherited: [Listener] = []
    /// Event loops, each with a thread's worth of work; nil for one for each core.
    package var loops: Int?
    package var backupsKept = 7
    package var backsUpDaily = true
    /// How long it is kept who read what is held back from others, what was refused, and who failed to sign in.
    package var accessDays = 180
    /// The most writes that share one commit.
    package var writeGroup = 256
    /// Writes that may wait for their turn, and for how many milliseconds; reads that may wait for a worker.
    package var waitingWrites = 4096
    package var writeWait = 10_000
    package var waitingReads = 64
    /// Requests within a minute of a key or session, and of an address that shows neither; nil for any number.
    package var requestsPerKey: Int? = 6000
    package var requestsPerAddress: Int? = 3000
    /// Whether messages go into a folder in place of the network.
    package var keepsMessages = false
    package var passwordCost = PasswordCost.standard
    package var limits = Limits()
    package var proxies = TrustedProxies()
    /// Where requests that Koi makes may go.
    package var outgoing = AddressPolicy()
    package var logLevel = Logger.Level.info
    package var logFormat = LogFormat.Choice.auto
    package var loggedRequests = LoggedRequests.all
    package var clock = Clock.system
    package var randomness = Randomness.system

    package init() {}
}

/// A running Koi: the data folder locked, the database migrated, the server listening.
package final class Koi: Sendable {
    package let app: App
    package let server: Server
    private let jobs: JobWorker
    private let outbox: OutboxWorker
    private let webhooks: WebhookWorker
    private let workspace: Workspace
    private let tls: TLSIdentity?
    private let logger: Logger

    /// Opens the data folder and binds the addresses; serves from `start` on.
    ///
    /// - Throws: an error whose description says what to do: a folder in use, a newer database, an address in use.
    ///
    /// - Parameters:
    ///   - log: for the lines of requests; none are written where there is none.
    ///   - logger: for all other lines.
    package init(_ configuration: Configuration, log: LogSink? = nil, logger: Logger) throws {
        let loops = configuration.loops ?? ProcessInfo.processInfo.activeProcessorCount
        self.logger = logger
        // Before anything is opened: a wrong path is the first thing to be told.
        tls = try configuration.identity()
        tls?.warn(logger)
        workspace = try Workspace(configuration, readers: loops, log: log, logger: logger)
        app = workspace.app
        jobs = try JobWorker(
            app,
            kinds: JobKinds.all(backsUpDaily: configuration.backsUpDaily, accessDays: configuration.accessDays)
        )
        try jobs.prepare()
        outbox = try OutboxWorker(app, isDry: configuration.keepsMessages)
        webhooks = try WebhookWorker(app)
        server = try Server(
            listeners: configuration.allListeners + [Listener(.unix(path: app.folder.socket, mode: 0o600), .commands)],
            loops: loops,
            limits: configuration.limits,
            proxies: configuration.proxies,
            tls: tls,
            application: app,
            logger: logger,
            spoolFolder: app.folder.spool
        )
        app.observation.watch(server, tls)
    }

    package func start() {
        app.logHead("start")
        jobs.start()
        outbox.start()
        webhooks.start()
        server.start()
    }

    /// Whether there is a certificate, which `reloadCertificate` reads again.
    package var hasCertificate: Bool { tls != nil }

    /// Reads certificate and key anew; connections go on, and where the files are not good, so does the old certificate.
    package func reloadCertificate() {
        guard let tls else { return }
        do throws(CertificateError) {
            try tls.reload()
            logger.notice("The certificate was read again.")
            tls.warn(logger)
        } catch {
            logger.error("The certificate stays as it was: \(error)")
        }
    }

    /// Finishes what is in flight, empties the WAL into the database and lets go of the folder.
    package func stop(grace: Duration = .seconds(10), completion: @escaping @Sendable () -> Void) {
        app.observation.stop()
        app.polls.stop()
        server.stop(grace: grace) {
            self.outbox.stop()
            self.webhooks.stop()
            self.jobs.stop()
            self.app.logHead("stop")
            self.workspace.close()
            completion()
        }
    }
}
