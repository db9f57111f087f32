/// The end of a company's name that says what kind of company it is in law.
///
/// Nearly every Chinese company has one, so it tells nothing apart: it is not indexed by pinyin,
/// and its words have tokens of their own.
enum LegalForm {
    /// The longest first.
    private static let endings: [[Unicode.Scalar]] = [
        "股份有限责任公司", "股份有限公司", "有限责任公司", "股份公司", "有限公司", "公司",
    ].map { Array($0.unicodeScalars) }

    /// The words of which legal forms are made, each of two characters.
    private static let words = ["股份", "有限", "责任", "公司"].map { Array($0.unicodeScalars) }

    /// Pairs across two of these words, which are never indexed.
    private static let seams = ["份有", "份公", "限公", "限责", "任公"].map { Array($0.unicodeScalars) }

    private static let pinyinBeginnings = ["you", "gu", "gong"].compactMap { Syllable($0) }
    private static let initials = ["gfyxzrgs", "gfyxgs", "yxzrgs", "gfgs", "yxgs", "gs"]
        .map { Array($0.utf8) }

    /// The run without its legal form; all of it where nothing else would be left.
    static func stem(_ run: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        guard run.last == "司" else { return run }
        for ending in endings
        where run.count > ending.count && run.suffix(ending.count) == ending[...] {
            return run.dropLast(ending.count)
        }
        return run
    }

    /// The words of a legal form.
    static func words(_ form: ArraySlice<Unicode.Scalar>) -> [ArraySlice<Unicode.Scalar>] {
        stride(from: form.startIndex, to: form.endIndex - 1, by: 2).map { form[$0...$0 + 1] }
    }

    static func isWord(_ pair: ArraySlice<Unicode.Scalar>) -> Bool {
        words.contains { $0[...] == pair }
    }

    static func isSeam(_ pair: ArraySlice<Unicode.Scalar>) -> Bool {
        seams.contains { $0[...] == pair }
    }

    /// The words on either side of a seam.
    static func words(aroundSeam seam: ArraySlice<Unicode.Scalar>) -> [ArraySlice<Unicode.Scalar>] {
        words.filter { $0.last == seam.first || $0.first == seam.last }.map { $0[...] }
    }

    /// How many syllables of a query certainly do not belong to a legal form.
    static func stemLength(of syllables: [Syllable]) -> Int {
        syllables.indices.dropFirst(2).first { pinyinBeginnings.contains(syllables[$0]) }
            ?? syllables.count
    }

    /// How many initials of a query certainly do not belong to a legal form that is being typed.
    static func stemLength(ofInitials letters: [UInt8]) -> Int {
        for start in letters.indices.dropFirst(2)
        where initials.contains(where: { $0.starts(with: letters[start...]) }) {
            return start
        }
        return letters.count
    }
}
