import ArgumentParser
import Koi

/// `koi backup`: makes a backup and prints the folder that it is in.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Make a backup of the database and the files, and check it.",
        discussion: """
            Works beside a running Koi and without one. The folder of the backup alone goes to standard output. \
            The oldest backups beyond the number that is kept (\(Options.backupsKept.variable)) are removed.
            """
    )

    @OptionGroup var options: DataOptions

    func run() throws {
        let configuration = try options.configuration()
        try Place.requireFolder(configuration)
        let name = try Failure.explained(configuration) {
            try Place.open(configuration) { place in
                switch place {
                case .running(let client): try client.backUp()
                case .closed(let workspace): try Backups(workspace.app).make().name.text
                }
            }
        }
        Output.give(DataFolder(configuration.dataFolder).backups + "/" + name)
    }
}
