/// The escapes of RFC 8259 §7: `"`, `\` and what lies below U+0020.
enum JSONEscaping {
    /// The longest escape, `\u001f`.
    static let longestEscape = 6

    /// The first index from `start` on whose byte cannot stand in a string as it is, or the count.
    ///
    /// Looks at eight bytes at a time, which the writer and the reader spend most of their time on.
    @inline(__always)
    static func firstSpecial(in text: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Int {
        let raw = UnsafeRawBufferPointer(text)
        var index = start
        while index + 8 <= raw.count,
            !hasSpecial(raw.loadUnaligned(fromByteOffset: index, as: UInt64.self))
        {
            index += 8
        }
        while index < text.count, !isSpecial(text[index]) { index += 1 }
        return index
    }

    @inline(__always)
    static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    /// Whether one of eight bytes is special.
    ///
    /// Subtracting n from each byte borrows into its top bit where the byte was below n; bytes that
    /// had that bit before do not count. For "equal to c" the bytes are first XORed with c, and n
    /// is 1.
    @inline(__always)
    private static func hasSpecial(_ bytes: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = bytes ^ (ones &* 0x22)
        let backslashes = bytes ^ (ones &* 0x5C)
        let controls = (bytes &- (ones &* 0x20)) & ~bytes
        let found = controls | ((quotes &- ones) & ~quotes) | ((backslashes &- ones) & ~backslashes)
        return found & (ones &* 0x80) != 0
    }

    /// Writes the escape of a special byte and returns its length.
    static func write(_ byte: UInt8, to target: UnsafeMutableBufferPointer<UInt8>) -> Int {
        let short: UInt8
        switch byte {
        case 0x08: short = UInt8(ascii: "b")
        case 0x09: short = UInt8(ascii: "t")
        case 0x0A: short = UInt8(ascii: "n")
        case 0x0C: short = UInt8(ascii: "f")
        case 0x0D: short = UInt8(ascii: "r")
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): short = byte
        default: return writeAsCodeUnit(byte, to: target)
        }
        target[0] = UInt8(ascii: "\\")
        target[1] = short
        return 2
    }

    private static func writeAsCodeUnit(
        _ byte: UInt8,
        to target: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        let low = byte & 0xF
        target[0] = UInt8(ascii: "\\")
        target[1] = UInt8(ascii: "u")
        target[2] = UInt8(ascii: "0")
        target[3] = UInt8(ascii: "0")
        target[4] = UInt8(ascii: "0") + (byte >> 4)
        target[5] = low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10
        return longestEscape
    }
}
