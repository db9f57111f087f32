import KoiFormats

/// A mail that says that another could not be delivered (RFC 3464), read as far as it tells which one and why.
///
/// Written by strangers: everything that is looked at has a bound, and nothing recurses.
package struct MailReport: Equatable, Sendable {
    static let maximumBytes = 1 << 20
    private static let maximumParts = 50
    private static let maximumDepth = 5

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
            let entity = MailEntity(part)
            if depth == 0 { addMarks(of: entity) }
            switch entity.type {
            case "message/delivery-status", "message/global-delivery-status": addStatus(entity.content)
            case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers":
                addID(of: MailEntity(entity.content[...]))
            default:
                guard depth < MailReport.maximumDepth, let parts = entity.parts(limit: MailReport.maximumParts) else {
                    continue
                }
                waiting += parts.reversed().map { ($0, depth + 1) }
            }
        }
    }

    /// It comes to the address that the mail named as its sender, which has the mark behind a plus sign.
    private mutating func addMarks(of entity: MailEntity) {
        for name in ["to", "delivered-to", "x-original-to", "envelope-to"] {
            for value in entity.fields.texts(name) { addTokens(in: value, after: "+") }
        }
    }

    private mutating func addID(of entity: MailEntity) {
        for value in entity.fields.texts("message-id") { addTokens(in: value, after: "koi.") }
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
            let group = MailEntity(rest)
            rest = group.body
            guard let action = group.fields.texts("action").first?.trimmingSpaces.lowercased() else { continue }
            guard self.action != "failed" else { return }
            self.action = action
            status = group.fields.texts("status").first.flatMap(MailReport.status)
            diagnostic = group.fields.texts("diagnostic-code").first.map { $0.trimmingSpaces.shown(300) }
        }
    }
}
