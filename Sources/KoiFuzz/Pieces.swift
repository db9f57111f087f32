/// Where bytes are cut into pieces as a network might deliver them, alike for the same seed.
package struct Pieces: Sequence, IteratorProtocol {
    private let count: Int
    private var start = 0
    private var state: UInt64

    /// - Parameters:
    ///   - count: how many bytes there are.
    ///   - seed: 0 for pieces of one byte each.
    package init(_ count: Int, seed: UInt64) {
        self.count = count
        state = seed
    }

    package mutating func next() -> Range<Int>? {
        guard start < count else { return nil }
        let piece = start..<Swift.min(count, start + length())
        start = piece.upperBound
        return piece
    }

    /// Mostly a few bytes, at times many.
    private mutating func length() -> Int {
        guard state != 0 else { return 1 }
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let random = Int(truncatingIfNeeded: state >> 33)
        return 1 + random % (random & 0x700 == 0 ? 500 : 9)
    }

    /// All at once, byte by byte, and in pieces that depend on the bytes: what each reader must understand alike.
    static func all(of bytes: [UInt8]) -> [[Range<Int>]] {
        let seed = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 } | 1
        return [
            [0..<bytes.count], Array(Pieces(bytes.count, seed: 0)), Array(Pieces(bytes.count, seed: seed)),
        ]
    }
}
