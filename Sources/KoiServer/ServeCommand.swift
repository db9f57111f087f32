import ArgumentParser
import Dispatch
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
            SIGTERM and SIGINT finish what is in flight and stop; a second one stops at once.
            """
    )

    @OptionGroup var options: ServeOptions

    func run() throws {
        Process.raiseFileLimit()
        let configuration = try options.configuration()
        let logger = LogLines.logger(configuration.logLevel)
        let koi = try Failure.explained(configuration) { try Koi(configuration, logger: logger) }
        // Before the loops run, so that no signal finds Koi serving but deaf.
        let signals = StopSignals(logger: logger) { finish in koi.stop(completion: finish) }
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
        announce(koi, configuration, logger)
        if let token {
            welcome(koi, token)
        } else if isLocked {
            logger.notice("\(Self.howToSignIn(configuration))")
        }
        if needsKey { logger.notice("\(Self.howToGetKey(configuration))") }
        withExtendedLifetime(signals) { dispatchMain() }
    }

    private func announce(_ koi: Koi, _ configuration: Configuration, _ logger: Logger) {
        for case .tcp(let host, let port) in koi.server.boundAddresses {
            let name = host.contains(":") ? "[\(host)]" : host
            logger.notice(
                "Koi \(OpenAPI.version) serves \(configuration.dataFolder) at http://\(name):\(port)"
            )
        }
    }

    /// To the terminal and not to the log: whoever has the link becomes the administrator.
    private func welcome(_ koi: Koi, _ token: String) {
        Output.explain(
            """

            Nobody can sign in yet. Open this link to become the administrator; it is good for one use within a day:

                \(WebAddress.text(of: koi.server.boundAddresses))/welcome.html#\(token)

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
