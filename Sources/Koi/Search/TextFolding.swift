/// Brings spellings of the same text together, for searching and for sorting.
///
/// Traditional Chinese becomes simplified, full-width forms become half-width, letters lose their
/// case and their diacritics: `Müller` becomes `muller`, `Straße` `strasse`, `臺灣ＡＢＣ` `台湾abc`. White
/// space and punctuation stay. Folding a folded text changes nothing.
package enum TextFolding {
    package static func fold(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 < 0x80 && !(0x41...0x5A ~= $0) }
        if isPlain { return text }
        var folded = String.UnicodeScalarView()
        folded.append(contentsOf: scalars(of: text, limit: .max))
        return String(folded)
    }

    /// The folded scalars of the beginning of a text, of which `limit` scalars are looked at.
    static func scalars(of text: String, limit: Int) -> [Unicode.Scalar] {
        var folded: [Unicode.Scalar] = []
        folded.reserveCapacity(min(text.utf8.count, limit))
        for scalar in text.unicodeScalars.prefix(limit) { append(scalar, to: &folded) }
        return folded
    }

    private static func append(_ scalar: Unicode.Scalar, to folded: inout [Unicode.Scalar]) {
        switch scalar.value {
        case 0x41...0x5A: folded.append(lowercaseASCII(scalar.value))
        case 0x00...0x7F: folded.append(scalar)
        case 0x3400...0x9FFF: folded.append(SimplifiedCharacters.simplified(scalar))
        case 0xFF01...0xFF5E: append(asciiForm(scalar.value - 0xFEE0), to: &folded)
        case 0xA0, 0x2000...0x200A, 0x202F, 0x205F, 0x3000: folded.append(" ")
        case 0xFB00...0xFB06: folded.append(contentsOf: ligature(scalar.value).unicodeScalars)
        case _ where isIgnored(scalar.value): break
        default:
            if PlainLetters.append(of: scalar, to: &folded) { return }
            appendLowercase(scalar, to: &folded)
        }
    }

    /// A letter that has no other form than its case, or whose small letter has one: the sign Å,
    /// U+212B.
    private static func appendLowercase(_ scalar: Unicode.Scalar, to folded: inout [Unicode.Scalar]) {
        guard scalar.properties.changesWhenLowercased else { return folded.append(scalar) }
        for letter in scalar.properties.lowercaseMapping.unicodeScalars
        where !PlainLetters.append(of: letter, to: &folded) {
            folded.append(letter)
        }
    }

    private static func asciiForm(_ value: UInt32) -> Unicode.Scalar {
        Unicode.Scalar(value) ?? " "
    }

    private static func lowercaseASCII(_ value: UInt32) -> Unicode.Scalar {
        Unicode.Scalar(value + 0x20) ?? " "
    }

    private static func ligature(_ value: UInt32) -> String {
        switch value {
        case 0xFB00: "ff"
        case 0xFB01: "fi"
        case 0xFB02: "fl"
        case 0xFB03: "ffi"
        case 0xFB04: "ffl"
        default: "st"
        }
    }

    /// Combining marks, soft hyphen, zero-width characters and variation selectors.
    private static func isIgnored(_ value: UInt32) -> Bool {
        switch value {
        case 0xAD, 0x300...0x36F, 0x1AB0...0x1AFF, 0x1DC0...0x1DFF, 0x200B...0x200F, 0x2060,
            0x20D0...0x20FF, 0xFE00...0xFE0F, 0xFE20...0xFE2F, 0xFEFF, 0xE0100...0xE01EF:
            true
        default: false
        }
    }
}
