import Foundation

/// A mail that says that another could not be delivered (RFC 3464), read as far as it tells which one and why.
///
/// Written by strangers: everything that is looked at has a bound, and nothing recurses.
package struct MailReport: Equatable, Sendable {
    static let maximumBytes = 1 << 20
    private static let maximumParts = 50
    private static let maximumDepth = 5
    private static let maximumFields = 300

    /// Marks of messages of Koi, in the order in which they were found.
    package private(set) var tokens: [String] = []
    /// As RFC 3464 §2.3.3 has it: `failed`, `delayed`, `delivered`.
    private(set) var action: String?
    /// RFC 3463: `5.1.1`.
    package private(set) var status: String?
    package private(set) var diagnostic: String?

    /// Whether it will never be delivered.
    var isFinal: Bool { action == "failed" || action == nil && status?.hasPrefix("5.") == true }

    /// Whether there is no such address, or none any more (RFC 3463 §3.2, §3.3, §3.5).
    var isOfAddress: Bool {
        guard isFinal, let status else { return false }
        return status.hasPrefix("5.1.") || ["5.2.0", "5.2.1", "5.4.4"].contains(status)
    }

    package init(_ bytes: [UInt8]) {
        var waiting: [(part: ArraySlice<UInt8>, depth: Int)] = [(bytes.prefix(MailReport.maximumBytes), 0)]
        var count = 0
        while let (part, depth) = waiting.popLast(), count < MailReport.maximumParts {
            count += 1
            let entity = MailEntity(part, maximumFields: MailReport.maximumFields)
            if depth == 0 { addMarks(of: entity) }
            switch entity.type {
            case "message/delivery-status", "message/global-delivery-status": addStatus(entity.content)
            case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers":
                addID(of: MailEntity(entity.content[...], maximumFields: MailReport.maximumFields))
            default:
                guard let boundary = entity.boundary, depth < MailReport.maximumDepth else { continue }
                let parts = MailEntity.parts(of: entity.body, boundary, limit: MailReport.maximumParts)
                waiting += parts.reversed().map { ($0, depth + 1) }
            }
        }
    }

    /// It comes to the address that the mail named as its sender, which has the mark behind a plus sign.
    private mutating func addMarks(of entity: MailEntity) {
        for name in ["to", "delivered-to", "x-original-to", "envelope-to"] {
            for value in entity.values(name) { addTokens(in: value, after: "+") }
        }
    }

    private mutating func addID(of entity: MailEntity) {
        for value in entity.values("message-id") { addTokens(in: value, after: "koi.") }
    }

    /// Behind the mark 32 hexadecimal digits, and then an `@`.
    private mutating func addTokens(in text: String, after mark: String) {
        let bytes = Array(text.lowercased().utf8.prefix(2_000))
        let mark = Array(mark.utf8)
        guard bytes.count >= mark.count + 33 else { return }
        for start in 0...(bytes.count - mark.count - 33) where bytes[start..<(start + mark.count)].elementsEqual(mark) {
            let token = bytes[(start + mark.count)..<(start + mark.count + 32)]
            let isToken = token.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                    || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
            }
            let found = String(decoding: token, as: UTF8.self)
            if isToken, bytes[start + mark.count + 32] == UInt8(ascii: "@"), !tokens.contains(found) {
                tokens.append(found)
            }
        }
    }

    /// RFC 3463 §2: three numbers, the first of one digit and the others of three at most; what stands behind is a comment.
    private static func status(_ value: String) -> String? {
        let code = value.trimmingSpaces.utf8.prefix {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".")
        }
        return code.isEmpty || code.count > 9 ? nil : String(code)
    }

    /// RFC 3464 §2.1: fields of the message, and then of each recipient; the gravest counts.
    private mutating func addStatus(_ content: [UInt8]) {
        var rest = content[...]
        for _ in 0..<MailReport.maximumParts where !rest.isEmpty {
            let group = MailEntity(rest, maximumFields: MailReport.maximumFields)
            rest = group.body
            guard let action = group.values("action").first?.trimmingSpaces.lowercased() else { continue }
            guard self.action != "failed" else { return }
            self.action = action
            status = group.values("status").first.flatMap(MailReport.status)
            diagnostic = group.values("diagnostic-code").first.map { $0.trimmingSpaces.shown(300) }
        }
    }
}

