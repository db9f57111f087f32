import ArgumentParser
import Koi

/// `koi export`: writes a list of the running Koi to standard output.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a list of the running Koi to standard output.",
        discussion: "koi export customers --format ndjson --filter 'tier=vip&sort=name' > vip.ndjson"
    )

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case csv
        case ndjson
        case vcard

        var type: String {
            switch self {
            case .csv: "text/csv"
            case .ndjson: "application/x-ndjson"
            case .vcard: "text/vcard"
            }
        }
    }

    @Argument(help: "Which list: customers.")
    var resource: String

    @Option(help: ArgumentHelp("csv, ndjson or vcard.", valueName: "FORMAT"))
    var format = Format.csv

    @Option(help: ArgumentHelp("Parameters of the list, as in its address.", valueName: "QUERY"))
    var filter: String?

    @OptionGroup var options: DataOptions

    func validate() throws {
        guard !resource.isEmpty, resource.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else {
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
            let transfer = LocalTransfer(folder: DataFolder(configuration.dataFolder))
            let target = "/v1/\(resource)" + (filter.map { "?" + $0 } ?? "")
            let output = OutputFile.standard
            try transfer.receive(target, as: format.type) { try output.write($0) }
        }
    }
}
