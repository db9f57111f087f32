import KoiJSON

/// The name of what came of an earlier operation of a batch: `acme` for the number of the record that it answered with,
/// `acme.owner` for another member of its answer.
struct BatchReference: Equatable {
    let operation: String
    let member: String

    /// - Parameter text: without the `$` that it has in a path.
    init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, !first.isEmpty, first.utf8.allSatisfy(BatchReference.isNameByte),
            parts.count == 1 || !parts[1].isEmpty
        else { return nil }
        operation = String(first)
        member = parts.count == 1 ? "id" : String(parts[1])
    }

    static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// What stands in the place of a value: `{"$ref": "acme"}`.
    private static let member = "$ref"

    /// Whether a value is one, and which; nil within for one that cannot be read.
    private static func read(_ value: JSONValue) -> BatchReference?? {
        guard case .object(let object) = value, object.count == 1, let text = object[member] else { return .none }
        return .some(text.stringValue.flatMap(BatchReference.init))
    }

    /// A value with each reference replaced.
    ///
    /// Goes no deeper than the reader lets a body go.
    static func replaced(_ value: JSONValue, _ result: (BatchReference?) throws -> JSONValue) rethrows -> JSONValue {
        if let reference = read(value) { return try result(reference) }
        switch value {
        case .array(let items): return .array(try items.map { try replaced($0, result) })
        case .object(let object):
            let members = try object.members.map {
                JSONObject.Member(name: $0.name, value: try replaced($0.value, result))
            }
            return .object(JSONObject(members))
        case .null, .bool, .integer, .number, .string: return value
        }
    }

    /// A path with each reference replaced: those are whole segments, and stand before the query.
    static func replaced(
        inPath path: String,
        _ result: (BatchReference?) throws -> String
    ) rethrows -> String {
        guard path.utf8.contains(UInt8(ascii: "$")) else { return path }
        let parts = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let segments = try (parts.first ?? "").split(separator: "/", omittingEmptySubsequences: false).map { segment in
            segment.hasPrefix("$") ? try result(BatchReference(String(segment.dropFirst()))) : String(segment)
        }
        return ([segments.joined(separator: "/")] + parts.dropFirst().map(String.init)).joined(separator: "?")
    }
}

extension BatchOperation {
    /// All references in order; nil for one that cannot be read.
    var references: [BatchReference?] {
        var found: [BatchReference?] = []
        _ = BatchReference.replaced(inPath: path) {
            found.append($0)
            return ""
        }
        _ = BatchReference.replaced(body) {
            found.append($0)
            return .null
        }
        return found
    }
}
