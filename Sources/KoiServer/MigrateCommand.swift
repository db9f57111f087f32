import ArgumentParser
import Koi

/// `koi migrate`: brings the database to the schema of this program.
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Bring the database to the schema of this program.",
        discussion: "koi serve does the same when it starts."
    )

    @OptionGroup var options: DataOptions

    func run() throws {
        let configuration = try options.configuration()
        try Failure.explained(configuration) {
            try Place.open(configuration) { place in
                switch place {
                case .running:
                    Output.explain(
                        "Koi runs on \(configuration.dataFolder) and migrated it when it started."
                    )
                case .closed:
                    Output.explain(
                        "The database in \(configuration.dataFolder) has the schema of this program."
                    )
                }
            }
        }
    }
}
