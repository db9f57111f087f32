/// A value with parameters behind it, as `Content-Type` and `Content-Disposition` have them (RFC 2045 §5.1, RFC 2231).
struct MailParameters {
    /// What stands before the first `;`, in small letters.
    let value: String
    private var plain: [String: [UInt8]] = [:]
    /// RFC 2231 §3: texts in pieces, by their numbers; one piece alone is number 0.
    private var pieces: [String: [Int: Piece]] = [:]

    private struct Piece {
        let bytes: [UInt8]
        /// Whether `%` stands for two digits in it, and the charset before the first.
        let isExtended: Bool
    }

    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        value = MailBytes.lowercased(MailBytes.trimmed(MailParameters.item(&rest)).prefix { $0 != UInt8(ascii: "(") })
            .filter { $0 != " " && $0 != "\t" }
        for _ in 0..<MailLimits.parameters where !rest.isEmpty { add(MailParameters.item(&rest)) }
    }

    /// A parameter as text; RFC 2231 §4 goes before what stands there for programs that do not know it.
    func text(_ name: String) -> String? {
        if let pieces = pieces[name], pieces[0] != nil { return MailParameters.joined(pieces) }
        // RFC 2047 §5 forbids encoded words here, and half of all programs send them.
        return plain[name].map { EncodedWords.text($0[...]) }
    }

    /// A parameter as it stands.
    func bytes(_ name: String) -> [UInt8]? {
        if let pieces = pieces[name], pieces[0] != nil { return Array(MailParameters.joined(pieces).utf8) }
        return plain[name]
    }

    /// Of a name that is a word, such as that of a charset, what stands before a space or a comment.
    func word(_ name: String) -> String? {
        bytes(name).map { bytes in
            String(decoding: bytes.prefix { !MailBytes.isSpace($0) && $0 != UInt8(ascii: "(") }, as: UTF8.self)
        }
    }

    /// Takes what stands before the next `;` that is not quoted.
    private static func item(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let start = rest
        var isQuoted = false
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "\\") where isQuoted: rest = rest.dropFirst()
            case UInt8(ascii: ";") where !isQuoted: return start[..<(rest.startIndex - 1)]
            default: continue
            }
        }
        return start
    }

    private mutating func add(_ item: ArraySlice<UInt8>) {
        guard let equals = item.firstIndex(of: UInt8(ascii: "=")) else { return }
        let name = MailBytes.lowercased(MailBytes.trimmed(item[..<equals]))
        let value = MailParameters.unquoted(MailBytes.trimmed(item[(equals + 1)...]))
        let parts = name.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, let base = parts.first.map(String.init) else {
            if plain[name] == nil { plain[name] = value }
            return
        }
        let isExtended = parts.last?.isEmpty == true
        guard let number = isExtended && parts.count == 2 ? 0 : MailParameters.number(parts[1]) else { return }
        if pieces[base, default: [:]][number] == nil {
            pieces[base, default: [:]][number] = Piece(bytes: value, isExtended: isExtended)
        }
    }

    private static func number(_ digits: Substring) -> Int? {
        guard (1...2).contains(digits.utf8.count) else { return nil }
        return digits.utf8.reduce(0 as Int?) { sum, digit in
            (0x30...0x39).contains(digit) ? sum.map { $0 * 10 + Int(digit - 0x30) } : nil
        }
    }

    /// A quoted string without its marks; what has only one is broken and taken as far as it goes.
    private static func unquoted(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard bytes.first == UInt8(ascii: "\"") else { return Array(bytes) }
        var result: [UInt8] = []
        var rest = bytes.dropFirst()
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            // What is escaped for no reason is a path of Windows'.
            if byte == UInt8(ascii: "\\"), let next = rest.first,
                next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\")
            {
                result.append(next)
                rest = rest.dropFirst()
            } else {
                result.append(byte)
            }
        }
        return result
    }

    /// The pieces from 0 on as far as none is missing.
    private static func joined(_ pieces: [Int: Piece]) -> String {
        var bytes: [UInt8] = []
        var charset: String?
        for number in 0..<MailLimits.parameters {
            guard let piece = pieces[number] else { break }
            var value = piece.bytes[...]
            if number == 0, piece.isExtended { charset = takeCharset(&value) }
            if piece.isExtended { unescape(value, into: &bytes) } else { bytes += value }
        }
        return MailCharset.text(bytes[...], charset)
    }

    /// `charset'language'` before the text.
    private static func takeCharset(_ value: inout ArraySlice<UInt8>) -> String? {
        let quote = UInt8(ascii: "'")
        guard let first = value.firstIndex(of: quote), let second = value[(first + 1)...].firstIndex(of: quote) else {
            return nil
        }
        let charset = value[..<first]
        value = value[(second + 1)...]
        return charset.isEmpty ? nil : String(decoding: charset, as: UTF8.self)
    }

    private static func unescape(_ value: ArraySlice<UInt8>, into bytes: inout [UInt8]) {
        var rest = value
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let code = MailBytes.hexPair(rest) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
    }
}
