import ArgumentParser
import Koi
import KoiHTTP
import Logging

/// `koi serve`: runs the server until it is told to stop.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the API and the pages.",
        discussion: """
            Every flag can also be given by an environment variable, named in brackets; the flag comes first. \
            SIGTERM and SIGINT finish what is in flight and stop; a second one stops at once. SIGHUP has the \
            certificate read again.
            """
    )

    @OptionGroup var options: ServeOptions

    func run() throws {
        let configuration = try options.configuration()
        let log = LogLines.sink(configuration)
        let signals: Signals
        do {
            signals = try serve(configuration, log)
        } catch {
            log.flush()
            throw error
        }
        // The main thread waits, and by its end Koi is gone: whatever is left is a leak.
        signals.stop.wait()
        signals.reload?.end()
    }

    private typealias Signals = (stop: StopSignals, reload: ReloadSignal?)

    private func serve(_ options: Configuration, _ log: LogSink) throws -> Signals {
        var settled = options
        settled.inherited = try ServiceManager.takeSockets(hasCertificate: settled.certificate != nil)
        let descriptors = Process.raiseFileLimit()
        let mustShrink = settled.limits.fit(descriptors: descriptors)
        let configuration = settled
        let logger = LogLines.logger(configuration.logLevel, log)
        if mustShrink {
            logger.notice(
                "The system allows \(descriptors) files: no more than \(configuration.limits.connections) connections fit."
            )
        }
        let koi = try Failure.explained(configuration) { try Koi(configuration, log: log, logger: logger) }
        // Before the loops run, so that no signal finds Koi serving but deaf.
        let signals = StopSignals(logger: logger, log: log) { finish in
            ServiceManager.notify("STOPPING=1")
            koi.stop(completion: finish)
        }
        // Without a certificate the signal ends Koi, as it does when a terminal is closed.
        let reload = koi.hasCertificate ? ReloadSignal { koi.reloadCertificate() } : nil
        let (needsKey, token, isLocked) = try Failure.explained(configuration) {
            try koi.app.perform { transaction in
                (
                    try FirstKey.isMissing(in: transaction),
                    try FirstAdministrator.makeLink(in: transaction),
                    try FirstAdministrator.isMissing(transaction)
                )
            }
        }
        koi.start()
        ServiceManager.notify("READY=1")
        announce(koi, configuration, logger)
        if let token {
            // Behind what was logged before it.
            log.flush()
            welcome(koi, token)
        } else if isLocked {
            logger.notice("\(Self.howToSignIn(configuration))")
        }
        if needsKey { logger.notice("\(Self.howToGetKey(configuration))") }
        return (signals, reload)
    }

    private func announce(_ koi: Koi, _ configuration: Configuration, _ logger: Logger) {
        for listener in koi.server.boundListeners {
            if listener.role == .redirect, let place = WebAddress.plain(listener) {
                logger.notice("Browsers are sent on from \(place) to HTTPS")
            }
            guard let place = Self.place(of: listener) else { continue }
            logger.notice(
                "Koi \(OpenAPI.version) serves \(configuration.dataFolder) at \(place) with \(koi.server.loopGauges.count) loops"
            )
        }
    }

    private static func place(of listener: Listener) -> String? {
        if case .unix(let path, _) = listener.address, listener.role != .commands { return "unix:\(path)" }
        return WebAddress.text(of: listener, reachable: false)
    }

    /// To standard error and not as a line of the log: whoever has the link becomes the administrator, once and within a day.
    ///
    /// That is the terminal where there is one. Under systemd or Docker it is the journal, and whoever may read that has it.
    private func welcome(_ koi: Koi, _ token: String) {
        Output.explain(
            """

            Nobody can sign in yet. Open this link to become the administrator; it is good for one use within a day:

                \(WebAddress.text(of: koi.server.boundListeners))/welcome.html#\(token)

            """
        )
    }

    private static func howToSignIn(_ configuration: Configuration) -> String {
        """
        Nobody can sign in yet. Invite somebody with: koi user add --name NAME --email ADDRESS --role administrator \
        --data \(configuration.dataFolder)
        """
    }

    private static func howToGetKey(_ configuration: Configuration) -> String {
        """
        Nobody has a key yet. Make one with: koi key create --name admin --data \(configuration.dataFolder)
        """
    }
}
