import ArgumentParser
import Koi

/// `koi key`: the API keys.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make API keys.",
        subcommands: [Create.self]
    )

    /// `koi key create`: prints the new key alone, so that `KEY=$(koi key create --name shop)` holds it.
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an API key and print it.",
            discussion: """
                Works beside a running Koi and without one. The key alone goes to standard output. \
                Koi keeps only its hash: it cannot be shown again.
                """
        )

        @Option(help: "What the key is for, as it will stand in lists of keys.")
        var name: String

        @Option(
            help: ArgumentHelp(
                "The user on whose behalf it acts; else the first one.",
                valueName: "ID"
            )
        )
        var user: Int64?

        @OptionGroup var options: DataOptions

        func run() throws {
            let configuration = try options.configuration()
            let key = try Failure.explained(configuration) {
                let request = try KeyRequest(name: name, user: user)
                return try Place.open(configuration) { place in
                    switch place {
                    case .running(let client):
                        try client.makeKey(request)
                    case .closed(let workspace):
                        try workspace.app.perform { try request.make(in: $0) }
                    }
                }
            }
            Output.explain(
                "This key is shown once; Koi keeps only its hash. Send it as Authorization: Bearer KEY."
            )
            Output.give(key)
        }
    }
}
