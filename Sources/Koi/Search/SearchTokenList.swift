/// Tokens separated by spaces, each once, in one buffer.
struct SearchTokenList {
    /// Many times what a record of names and numbers has; long texts are cut here.
    static let greatestCount = 400

    private(set) var bytes: [UInt8] = []
    private(set) var count = 0

    /// An open hash table of where tokens begin, plus one; a power of two, at most 40% full.
    private var slots = [UInt16](repeating: 0, count: 1024)
    private var tokenStart = 0

    init() {
        bytes.reserveCapacity(512)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    mutating func add(_ kind: SearchToken, _ scalars: ArraySlice<Unicode.Scalar>) {
        begin(kind)
        for scalar in scalars { append(scalar) }
        end()
    }

    mutating func add(_ kind: SearchToken, _ first: Syllable, _ second: Syllable? = nil) {
        begin(kind)
        for index in 0..<first.count { bytes.append(first[index]) }
        if let second {
            for index in 0..<second.count { bytes.append(second[index]) }
        }
        end()
    }

    mutating func add(_ kind: SearchToken, _ letters: some Sequence<UInt8>) {
        begin(kind)
        bytes.append(contentsOf: letters)
        end()
    }

    private mutating func begin(_ kind: SearchToken) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
        tokenStart = bytes.count
        if kind != .plain {
            bytes.append(0xC2)
            bytes.append(kind.rawValue)
        }
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        if scalar.value < 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: scalar.value))
        } else {
            bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }

    /// Keeps the token that was begun, or takes it back where it is there already, is empty or is
    /// one too many.
    private mutating func end() {
        let isNew =
            bytes.count > tokenStart && count < Self.greatestCount
            && bytes.count < UInt16.max && insert()
        if isNew {
            count += 1
        } else {
            bytes.removeLast(bytes.count - max(tokenStart - 1, 0))
        }
    }

    private mutating func insert() -> Bool {
        // FNV-1a; whoever makes tokens collide gains a search of 400 slots.
        var hash: UInt32 = 0x811C_9DC5
        for byte in bytes[tokenStart...] { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
        var slot = Int(hash ^ hash >> 15) & (slots.count - 1)
        while slots[slot] != 0 {
            if isToken(at: Int(slots[slot]) - 1) { return false }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = UInt16(truncatingIfNeeded: tokenStart + 1)
        return true
    }

    /// Whether the token just written stands at an index already.
    private func isToken(at index: Int) -> Bool {
        let length = bytes.count - tokenStart
        for offset in 0..<length where bytes[index + offset] != bytes[tokenStart + offset] {
            return false
        }
        return bytes[index + length] == UInt8(ascii: " ")
    }
}
