import ArgumentParser
import Koi

/// The command line of Koi.
@main
struct KoiCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "koi",
        abstract: "A CRM server for small companies, in one binary.",
        version: OpenAPI.version,
        subcommands: [
            ServeCommand.self, DemoCommand.self, KeyCommand.self, UserCommand.self, MigrateCommand.self,
            CheckCommand.self, BackupCommand.self, RestoreCommand.self, HealthCommand.self,
            ImportCommand.self, ExportCommand.self, TopCommand.self, CertCommand.self,
            OpenAPICommand.self,
        ]
    )

    static func main() {
        Process.prepare()
        main(nil)
    }
}
