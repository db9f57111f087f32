import Koi
import KoiJSON

/// `koi import --company`: has the running Koi carry out what the lines of the file say, many in one request.
///
/// Everything in it is named by keys, so it may be taken in again, in part or whole: what is there is changed and not doubled.
struct CompanyImporter {
    private let client: LocalClient
    private let path: String

    init(_ folder: DataFolder, _ path: String) {
        client = LocalClient(folder: folder)
        self.path = path
    }

    /// - Returns: how many lines were not taken.
    func run() throws -> Int64 {
        let (header, trailer, rules) = try check()
        let system = header["system"]?.stringValue ?? ""
        let own = try ownSystem()
        guard own != system else {
            throw Failure("The file is of this very company: its records are here already. Nothing of it was taken in.")
        }
        let meeting = CompanyMeeting(client, rules, system, own: own)
        let takesSettings = try isNew()
        let sender = CompanySender(client)
        try each { number, operations, size in
            if !takesSettings, operations.first?["method"] == "PATCH" { return }
            let line = CompanySender.Line(number: number, operations: operations, size: size)
            guard CompanyMeeting.kinds.contains(line.kind) else {
                let aimed = rules.aimed(operations, at: own)
                return try sender.send(CompanySender.Line(number: number, operations: aimed, size: size))
            }
            if let operation = operations.last, try meeting.isMet(operation, line.kind) { return }
            try sender.send(line)
        }
        try sender.finish()
        explain(header, trailer, sender, takesSettings)
        return sender.refused
    }

    private func ownSystem() throws -> String {
        guard let own = try client.get("/v1/exports?limit=1")["system"]?.stringValue else {
            throw Failure("The running Koi does not say which company it is. Nothing of the file was taken in.")
        }
        return own
    }

    /// The lines between the first and the last, each with its number and size.
    private func each(_ take: (Int64, [JSONValue], Int) throws -> Void) throws {
        let lines = try FileLines(path)
        _ = try lines.next()
        var number: Int64 = 1
        while let bytes = try lines.next(), let operations = try JSONReader.read(bytes).arrayValue {
            number += 1
            try take(number, operations, bytes.count)
        }
    }

    /// Whether nobody works with the Koi yet but its first administrator.
    private func isNew() throws -> Bool {
        func count(_ resource: String) throws -> Int {
            try client.get("/v1/\(resource)?limit=2")["items"]?.arrayValue?.count ?? 0
        }
        return try count("users") < 2 && count("customers") == 0 && count("contacts") == 0
    }

    /// Reads the file through before anything of it is done.
    private func check() throws -> (header: JSONValue, trailer: JSONValue, rules: CompanyRules) {
        let lines = try FileLines(path)
        let digest = RunningDigest()
        guard var last = try lines.next(), let header = try? JSONReader.read(last),
            header["format"] == "koi-company", header["version"] == 1,
            let rules = CompanyRules(header["system"]?.stringValue ?? "")
        else { throw Failure("This is no file of koi export --company that this version of Koi can read.") }
        var number: Int64 = 0
        var foreign: Int64?
        while let line = try lines.next() {
            digest.add(last)
            number += 1
            if number > 1, foreign == nil, !((try? JSONReader.read(last)).map(rules.allows) ?? false) {
                foreign = number
            }
            last = line
        }
        let trailer = try? JSONReader.read(last)
        guard let trailer, trailer["end"] == true, trailer["sha256"]?.stringValue == digest.finish() else {
            throw Failure("The file is not whole, or was changed. Nothing of it was taken in.")
        }
        if let foreign {
            throw Failure("Line \(foreign) asks for what no file of a company says. Nothing of the file was taken in.")
        }
        return (header, trailer, rules)
    }

    private func explain(
        _ header: JSONValue,
        _ trailer: JSONValue,
        _ sender: CompanySender,
        _ takesSettings: Bool
    ) {
        let counts = (header["counts"]?.objectValue ?? [:]).members.map { "\($0.name) \($0.value.integerValue ?? 0)" }
        Output.give("\(counts.joined(separator: ", ")); not taken in: \(sender.refused)")
        for member in (trailer["leftOut"]?.objectValue ?? [:]).members where member.value != 0 {
            Output.explain("Left out when the file was written: \(member.name) \(member.value.integerValue ?? 0)")
        }
        Output.explain("People come without passwords: send each an invitation (koi user reset, POST /v1/invitations).")
        if !takesSettings {
            Output.explain(
                "The settings and the roles that Koi brings along stay as they are here: it is in use already."
            )
        }
        guard !sender.missing.isEmpty else { return }
        let names = sender.missing.sorted().joined(separator: ", ")
        Output.explain(
            "Records were refused since this must be given here: \(names). Make it optional, and take the file in again."
        )
    }
}
