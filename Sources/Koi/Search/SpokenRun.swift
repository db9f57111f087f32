/// A run of ideographs in a name, as its syllables.
struct SpokenRun {
    enum Place {
        case atStart
        case within
    }

    /// The readings of each character.
    private let readings: [[Syllable]]

    /// Offsets into the letters are bits of a word.
    private static let greatestLength = 63

    static func all(in text: SearchText) -> [SpokenRun] {
        text.runs.filter { $0.kind == .ideographs }
            .map { SpokenRun(readings: Pinyin.readings(of: text[$0])) }
    }

    /// Where the letters are pinyin of some of the characters.
    ///
    /// The last syllable may be incomplete, unless it is the only one and not that of the first
    /// character: `qing` is found in 重庆, `qin` is not.
    func pinyin(_ letters: [UInt8]) -> Place? {
        guard 1...Self.greatestLength ~= letters.count else { return nil }
        guard let start = readings.indices.first(where: { isPinyin(letters, from: $0) }) else {
            return nil
        }
        return start == 0 ? .atStart : .within
    }

    /// Where the letters are the initials of adjacent characters, two at least.
    func initials(_ letters: [UInt8]) -> Place? {
        guard 2...max(2, readings.count) ~= letters.count, letters.count <= readings.count else {
            return nil
        }
        let start = (0...readings.count - letters.count).first { start in
            letters.indices.allSatisfy { index in
                readings[start + index].contains { $0.initial == letters[index] }
            }
        }
        return start.map { $0 == 0 ? .atStart : .within }
    }

    /// Follows all readings at once: bit n of `reached` says that the characters so far can be read
    /// as the first n letters.
    private func isPinyin(_ letters: [UInt8], from start: Int) -> Bool {
        var reached: UInt64 = 1
        for index in start..<readings.count {
            var next: UInt64 = 0
            for offset in 0..<letters.count where reached & (1 << UInt64(offset)) != 0 {
                for syllable in readings[index] where syllable.agrees(with: letters, from: offset) {
                    let end = offset + syllable.count
                    if end == letters.count { return true }
                    if end > letters.count, index > start || start == 0 { return true }
                    if end < letters.count { next |= 1 << UInt64(end) }
                }
            }
            if next == 0 { return false }
            reached = next
        }
        return false
    }
}
