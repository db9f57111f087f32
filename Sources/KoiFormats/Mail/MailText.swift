/// What is left of a text of a stranger's: nothing that a page, a list or a log would stumble over.
enum MailText {
    /// Several lines, each ended by `\n`, without control characters and without empty lines at the ends.
    static func lines(_ text: String, maximum: Int = MailLimits.text) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(min(text.utf8.count, maximum))
        var isAfterReturn = false
        for scalar in text.unicodeScalars {
            if result.count + 4 > maximum { break }
            defer { isAfterReturn = scalar == "\r" }
            switch scalar {
            case "\n" where isAfterReturn: continue
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": result.append(.lineFeed)
            case "\t": result.append(.tab)
            default: if isText(scalar) { result += Array(UTF8.encode(scalar) ?? UTF8.EncodedScalar()) }
            }
        }
        return trimmed(result[...])
    }

    /// One line; nil where nothing is left.
    ///
    /// Marks that turn the direction of what follows go: they make one name look like another.
    static func line(_ text: String, maximum: Int = MailLimits.line) -> String? {
        var result = String.UnicodeScalarView()
        var count = 0
        var isSpaced = false
        for scalar in text.unicodeScalars {
            if count >= maximum { break }
            if isSpace(scalar) {
                isSpaced = count > 0
            } else if isText(scalar), !isDirection(scalar) {
                if isSpaced { result.append(" ") }
                count += isSpaced ? 2 : 1
                isSpaced = false
                result.append(scalar)
            }
        }
        return result.isEmpty ? nil : String(result)
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09...0x0D, 0x20, 0x85, 0xA0, 0x2028, 0x2029: true
        default: false
        }
    }

    /// No control character (of which Unicode has two ranges), no byte order mark and none that is for nobody's use.
    private static func isText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0xFEFF, 0xFDD0...0xFDEF: false
        default: scalar.value & 0xFFFE != 0xFFFE
        }
    }

    /// UAX #9, and what has no width at all.
    static func isDirection(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x061C, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F: true
        default: false
        }
    }

    /// Without empty lines before it, nor space behind it.
    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        var bytes = bytes
        var rest = bytes
        while let line = MailBytes.line(&rest), line.allSatisfy(MailBytes.isSpace) { bytes = rest }
        while let last = bytes.last, MailBytes.isSpace(last) { bytes = bytes.dropLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}
