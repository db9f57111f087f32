import Koi
import KoiJSON

/// Has the running Koi carry out the lines of a company's file, many of one kind in one request, and says which it refuses.
final class CompanySender {
    struct Line {
        let number: Int64
        let operations: [JSONValue]
        let size: Int

        /// `/v1/customers/…`: what comes later may refer to it, so it is done before.
        var kind: String {
            String((operations.last?["path"]?.stringValue ?? "").split(separator: "/").dropFirst().first ?? "")
        }
    }

    /// Of one request: what it may hold, and what is done within its time.
    private static let operations = 300
    private static let bytes = 1 << 20

    private let client: LocalClient
    private var group = Group()
    /// How many lines were refused.
    private(set) var refused: Int64 = 0
    /// What records must have here, and some of the file have not.
    private(set) var missing: Set<String> = []

    init(_ client: LocalClient) {
        self.client = client
    }

    private struct Group {
        var lines: [Line] = []
        var operations = 0
        var bytes = 0

        func takes(_ line: Line) -> Bool {
            guard let kind = lines.first?.kind else { return true }
            return kind == line.kind && operations + line.operations.count <= CompanySender.operations
                && bytes + line.size <= CompanySender.bytes
        }

        mutating func add(_ line: Line) {
            lines.append(line)
            operations += line.operations.count
            bytes += line.size
        }
    }

    /// Sends a line sooner or later.
    func send(_ line: Line) throws {
        if !group.takes(line) { try finish() }
        group.add(line)
    }

    /// Sends what was not sent yet.
    func finish() throws {
        var lines = group.lines
        group = Group()
        while !lines.isEmpty {
            let undone = try carryOut(lines)
            guard undone.count < lines.count else {
                throw Failure("The running Koi has no time for line \(lines[0].number).")
            }
            lines = undone
        }
    }

    /// - Returns: those for which there was no time.
    private func carryOut(_ lines: [Line]) throws -> [Line] {
        let body: JSONValue = ["atomic": false, "operations": .array(lines.flatMap(\.operations))]
        let results = try client.send("POST", "/v1/batch", body)["results"]?.arrayValue ?? []
        guard results.count == lines.reduce(0, { $0 + $1.operations.count }) else {
            throw Failure("The running Koi did not answer for all of lines \(lines[0].number) and following.")
        }
        var undone: [Line] = []
        var place = 0
        for line in lines {
            let failed = results[place..<place + line.operations.count].first {
                ($0["status"]?.integerValue ?? 500) >= 400
            }
            place += line.operations.count
            guard let problem = failed.map({ $0["body"] ?? .null }) else { continue }
            switch problem["code"]?.stringValue {
            case "batch_too_long": undone.append(line)
            // Somebody said otherwise later.
            case "said_later": break
            default: refuse(line, problem)
            }
        }
        return undone
    }

    private func refuse(_ line: Line, _ problem: JSONValue) {
        refused += 1
        let errors = problem["errors"]?.arrayValue ?? []
        let required = errors.filter { $0["code"] == "required" }
        missing.formUnion(required.compactMap { $0["field"]?.stringValue.map { line.kind + ": " + $0 } })
        let sentences = errors.map { "\($0["field"]?.stringValue ?? ""): \($0["message"]?.stringValue ?? "")" }
        let sentence = ([problem["detail"]?.stringValue ?? "refused"] + sentences).joined(separator: " ")
        Output.explain("Line \(line.number): \(sentence)")
    }
}
