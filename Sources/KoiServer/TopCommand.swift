import ArgumentParser
import Glibc
import Koi

/// `koi top`: how the running Koi does, again and again.
struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Show how the running Koi does.",
        discussion: """
            Asks the Koi of the data folder over its socket, or with --url one elsewhere. Keys: q quits; r, t, e and b sort \
            the routes by requests, time, errors and bytes. With --once, or where standard output is no terminal, it \
            prints once what there was since Koi was started.
            """
    )

    @Flag(help: "Print once and end.")
    var once = false

    @Option(help: ArgumentHelp("How many seconds lie between two looks, from 1 to 3600.", valueName: "SECONDS"))
    var every = 2

    @Option(
        help: ArgumentHelp("The address of a Koi elsewhere: http://HOST:PORT or https://HOST:PORT.", valueName: "URL")
    )
    var url: String?

    @Option(
        help: ArgumentHelp("An API key with the right metrics.read, for --url; else that in KOI_KEY.", valueName: "KEY")
    )
    var key: String?

    @OptionGroup var options: DataOptions

    func validate() throws {
        guard (1...3_600).contains(every) else { throw ValidationError("--every takes 1 to 3600 seconds.") }
    }

    func run() throws {
        let configuration = try options.configuration()
        let source = try self.source(configuration)
        guard !once, isatty(STDOUT_FILENO) == 1, let terminal = Terminal() else { return try printOnce(source) }
        try TopView(source, terminal, every: every).run()
    }

    private func source(_ configuration: Configuration) throws -> MetricsSource {
        if let url { return try MetricsSource(url: url, key: key ?? TopCommand.variable("KOI_KEY")) }
        try Place.requireFolder(configuration)
        return MetricsSource(DataFolder(configuration.dataFolder))
    }

    private func printOnce(_ source: MetricsSource) throws {
        let size = Terminal.size(of: STDOUT_FILENO)
        let screen = TopScreen(width: size?.columns ?? Int(TopCommand.variable("COLUMNS") ?? "") ?? 80)
        for line in screen.lines(TopFigures(try source.read()), of: source.name) { Output.give(line) }
    }

    private static func variable(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }
}
