import Foundation
import Glibc
package import KoiHTTP
package import Logging

/// How a running Koi is set up; `koi serve` fills it from flags and environment.
package struct Configuration: Sendable {
    package var dataFolder = "koi-data"
    package var listeners: [Listener] = [.tcp(host: "127.0.0.1", port: 8080)]
    /// Event loops, each with a thread's worth of work; nil for one for each core.
    package var loops: Int?
    package var backupsKept = 7
    package var backsUpDaily = true
    /// How long it is kept who read what is held back from others, what was refused, and who failed to sign in.
    package var accessDays = 180
    /// The most writes that share one commit.
    package var writeGroup = 256
    package var passwordCost = PasswordCost.standard
    package var limits = Limits()
    package var logLevel = Logger.Level.info
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
    private let workspace: Workspace

    /// Opens the data folder and binds the addresses; serves from `start` on.
    ///
    /// - Throws: an error whose description says what to do: a folder in use, a newer database, an address in use.
    package init(_ configuration: Configuration, logger: Logger) throws {
        let loops = configuration.loops ?? ProcessInfo.processInfo.activeProcessorCount
        workspace = try Workspace(configuration, readers: loops, logger: logger)
        app = workspace.app
        jobs = try JobWorker(
            app,
            kinds: JobKinds.all(backsUpDaily: configuration.backsUpDaily, accessDays: configuration.accessDays)
        )
        try jobs.prepare()
        outbox = try OutboxWorker(app)
        server = try Server(
            listeners: configuration.listeners + [.unix(path: app.folder.socket, mode: 0o600)],
            loops: loops,
            limits: configuration.limits,
            application: app,
            logger: logger,
            spoolFolder: app.folder.spool
        )
    }

    package func start() {
        app.logHead("start")
        app.signIn.passwords.calibrate()
        jobs.start()
        outbox.start()
        server.start()
    }

    /// Finishes what is in flight, empties the WAL into the database and lets go of the folder.
    package func stop(grace: Duration = .seconds(10), completion: @escaping @Sendable () -> Void) {
        server.stop(grace: grace) {
            self.outbox.stop()
            self.jobs.stop()
            self.app.logHead("stop")
            self.workspace.close()
            completion()
        }
    }
}
