/// The readings of single characters, from ``PinyinReadings`` and ``PinyinWords/heteronyms``.
///
/// Built when first asked: 0.7 ms, 200 kB.
enum PinyinTable {
    fileprivate static let first: UInt32 = 0x4E00
    fileprivate static let last: UInt32 = 0x9FFF

    fileprivate struct Table: Sendable {
        /// For each code point from ``first`` on an index of ``readings``.
        var indexes = [UInt16](repeating: 0, count: Int(last - first) + 1)
        var readings: [[Syllable]] = [[]]

        /// All syllables that some character has, and what they begin with.
        var syllables: Set<Syllable> = []
        var beginnings: Set<Syllable> = []
    }

    private static let table: Table = {
        var table = Table()
        for line in PinyinReadings.lines.split(separator: "\n") {
            table.add(line.split(separator: " "))
        }
        for line in PinyinWords.heteronyms.split(separator: "\n") {
            table.addHeteronym(line.split(separator: " "))
        }
        return table
    }()

    static func readings(of scalar: Unicode.Scalar) -> [Syllable] {
        guard first...last ~= scalar.value else { return [] }
        return table.readings[Int(table.indexes[Int(scalar.value - first)])]
    }

    static func isSyllable(_ letters: ArraySlice<UInt8>) -> Bool {
        Syllable(letters).map(table.syllables.contains) ?? false
    }

    /// Whether some syllable begins with these letters and goes on.
    static func isBeginning(_ letters: ArraySlice<UInt8>) -> Bool {
        Syllable(letters).map(table.beginnings.contains) ?? false
    }
}

extension PinyinTable.Table {
    /// A line of ``PinyinReadings``: a syllable and its characters.
    fileprivate mutating func add(_ parts: [Substring]) {
        guard parts.count == 2, let syllable = Syllable(parts[0]) else { return }
        let index = index(of: PinyinTable.withSpellings([syllable]))
        for scalar in parts[1].unicodeScalars { set(index, for: scalar) }
    }

    /// A line of ``PinyinWords/heteronyms``: a character and its readings.
    fileprivate mutating func addHeteronym(_ parts: [Substring]) {
        guard parts.count > 1, let scalar = parts[0].unicodeScalars.first else { return }
        let readings = parts.dropFirst().compactMap { Syllable($0) }
        set(index(of: PinyinTable.withSpellings(readings)), for: scalar)
    }

    private mutating func set(_ index: UInt16, for scalar: Unicode.Scalar) {
        guard PinyinTable.first...PinyinTable.last ~= scalar.value else { return }
        indexes[Int(scalar.value - PinyinTable.first)] = index
    }

    private mutating func index(of list: [Syllable]) -> UInt16 {
        for syllable in list where syllable.hasVowel {
            syllables.insert(syllable)
            let letters = Array(syllable.text.utf8)
            for count in 1..<max(letters.count, 1) {
                if let beginning = Syllable(letters[..<count]) { beginnings.insert(beginning) }
            }
        }
        if readings.last == list { return UInt16(readings.count - 1) }
        readings.append(list)
        return UInt16(readings.count - 1)
    }
}

extension PinyinTable {
    /// Adds the other spelling of ü, which passports and many people write as u: 吕 `lv`, `lu`.
    static func withSpellings(_ readings: [Syllable]) -> [Syllable] {
        readings.flatMap { reading -> [Syllable] in
            guard reading.count > 1, reading[1] == UInt8(ascii: "v") else { return [reading] }
            let other = Syllable(
                reading.letters.map { $0 == UInt8(ascii: "v") ? UInt8(ascii: "u") : $0 }
            )
            return [reading] + [other].compactMap(\.self)
        }
    }
}

extension Syllable {
    fileprivate var hasVowel: Bool {
        (0..<count).contains { [0x61, 0x65, 0x69, 0x6F, 0x75, 0x76].contains(self[$0]) }
    }
}
