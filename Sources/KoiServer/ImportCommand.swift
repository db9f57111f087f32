import ArgumentParser
import Glibc
import Koi
import KoiJSON

/// `koi import`: has the running Koi take a file in.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Have the running Koi take the rows of a file in.",
        discussion: """
            Reads CSV, JSON lines and cards (vCard). Columns go to the fields that their headings name, in English or \
            Chinese. With --company it reads what koi export --company has written. Ends with 1 where rows were not taken in.
            """
    )

    @Argument(help: "The file.")
    var file: String

    @Option(name: .customLong("as"), help: ArgumentHelp("Of which resource the rows are.", valueName: "RESOURCE"))
    var resource: String?

    @Flag(help: "It is all that a company had in another Koi.")
    var company = false

    @Option(
        help: ArgumentHelp(
            "Change records that have the same value of this field, and add the others.",
            valueName: "FIELD"
        )
    )
    var key: String?

    @Flag(help: "Only try.")
    var dryRun = false

    @Flag(help: "Take rows in also where such a record may be there already.")
    var allowDuplicates = false

    @Option(help: ArgumentHelp("Where to write the rows that were not taken in.", valueName: "FILE"))
    var errors: String?

    @OptionGroup var options: DataOptions

    func validate() throws {
        guard company == (resource == nil) else {
            throw ValidationError("Say with --as of which resource the rows are, or give --company.")
        }
        guard !company || (key == nil && !dryRun && !allowDuplicates && errors == nil) else {
            throw ValidationError("--company takes none of --key, --dry-run, --allow-duplicates and --errors.")
        }
    }

    func run() throws {
        let configuration = try options.configuration()
        try Place.requireFolder(configuration)
        let refused = try Failure.explained(configuration) {
            let folder = DataFolder(configuration.dataFolder)
            guard let resource else { return try CompanyImporter(folder, file).run() }
            return try ImportRunner(folder, self, resource).run()
        }
        guard refused == 0 else { throw ExitCode(1) }
    }
}

/// One import on behalf of the command line.
private struct ImportRunner {
    private let client: LocalClient
    private let transfer: LocalTransfer
    private let command: ImportCommand
    private let resource: String
    private let isTerminal = isatty(STDERR_FILENO) == 1

    init(_ folder: DataFolder, _ command: ImportCommand, _ resource: String) {
        self.resource = resource
        client = LocalClient(folder: folder)
        transfer = LocalTransfer(folder: folder)
        self.command = command
    }

    /// - Returns: how many rows were not taken in.
    func run() throws -> Int64 {
        let made = try upload()
        guard let id = made["id"]?.integerValue else { throw Failure("The running Koi gave no number for the import.") }
        explain(made)
        var settings: JSONObject = ["dryRun": .bool(command.dryRun)]
        if command.allowDuplicates { settings["allowDuplicate"] = true }
        if let key = command.key {
            settings["mode"] = "createOrUpdate"
            settings["key"] = .string(key)
        }
        _ = try client.send("PATCH", "/v1/imports/\(id)", .object(settings))
        _ = try client.send("PUT", "/v1/imports/\(id)/execution")
        let end = try wait(for: id)
        let refused = end["counts"]?["refused"]?.integerValue ?? 0
        if refused > 0, let path = command.errors { try keepErrors(of: id, at: path) }
        Output.give(ImportRunner.sentence(end))
        if let problem = end["error"]?["message"]?.stringValue { throw Failure(problem) }
        return refused
    }

    private func upload() throws -> JSONValue {
        let descriptor = open(command.file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure("The file \(command.file) cannot be read: \(String(cString: strerror(errno))).")
        }
        defer { close(descriptor) }
        let name = command.file.split(separator: "/").last.map(String.init) ?? command.file
        let target = "/v1/imports?resource=\(escaped(resource))&name=\(escaped(name))"
        return try transfer.send(target, descriptor, type: "application/octet-stream")
    }

    private func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            let digits = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(decoding: [byte], as: UTF8.self) : "%" + (digits.count < 2 ? "0" : "") + digits
        }.joined()
    }

    private func explain(_ made: JSONValue) {
        for column in made["columns"]?.arrayValue ?? [] {
            let heading = column["heading"]?.stringValue ?? ""
            Output.explain("\(heading) → \(column["target"]?.stringValue ?? "(left out)")")
        }
    }

    private func wait(for id: Int64) throws -> JSONValue {
        while true {
            let now = try client.get("/v1/imports/\(id)")
            let isAtWork = now["state"] == "running"
            if isTerminal {
                Output.tell("\r" + ImportRunner.progress(now) + "\u{1B}[K" + (isAtWork ? "" : "\r\u{1B}[K"))
            }
            guard isAtWork else { return now }
            usleep(300_000)
        }
    }

    private static func progress(_ now: JSONValue) -> String {
        let done = now["progress"]?["done"]?.integerValue ?? 0
        let total = now["progress"]?["total"]?.integerValue ?? 0
        let share = total > 0 ? Int(Double(done) / Double(total) * 100) : 100
        let left = now["progress"]?["secondsLeft"]?.integerValue.map { ", \($0) s left" } ?? ""
        return "\(share) %, \(now["counts"]?["rows"]?.integerValue ?? 0) rows\(left)"
    }

    private static func sentence(_ end: JSONValue) -> String {
        let counts = ["rows", "created", "changed", "unchanged", "refused"].map { name in
            "\(name) \(end["counts"]?[name]?.integerValue ?? 0)"
        }
        return
            "import \(end["id"]?.integerValue ?? 0): \(end["state"]?.stringValue ?? ""), \(counts.joined(separator: ", "))"
    }

    private func keepErrors(of id: Int64, at path: String) throws {
        let file = try OutputFile(path)
        try transfer.receive("/v1/imports/\(id)/errors", as: "*/*") { try file.write($0) }
    }
}
