/// One line of a card, unfolded: `TEL;TYPE=CELL:138…` (RFC 6350 §3.3).
struct VCardProperty {
    let name: String
    /// In capitals, with the bare words of version 2.1 as types.
    let parameters: [(name: String, value: String)]
    let value: [UInt8]

    /// - Returns: nil for what is no property.
    init?(_ line: [UInt8]) {
        guard let colon = VCardProperty.colon(in: line) else { return nil }
        let head = String(decoding: line[..<colon], as: UTF8.self).uppercased()
        let parts = VCardProperty.split(head, at: ";")
        // RFC 6350 §3.3: a group stands in front of the name.
        guard let name = parts.first?.split(separator: ".").last, !name.isEmpty else { return nil }
        self.name = String(name)
        parameters = parts.dropFirst().map { part in
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { return ("TYPE", part) }
            return (String(pair[0]), String(pair[1]).filter { $0 != "\"" })
        }
        value = Array(line[(colon + 1)...])
    }

    func has(type: String) -> Bool {
        parameters.contains { $0.name == "TYPE" && $0.value.split(separator: ",").contains { $0 == type } }
    }

    func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// Whether the value is written in quoted-printable, as version 2.1 has it.
    var isQuotedPrintable: Bool {
        parameter("ENCODING") == "QUOTED-PRINTABLE" || has(type: "QUOTED-PRINTABLE")
    }

    /// The value as text, before its escapes are taken back; nil where its bytes mean nothing.
    var text: String? {
        let bytes = isQuotedPrintable ? QuotedPrintable.decode(value) : value
        guard let charset = parameter("CHARSET"), charset != "UTF-8", isQuotedPrintable else {
            return String(validating: bytes, as: UTF8.self)
        }
        let name = FileEncoding(named: charset)?.converterName ?? charset
        // A name goes to the C library only if it looks like one.
        guard name.utf8.count <= 40, name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "/") }),
            var converter = Transcoder(named: name)
        else { return nil }
        var text: [UInt8] = []
        converter.convert(bytes, into: &text)
        converter.finish(into: &text)
        return String(validating: text, as: UTF8.self)
    }

    /// The parts of a value that `;` separates, each without its escapes.
    var components: [String]? { text.map { VCardProperty.parts($0, at: ";") } }

    var unescaped: String? { text.map { VCardProperty.parts($0, at: nil).joined() } }

    /// RFC 6350 §3.4: `\n`, `\,`, `\;` and `\\`.
    static func parts(_ text: String, at separator: Unicode.Scalar?) -> [String] {
        var parts: [String] = []
        var part = String.UnicodeScalarView()
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                part.append(scalar == "n" || scalar == "N" ? "\n" : scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == separator {
                parts.append(String(part))
                part = String.UnicodeScalarView()
            } else {
                part.append(scalar)
            }
        }
        return parts + [String(part)]
    }

    /// The first colon that no quotes enclose.
    private static func colon(in line: [UInt8]) -> Int? {
        var isQuoted = false
        for (index, byte) in line.enumerated() {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == UInt8(ascii: ":"), !isQuoted { return index }
        }
        return nil
    }

    private static func split(_ text: String, at separator: Character) -> [String] {
        var isQuoted = false
        return text.split(omittingEmptySubsequences: false) { character in
            if character == "\"" { isQuoted.toggle() }
            return character == separator && !isQuoted
        }.map(String.init)
    }
}

/// RFC 2045 §6.7, without its soft line breaks, which the reader of lines has taken out.
enum QuotedPrintable {
    static func decode(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "="), index + 2 < bytes.count, let high = digit(bytes[index + 1]),
                let low = digit(bytes[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
