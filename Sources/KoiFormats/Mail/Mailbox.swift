/// One who sends or gets a mail (RFC 5322 §3.4).
package struct Mailbox: Sendable, Equatable {
    /// As it stands: whether mail can go there, only who sends some can tell.
    package let address: String
    package let name: String?

    package init(address: String, name: String?) {
        self.address = address
        self.name = name
    }
}

/// Reads lists of addresses, with groups, comments, quoted strings, routes and what else came of 40 years.
struct MailboxReader {
    private var rest: ArraySlice<UInt8>
    private var found: [Mailbox] = []
    /// What stands before the angle brackets, or the address where there are none.
    private var phrase: [UInt8] = []
    /// The same, as it is to be read by people.
    private var shown: [UInt8] = []
    private var comment: [UInt8] = []
    private var angle: [UInt8]?

    static func read(_ value: [UInt8]) -> [Mailbox] {
        var reader = MailboxReader(rest: value[...])
        while reader.found.count < MailLimits.addresses, reader.step() {}
        return reader.found
    }

    private init(rest: ArraySlice<UInt8>) {
        self.rest = rest
    }

    /// - Returns: false at the end.
    private mutating func step() -> Bool {
        guard let byte = rest.popFirst() else {
            end()
            return false
        }
        switch byte {
        case UInt8(ascii: "\""): takeQuoted()
        case UInt8(ascii: "("): takeComment()
        case UInt8(ascii: "<"): takeAngle()
        case UInt8(ascii: ","), UInt8(ascii: ";"): end()
        // What stood before is the name of a group, of which nobody needs to know.
        case UInt8(ascii: ":") where angle == nil && !phrase.contains(UInt8(ascii: "@")): clear()
        default:
            phrase.append(byte)
            shown.append(byte)
        }
        return true
    }

    private mutating func takeQuoted() {
        phrase.append(UInt8(ascii: "\""))
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            phrase.append(byte)
            let isPair = byte == UInt8(ascii: "\\")
            guard let meant = isPair ? rest.popFirst() : byte else { break }
            if isPair { phrase.append(meant) }
            shown.append(meant)
        }
        phrase.append(UInt8(ascii: "\""))
    }

    /// RFC 5322 §3.2.2: comments lie within comments.
    private mutating func takeComment() {
        var depth = 1
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\\"): if let meant = rest.popFirst() { text.append(meant) }
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            default: text.append(byte)
            }
            if depth == 0 { break }
        }
        if comment.isEmpty { comment = text }
    }

    private mutating func takeAngle() {
        var content: [UInt8] = []
        var isQuoted = false
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: ">"), !isQuoted { break }
            content.append(byte)
        }
        // §4.4: a route stands before the address.
        if content.first == UInt8(ascii: "@"), let colon = content.lastIndex(of: UInt8(ascii: ":")) {
            content.removeSubrange(...colon)
        }
        if angle == nil { angle = content }
    }

    private mutating func end() {
        defer { clear() }
        guard let address = MailboxReader.address(angle ?? phrase) else { return }
        let name = MailText.line(EncodedWords.text(MailBytes.trimmed(angle == nil ? comment[...] : shown[...])))
        let other = angle == nil || name != nil ? name : MailText.line(EncodedWords.text(comment[...]))
        found.append(Mailbox(address: address, name: other))
    }

    private mutating func clear() {
        (phrase, shown, comment, angle) = ([], [], [], nil)
    }

    /// Space around dots and the `@` is of old (§4.4); what else has space in it is none.
    private static func address(_ bytes: [UInt8]) -> String? {
        let text = MailBytes.trimmed(bytes[...]).filter { !MailBytes.isSpace($0) }
        guard text.count <= 320, let at = text.lastIndex(of: UInt8(ascii: "@")), at > 0, at < text.count - 1,
            text.allSatisfy({ $0 > 0x20 && $0 != 0x7F }), text.allSatisfy({ $0 < 0x80 }) || isUnicode(text)
        else { return nil }
        return String(decoding: text, as: UTF8.self)
    }

    private static func isUnicode(_ bytes: [UInt8]) -> Bool {
        var check = UTF8Check()
        check.read(bytes)
        check.finish()
        let text = String(decoding: bytes, as: UTF8.self)
        return check.faults == 0
            && text.unicodeScalars.allSatisfy { !(0x80..<0xA0).contains($0.value) && !MailText.isDirection($0) }
    }
}
