/// Looks for bytes that are no UTF-8 (RFC 3629 §4), piece by piece.
package struct UTF8Check {
    /// Bytes that are no part of a character.
    package private(set) var faults = 0
    /// Characters of several bytes, which hardly ever come about by chance.
    package private(set) var characters = 0
    /// Where the first fault stands, in bytes.
    package private(set) var firstFault: Int?
    private var offset = 0
    /// Where the character at hand begins.
    private var start = 0
    /// How many bytes the character at hand still needs, and between which the next must lie.
    private var missing = 0
    private var range: ClosedRange<UInt8> = 0x80...0xBF

    package init() {}

    package mutating func read(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            step(byte)
            offset += 1
        }
    }

    /// To be called at the end: a character that is not complete is a fault, too.
    package mutating func finish() {
        if missing > 0 { note(at: start) }
        missing = 0
    }

    private mutating func step(_ byte: UInt8) {
        if missing > 0 {
            if range.contains(byte) {
                missing -= 1
                if missing == 0 { characters += 1 }
                range = 0x80...0xBF
                return
            }
            note(at: start)
            missing = 0
        }
        start = offset
        switch byte {
        case 0x00...0x7F: return
        case 0xC2...0xDF: (missing, range) = (1, 0x80...0xBF)
        case 0xE0: (missing, range) = (2, 0xA0...0xBF)
        case 0xED: (missing, range) = (2, 0x80...0x9F)
        case 0xE1...0xEF: (missing, range) = (2, 0x80...0xBF)
        case 0xF0: (missing, range) = (3, 0x90...0xBF)
        case 0xF1...0xF3: (missing, range) = (3, 0x80...0xBF)
        case 0xF4: (missing, range) = (3, 0x80...0x8F)
        default: note(at: offset)
        }
    }

    private mutating func note(at place: Int) {
        faults += 1
        if firstFault == nil { firstFault = place }
    }

    /// Where bytes stop being UTF-8: the line counts from the one they begin in, the character from 1.
    static func fault(in bytes: [UInt8], line: Int) -> RowFault? {
        var check = UTF8Check()
        check.read(bytes)
        check.finish()
        guard let end = check.firstFault else { return nil }
        var (line, character) = (line, 1)
        for byte in bytes.prefix(end) {
            if byte == .lineFeed {
                line += 1
                character = 1
            } else if byte & 0xC0 != 0x80 {
                character += 1
            }
        }
        return .encoding(line: line, character: character)
    }
}
