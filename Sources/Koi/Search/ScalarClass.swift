/// What a folded character is to search.
enum ScalarClass {
    /// Part of a script that is written without spaces: Chinese, kana, Hangul.
    case ideograph
    /// A letter or digit of a script with spaces.
    case letter
    /// Left out as if it were not there: the apostrophe of `O'Reilly`.
    case joiner
    case separator

    init(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        case 0x30...0x39, 0x61...0x7A: self = .letter
        case 0x27, 0x2019, 0x2BC: self = .joiner
        case 0x00...0x9F: self = .separator
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x3005...0x3007, 0xF900...0xFAFF, 0x20000...0x3FFFD:
            self = .ideograph
        case 0x3041...0x3096, 0x30A1...0x30FA, 0x30FC...0x30FE, 0x3105...0x312F, 0x31F0...0x31FF,
            0x1100...0x11FF, 0xAC00...0xD7A3, 0xFF66...0xFF9F:
            self = .ideograph
        default: self = Self.isLetter(scalar) ? .letter : .separator
        }
    }

    static func isHan(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x3007, 0xF900...0xFAFF, 0x20000...0x3FFFD: true
        default: false
        }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber, .spacingMark, .nonspacingMark:
            true
        default: false
        }
    }
}