/// A mail or a part of one: header fields and what is behind them (RFC 5322 §2.2, RFC 2045).
struct MailEntity {
    private(set) var fields: [(name: String, value: String)] = []
    /// As it stands.
    let body: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>, maximumFields: Int) {
        var rest = bytes
        while let line = MailEntity.line(&rest) {
            if line.isEmpty { break }
            if let first = line.first, first == 0x20 || first == 0x09 {
                guard !fields.isEmpty, fields[fields.count - 1].value.utf8.count < 10_000 else { continue }
                fields[fields.count - 1].value += " " + MailEntity.text(line).trimmingSpaces
            } else if let colon = line.firstIndex(of: UInt8(ascii: ":")), fields.count < maximumFields {
                let name = MailEntity.text(line[..<colon]).trimmingSpaces.lowercased()
                fields.append((name, MailEntity.text(line[line.index(after: colon)...].prefix(10_000)).trimmingSpaces))
            }
        }
        body = rest
    }

    func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    var type: String {
        values("content-type").first.map { String($0.prefix { $0 != ";" }).trimmingSpaces.lowercased() } ?? "text/plain"
    }

    /// Of several parts what stands between them.
    var boundary: [UInt8]? {
        guard type.hasPrefix("multipart/"), let value = values("content-type").first,
            let start = value.range(of: "boundary=", options: .caseInsensitive)
        else { return nil }
        var text = value[start.upperBound...]
        if text.first == "\"" {
            text = text.dropFirst().prefix { $0 != "\"" }
        } else {
            text = text.prefix { $0 != ";" && $0 != " " }
        }
        return (1...100).contains(text.utf8.count) ? Array(text.utf8) : nil
    }

    /// The body as it is meant.
    var content: [UInt8] {
        switch values("content-transfer-encoding").first?.lowercased() {
        case "base64":
            Data(base64Encoded: Data(body), options: .ignoreUnknownCharacters).map(Array.init) ?? Array(body)
        case "quoted-printable": MailEntity.unquoted(body)
        default: Array(body)
        }
    }

    /// The parts of a body, each from behind its boundary up to the next (RFC 2046 §5.1.1).
    static func parts(of body: ArraySlice<UInt8>, _ boundary: [UInt8], limit: Int) -> [ArraySlice<UInt8>] {
        let mark = Array("--".utf8) + boundary
        var parts: [ArraySlice<UInt8>] = []
        var rest = body
        var start: Int?
        while !rest.isEmpty, parts.count < limit {
            let place = rest.startIndex
            guard let line = line(&rest) else { break }
            guard line.starts(with: mark) else { continue }
            if let start { parts.append(body[start..<place]) }
            start = rest.startIndex
            if line.dropFirst(mark.count).starts(with: Array("--".utf8)) { return parts }
        }
        // One that is cut off has lost its end.
        if let start, parts.count < limit { parts.append(body[start...]) }
        return parts
    }

    /// Takes a line without its end; nil where there is none.
    private static func line(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        let end = rest.firstIndex(of: 0x0A) ?? rest.endIndex
        var line = rest[..<end]
        rest = end < rest.endIndex ? rest[rest.index(after: end)...] : rest[rest.endIndex...]
        if line.last == 0x0D { line = line.dropLast() }
        return line
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func unquoted(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = bytes
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "=") else {
                result.append(byte)
                continue
            }
            let pair = rest.prefix(2)
            if pair.count == 2, let value = UInt8(text(pair), radix: 16) {
                result.append(value)
                rest = rest.dropFirst(2)
            } else if rest.first == 0x0D || rest.first == 0x0A {
                _ = line(&rest)
            } else {
                result.append(byte)
            }
        }
        return result
    }
}
