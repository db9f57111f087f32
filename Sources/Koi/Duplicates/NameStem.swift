/// A name as it is compared with others: folded, without its legal form.
///
/// 重庆机械有限公司 and 重慶機械股份有限公司 have the same, and so do Nordlicht GmbH and NORDLICHT G.m.b.H.
struct NameStem {
    /// Han characters below which a name that sounds alike tells nothing.
    private static let shortestSpoken = 3
    /// Latin letters below which a name is not taken for pinyin.
    private static let shortestLatin = 8
    /// Beside those that search leaves out, which are words of names elsewhere.
    private static let forms: Set<String> = [
        "ab", "aps", "as", "doo", "ev", "kk", "llp", "lp", "mbh", "nv", "ohg", "oy", "pte", "pty", "spa", "sro", "sas",
        "sl", "ug",
    ]

    let text: String
    /// How it is read aloud; nil where that tells nothing.
    let sound: String?

    /// - Returns: nil for a name of a single character.
    init?(_ name: String) {
        let text = SearchText(name, limit: SearchTerms.nameLimit)
        var stem: [Unicode.Scalar] = []
        var index = text.runs.startIndex
        while index < text.runs.endIndex {
            let run = text.runs[index]
            let initials = run.range.count == 1 && !stem.isEmpty ? NameStem.initials(text, from: index) : []
            if run.kind == .ideographs {
                stem += LegalForm.stem(text[run])
            } else if initials.count > 1, NameStem.isForm(initials[...]) {
                index += initials.count - 1
            } else if stem.isEmpty || !NameStem.isForm(text[run]) {
                stem += text[run]
            }
            index += 1
        }
        guard stem.count > 1 else { return nil }
        self.text = String(String.UnicodeScalarView(stem))
        sound = NameStem.sound(of: stem, self.text)
    }

    /// The letters that stand by themselves from a run on: G.m.b.H.
    private static func initials(_ text: SearchText, from index: Int) -> [Unicode.Scalar] {
        text.runs[index...].prefix { $0.kind == .word && $0.range.count == 1 }.flatMap { Array(text[$0]) }
    }

    private static func isForm(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        if CommonWord.isCompanyForm(word) { return true }
        return word.count <= 3 && forms.contains(String(String.UnicodeScalarView(word)))
    }

    private static func sound(of stem: [Unicode.Scalar], _ text: String) -> String? {
        let spoken = stem.count(where: ScalarClass.isHan)
        if spoken == 0 { return stem.count < shortestLatin ? nil : text }
        guard spoken >= shortestSpoken else { return nil }
        return String(decoding: Pinyin.sortKey(text).utf8.filter { $0 != UInt8(ascii: " ") }, as: UTF8.self)
    }
}
