import ArgumentParser
import Koi
import KoiSQLite

/// `koi check`: reads all of the database and says what is wrong with it.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the database from end to end.",
        discussion: """
            Works beside a running Koi and without one. Each fault is a line on standard output; \
            the exit code is 0 where there is none and 1 where there are some.
            """
    )

    @OptionGroup var options: DataOptions

    func run() throws {
        let configuration = try options.configuration()
        try Place.requireFolder(configuration)
        let folder = DataFolder(configuration.dataFolder)
        let faults = try Failure.explained(configuration) {
            do {
                return try Check.run(folder)
            } catch FolderLockError.locked {
                return try LocalClient(folder: folder).check()
            }
        }
        faults.forEach(Output.give)
        guard faults.isEmpty else {
            Output.explain("The database in \(folder.path) has \(faults.count) faults.")
            throw ExitCode.failure
        }
        Output.explain("The database in \(folder.path) is sound.")
    }
}
