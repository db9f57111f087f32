import ArgumentParser
import Koi
import KoiHTTP

/// `koi user`: who may sign in.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user",
        abstract: "Let people sign in.",
        subcommands: [Add.self, Reset.self]
    )

    /// `koi user add`: makes a user and prints the link by which a password is chosen.
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a user and print an invitation.",
            discussion: """
                Works beside a running Koi and without one. The link alone goes to standard output; whoever opens it first \
                chooses the password.
                """
        )

        @Option(help: "The name of the person.")
        var name: String

        @Option(help: ArgumentHelp("The address to sign in with.", valueName: "ADDRESS"))
        var email: String

        @Option(
            help: ArgumentHelp(
                "What the user may do: administrator, manager, sales, service, viewer or the number of a role; else viewer.",
                valueName: "ROLE"
            )
        )
        var role: String?

        @Option(help: ArgumentHelp("The team of the user.", valueName: "ID"))
        var team: Int64?

        @OptionGroup var options: DataOptions

        func run() throws {
            let request = UserRequest(name: name, email: email, role: role, team: team)
            try UserCommand.giveLink(options.configuration(), good: "seven days") { place in
                switch place {
                case .running(let client): try client.addUser(request)
                case .closed(let workspace): try workspace.app.perform { try request.add(in: $0) }
                }
            }
        }
    }

    /// `koi user reset`: prints a link by which another password is chosen.
    struct Reset: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End the sessions of a user and print a link to choose another password.",
            discussion: """
                Works beside a running Koi and without one. The link alone goes to standard output. \
                The password stays as it is until the link is used.
                """
        )

        @Argument(help: ArgumentHelp("The address that the user signs in with.", valueName: "ADDRESS"))
        var email: String

        @Flag(help: "Take away the second factor, for somebody who has lost it.")
        var secondFactor = false

        @OptionGroup var options: DataOptions

        func run() throws {
            let configuration = try options.configuration()
            try Place.requireFolder(configuration)
            let request = PasswordReset(email: email, removesSecondFactor: secondFactor)
            try UserCommand.giveLink(configuration, good: "one day") { place in
                switch place {
                case .running(let client): try client.resetUser(request)
                case .closed(let workspace): try workspace.app.perform { try request.make(in: $0) }
                }
            }
        }
    }

    private static func giveLink(
        _ configuration: Configuration,
        good time: String,
        _ make: (Place) throws -> String
    ) throws {
        let path = try Failure.explained(configuration) { try Place.open(configuration, make) }
        Output.explain(
            "This link is shown once and is good for one use within \(time). Put the address in front by which browsers reach Koi."
        )
        Output.give(WebAddress.text(of: configuration.allListeners) + path)
    }
}
