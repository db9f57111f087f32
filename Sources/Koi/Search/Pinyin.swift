/// How Chinese names are read aloud.
///
/// Syllables have no tones, and ü is written `v`, as on a keyboard: 吕 is `lv`. Words and surnames
/// decide between the readings of a character where they can: 重庆 is `chong qing`, 银行 `yin hang`,
/// and 单 at the start of a person's name `shan`.
package enum Pinyin {
    /// One syllable for each Chinese character; what is none is left out.
    ///
    /// A character that is too rare to be known stands for itself.
    package static func syllables(of text: String) -> [String] {
        let scalars = TextFolding.scalars(of: text, limit: .max)
        return runs(of: scalars).flatMap { run in
            zip(run, readings(of: run)).map { $1.first?.text ?? String($0) }
        }
    }

    /// A key by whose bytes names sort as in a Chinese register.
    ///
    /// Chinese stands by its pinyin, syllable for syllable, among folded Latin. Only the first 64
    /// characters count.
    package static func sortKey(_ text: String) -> String {
        let scalars = TextFolding.scalars(of: text, limit: 64)
        var key: [UInt8] = []
        key.reserveCapacity(scalars.count * 6)
        var index = scalars.startIndex
        for run in runs(of: scalars) {
            for scalar in scalars[index..<run.startIndex] { key.append(utf8: scalar) }
            for (scalar, readings) in zip(run, readings(of: run)) {
                if let reading = readings.first {
                    for index in 0..<reading.count { key.append(reading[index]) }
                } else {
                    key.append(utf8: scalar)
                }
                // Behind each syllable, so that 樊刚 (fan gang) comes before 方安 (fang an).
                key.append(UInt8(ascii: " "))
            }
            index = run.endIndex
        }
        for scalar in scalars[index...] { key.append(utf8: scalar) }
        if key.last == UInt8(ascii: " ") { key.removeLast() }
        return String(decoding: key, as: UTF8.self)
    }

    /// All readings of each character of a run of Chinese characters, the likeliest first; none
    /// where the character is unknown.
    ///
    /// Where a word is known its reading is the only one. Where none is, a character with several
    /// keeps them all, so that 单田芳 is found by `shan` and by `dan`.
    static func readings(of run: ArraySlice<Unicode.Scalar>) -> [[Syllable]] {
        var readings: [[Syllable]] = []
        readings.reserveCapacity(run.count)
        var index = run.startIndex
        while index < run.endIndex {
            if let phrase = PinyinPhrases.longest(at: index, in: run) {
                readings.append(contentsOf: phrase.readings)
                index += phrase.readings.count
            } else if index == run.startIndex, isLikePersonName(run),
                let surname = PinyinPhrases.surname(run[index])
            {
                readings.append(surname)
                index += 1
            } else {
                readings.append(PinyinTable.readings(of: run[index]))
                index += 1
            }
        }
        return readings
    }

    /// Whether the run has the length of a surname of one character and a given name.
    private static func isLikePersonName(_ run: ArraySlice<Unicode.Scalar>) -> Bool {
        2...3 ~= run.count
    }

    private static func runs(of scalars: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
        scalars.split { !ScalarClass.isHan($0) }
    }
}

extension [UInt8] {
    fileprivate mutating func append(utf8 scalar: Unicode.Scalar) {
        append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    }
}
