import ArgumentParser
import Koi

/// `koi restore`: puts a backup in the place of the present data.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in the place of the present data, which is moved aside.",
        discussion: "Refuses while Koi runs, and a backup that does not pass its check."
    )

    @Argument(help: "The folder of a backup, or the name of one in the data folder's backups.")
    var backup: String

    @OptionGroup var options: DataOptions

    func run() throws {
        let configuration = try options.configuration()
        let report = try Failure.explained(configuration) {
            try Restore.run(
                backup,
                into: DataFolder(configuration.dataFolder),
                now: configuration.clock.now()
            )
        }
        Output.explain("\(report)")
    }
}
