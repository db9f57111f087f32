import Koi
import KoiJSON

/// `koi import --company`: has the running Koi carry out what the lines of the file say, many in one request.
///
/// Everything in it is named by keys, so it may be taken in again, in part or whole: what is there is changed and not doubled.
struct CompanyImporter {
    /// Of one request: what it may hold, and what is done within its time.
    private static let operations = 300
    private static let bytes = 1 << 20

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
        guard let own = try client.get("/v1/exports?limit=1")["system"]?.stringValue else {
            throw Failure("The running Koi does not say which company it is. Nothing of the file was taken in.")
        }
        guard own != system else {
            throw Failure("The file is of this very company: its records are here already. Nothing of it was taken in.")
        }
        let meeting = CompanyMeeting(client, rules, system, own: own)
        let takesSettings = try isNew()
        var missing: Set<String> = []
        let lines = try FileLines(path)
        _ = try lines.next()
        var group = Group()
        var number: Int64 = 1
        var refused: Int64 = 0
        while let bytes = try lines.next() {
            number += 1
            guard let operations = try JSONReader.read(bytes).arrayValue else { break }
            var line = Line(number: number, operations: operations, size: bytes.count)
            if !takesSettings, operations.first?["method"] == "PATCH" { continue }
            if CompanyMeeting.kinds.contains(line.kind) {
                if let operation = operations.last, try meeting.isMet(operation, line.kind) { continue }
            } else {
                line = Line(number: number, operations: rules.aimed(operations, at: own), size: bytes.count)
            }
            if !group.takes(line) { refused += try send(&group, &missing) }
            group.add(line)
        }
        refused += try send(&group, &missing)
        explain(header, trailer, refused)
        if !takesSettings {
            Output.explain(
                "The settings and the roles that Koi brings along stay as they are here: it is in use already."
            )
        }
        if !missing.isEmpty {
            let names = missing.sorted().joined(separator: ", ")
            Output.explain(
                "Records were refused since this must be given here: \(names). Make it optional, and take the file in again."
            )
        }
        return refused
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

    private func explain(_ header: JSONValue, _ trailer: JSONValue, _ refused: Int64) {
        let counts = (header["counts"]?.objectValue ?? [:]).members.map { "\($0.name) \($0.value.integerValue ?? 0)" }
        Output.give("\(counts.joined(separator: ", ")); not taken in: \(refused)")
        for member in (trailer["leftOut"]?.objectValue ?? [:]).members where member.value != 0 {
            Output.explain("Left out when the file was written: \(member.name) \(member.value.integerValue ?? 0)")
        }
        Output.explain("People come without passwords: send each an invitation (koi user reset, POST /v1/invitations).")
    }

    // MARK: Requests

    private struct Line {
        let number: Int64
        let operations: [JSONValue]
        let size: Int

        /// `/v1/customers/…`: what comes later may refer to it, so it is done before.
        var kind: String {
            String((operations.last?["path"]?.stringValue ?? "").split(separator: "/").dropFirst().first ?? "")
        }
    }

    private struct Group {
        var lines: [Line] = []
        var operations = 0
        var bytes = 0

        func takes(_ line: Line) -> Bool {
            guard let kind = lines.first?.kind else { return true }
            return kind == line.kind && operations + line.operations.count <= CompanyImporter.operations
                && bytes + line.size <= CompanyImporter.bytes
        }

        mutating func add(_ line: Line) {
            lines.append(line)
            operations += line.operations.count
            bytes += line.size
        }
    }

    /// - Returns: how many lines were refused.
    private func send(_ group: inout Group, _ missing: inout Set<String>) throws -> Int64 {
        var lines = group.lines
        group = Group()
        var refused: Int64 = 0
        while !lines.isEmpty {
            let (failed, undone) = try carryOut(lines, &missing)
            refused += failed
            guard undone.count < lines.count else {
                throw Failure("The running Koi has no time for line \(lines[0].number).")
            }
            lines = undone
        }
        return refused
    }

    /// - Returns: how many lines were refused, and those for which there was no time.
    private func carryOut(_ lines: [Line], _ missing: inout Set<String>) throws -> (refused: Int64, undone: [Line]) {
        let body: JSONValue = ["atomic": false, "operations": .array(lines.flatMap(\.operations))]
        let results = try client.send("POST", "/v1/batch", body)["results"]?.arrayValue ?? []
        guard results.count == lines.reduce(0, { $0 + $1.operations.count }) else {
            throw Failure("The running Koi did not answer for all of lines \(lines[0].number) and following.")
        }
        var refused: Int64 = 0
        var undone: [Line] = []
        var place = 0
        for line in lines {
            let failed = results[place..<place + line.operations.count].first {
                ($0["status"]?.integerValue ?? 500) >= 400
            }
            place += line.operations.count
            guard let problem = failed.map({ $0["body"] ?? .null }) else { continue }
            if problem["code"] == "batch_too_long" {
                undone.append(line)
                // Somebody said otherwise later.
            } else if problem["code"] != "said_later" {
                refused += 1
                let errors = (problem["errors"]?.arrayValue ?? []).filter { $0["code"] == "required" }
                missing.formUnion(errors.compactMap { $0["field"]?.stringValue.map { line.kind + ": " + $0 } })
                Output.explain("Line \(line.number): \(CompanyImporter.sentence(problem))")
            }
        }
        return (refused, undone)
    }

    private static func sentence(_ problem: JSONValue) -> String {
        let errors = (problem["errors"]?.arrayValue ?? []).map { error in
            "\(error["field"]?.stringValue ?? ""): \(error["message"]?.stringValue ?? "")"
        }
        return ([problem["detail"]?.stringValue ?? "refused"] + errors).joined(separator: " ")
    }
}
