import ArgumentParser
import Koi

/// `koi health`: whether a Koi runs on the data folder and can work; for containers, which have no curl.
struct HealthCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "health",
        abstract: "Ask the running Koi whether it is well.",
        discussion: "Exit code 0 when it answers and can write, 1 when not. Touches nothing."
    )

    @OptionGroup var options: DataOptions

    func run() throws {
        let configuration = try options.configuration()
        try Place.requireFolder(configuration)
        try LocalClient(folder: DataFolder(configuration.dataFolder)).requireHealth()
        Output.give("ok")
    }
}
