/// A syllable of pinyin without its tone: up to eight letters `a` to `z` in one word of memory.
struct Syllable: Hashable, Sendable {
    /// The letters, the first in the lowest byte.
    private let packed: UInt64

    /// `nil` where these are no one to eight letters `a` to `z`.
    init?(_ letters: some Collection<UInt8>) {
        var packed: UInt64 = 0
        var shift: UInt64 = 0
        for letter in letters {
            guard 0x61...0x7A ~= letter, shift < 64 else { return nil }
            packed |= UInt64(letter) << shift
            shift += 8
        }
        guard packed != 0 else { return nil }
        self.packed = packed
    }

    init?(_ text: some StringProtocol) {
        self.init(text.utf8)
    }

    var count: Int { 8 - packed.leadingZeroBitCount / 8 }
    var initial: UInt8 { UInt8(truncatingIfNeeded: packed) }
    var letters: [UInt8] { (0..<count).map { self[$0] } }
    var text: String { String(decoding: letters, as: UTF8.self) }

    subscript(index: Int) -> UInt8 { UInt8(truncatingIfNeeded: packed >> UInt64(8 * index)) }

    /// Whether the letters from an index on are this syllable, or as much of it as there is left.
    func agrees(with letters: [UInt8], from start: Int) -> Bool {
        for index in 0..<min(count, letters.count - start)
        where letters[start + index] != self[index] {
            return false
        }
        return true
    }
}
