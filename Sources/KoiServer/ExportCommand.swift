import ArgumentParser
import Koi

/// `koi export`: writes a list of the running Koi to standard output.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a list of the running Koi to standard output, or all that the company has.",
        discussion: """
            koi export customers --format ndjson --filter 'tier=vip&sort=name' > vip.ndjson
            koi export --company > company.ndjson
            """
    )

    @Argument(help: "Which list: customers.")
    var resource: String?

    @Flag(help: "All that the company has, for another Koi to take in.")
    var company = false

    @Option(help: ArgumentHelp("csv, ndjson or vcard.", valueName: "FORMAT"))
    var format = ExportForm.csv

    @Option(help: ArgumentHelp("Parameters of the list, as in its address.", valueName: "QUERY"))
    var filter: String?

    @OptionGroup var options: DataOptions

    func validate() throws {
        guard company == (resource == nil) else { throw ValidationError("Name a list, or give --company.") }
        guard resource?.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) ?? true, resource != "" else {
            throw ValidationError("The name of a list is in small letters: customers.")
        }
        guard filter?.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }) ?? true else {
            throw ValidationError("Write the filter as it stands in an address, with other characters as %XX.")
        }
    }

    func run() throws {
        let configuration = try options.configuration()
        try Place.requireFolder(configuration)
        try Failure.explained(configuration) {
            let folder = DataFolder(configuration.dataFolder)
            let transfer = LocalTransfer(folder: folder)
            let output = OutputFile.standard
            guard let resource else { return try CompanyExporter(folder, transfer).run { try output.write($0) } }
            let target = "/v1/\(resource)" + (filter.map { "?" + $0 } ?? "")
            try transfer.receive(target, as: format.type) { try output.write($0) }
        }
    }
}

extension ExportForm: ExpressibleByArgument {}
