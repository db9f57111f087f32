/// A 64-bit mark of bytes: tells queries and representations apart, never guards secrets.
///
/// Eight bytes a step, each multiplied in and folded, as in the multiplicative family of hashes; a record's tag is made of
/// it with every answer, so a byte a step (FNV-1a) would cost more than the answer's own encoding.
package struct Fingerprint: Sendable {
    private static let multiplier: UInt64 = 0x9e37_79b9_7f4a_7c15

    package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    package mutating func add(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { add($0) }
    }

    package mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    private mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var place = 0
        while bytes.count - place >= 8 {
            mix(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            place += 8
        }
        var rest: UInt64 = 0
        for byte in bytes[place...] { rest = rest << 8 | UInt64(byte) }
        mix(rest)
        // The length keeps "ab" + "c" and "a" + "bc" apart.
        mix(UInt64(truncatingIfNeeded: bytes.count))
    }

    private mutating func mix(_ word: UInt64) {
        let (high, low) = (value ^ word).multipliedFullWidth(by: Fingerprint.multiplier)
        value = high ^ low ^ word.byteSwapped
    }
}
