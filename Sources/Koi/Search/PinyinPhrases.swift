/// Words and surnames that decide how a character with several readings is read.
enum PinyinPhrases {
    struct Phrase: Sendable {
        let scalars: [Unicode.Scalar]
        /// One list for each character, each of one syllable and its other spelling.
        let readings: [[Syllable]]
    }

    /// The longest known word that begins at an index.
    static func longest(at index: Int, in run: ArraySlice<Unicode.Scalar>) -> Phrase? {
        phrases[run[index]]?.first { run[index...].starts(with: $0.scalars) }
    }

    /// The readings of a character as a surname first, then its others.
    static func surname(_ scalar: Unicode.Scalar) -> [Syllable]? {
        surnames[scalar]
    }

    /// By their first character, the longest first.
    private static let phrases: [Unicode.Scalar: [Phrase]] = {
        var phrases: [Unicode.Scalar: [Phrase]] = [:]
        for line in PinyinWords.words.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard let word = parts.first, let first = word.unicodeScalars.first else { continue }
            let readings = parts.dropFirst().compactMap { Syllable($0) }
                .map { PinyinTable.withSpellings([$0]) }
            guard readings.count == word.unicodeScalars.count else { continue }
            let phrase = Phrase(scalars: Array(word.unicodeScalars), readings: readings)
            phrases[first, default: []].append(phrase)
        }
        return phrases.mapValues { $0.sorted { $0.scalars.count > $1.scalars.count } }
    }()

    private static let surnames: [Unicode.Scalar: [Syllable]] = {
        var surnames: [Unicode.Scalar: [Syllable]] = [:]
        for line in PinyinWords.surnames.split(separator: "\n") {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let scalar = parts[0].unicodeScalars.first,
                let reading = Syllable(parts[1])
            else { continue }
            let others = PinyinTable.readings(of: scalar).filter { $0 != reading }
            surnames[scalar] = [reading] + others
        }
        return surnames
    }()
}
