extension SearchWord {
    /// Pairs of one run that are looked up; verification compares the others.
    ///
    /// Each further pair costs a step through its list for every record of the rarest, and three are nearly always as
    /// telling as all.
    private static let greatestPairCount = 3

    /// Letters beyond which a word is no longer taken for initials.
    private static let greatestInitialCount = 12

    /// No syllable begins with i, u or v.
    private static let noInitials = Array("iuv".utf8)

    /// What the index must contain for a record that has this word; `nil` where that restricts
    /// nothing.
    var expression: SearchExpression? {
        switch self {
        case .ideographs(let run): Self.ideographs(run)
        case .words(let words): Self.words(words)
        case .number(let number, let parts): Self.number(number, parts)
        }
    }

    private static func ideographs(_ run: [Unicode.Scalar]) -> SearchExpression? {
        if run.count == 1 { return .beginning(SearchToken.plain.text(run)) }
        let pairs = run.indices.dropLast().map { run[$0...$0 + 1] }.filter { !LegalForm.isSeam($0) }
        let telling = telling(pairs.filter { !LegalForm.isWord($0) })
        if !telling.isEmpty {
            return .all(of: telling.map { .token(SearchToken.plain.text($0)) })
        }
        let words = pairs.isEmpty ? LegalForm.words(aroundSeam: run[...]) : pairs
        return .all(
            of: words.map { word in
                .any(of: [SearchToken.legalForm, .plain].map { .token($0.text(word)) })
            }
        )
    }

    /// The pairs to look up: of a long run not the first, which is often a region that many share.
    private static func telling(
        _ pairs: [ArraySlice<Unicode.Scalar>]
    ) -> ArraySlice<ArraySlice<Unicode.Scalar>> {
        pairs.count > greatestPairCount
            ? pairs.dropFirst().prefix(greatestPairCount) : pairs[...]
    }

    private static func words(_ words: [[Unicode.Scalar]]) -> SearchExpression? {
        let telling = words.filter { !CommonWord.isCompanyForm($0[...]) }
        let each = SearchExpression.all(of: (telling.isEmpty ? words : telling).map(word))
        guard words.count > 1, each != nil else { return each }
        let letters = words.map(\.latinLetters)
        guard !letters.contains(nil) else { return each }
        return .any(of: [each, pinyin(Array(letters.compactMap(\.self).joined()))])
    }

    private static func word(_ word: [Unicode.Scalar]) -> SearchExpression? {
        guard let beginning = beginning(of: word) else { return nil }
        guard let letters = word.latinLetters else { return beginning }
        return .any(of: [beginning, pinyin(letters), initials(letters)])
    }

    private static func beginning(of word: [Unicode.Scalar]) -> SearchExpression? {
        guard !CommonWord.isPartOfAddresses(word[...]),
            let length = SearchToken.wordLengths.last(where: { $0 <= word.count })
        else { return nil }
        return .token(SearchToken.plain.text(word.prefix(length)))
    }

    /// The letters as pinyin anywhere in a name, in each way of cutting them into syllables.
    private static func pinyin(_ letters: [UInt8]) -> SearchExpression? {
        .any(of: PinyinSplit.all(of: letters).map { pinyin($0) })
    }

    private static func pinyin(_ split: PinyinSplit) -> SearchExpression? {
        let syllables = split.syllables.prefix(LegalForm.stemLength(of: split.syllables))
        switch syllables.count {
        case 0: return nil
        case 1:
            let first = syllables[0].letters
            if split.rest.isEmpty { return .token(SearchToken.plain.text(first)) }
            // `xian` as `xia n`: the index would be read for every name with a xian.
            if PinyinTable.isSyllable((first + split.rest)[...]) { return nil }
            return .beginning(SearchToken.syllables.text(first + split.rest))
        default:
            let pairs = zip(syllables, syllables.dropFirst())
            return .all(
                of: pairs.map { .token(SearchToken.syllables.text($0.letters + $1.letters)) }
            )
        }
    }

    static func initials(_ letters: [UInt8]) -> SearchExpression? {
        guard 2...greatestInitialCount ~= letters.count,
            !letters.contains(where: { noInitials.contains($0) })
        else { return nil }
        let stem = letters.prefix(LegalForm.stemLength(ofInitials: letters))
        return .all(
            of: zip(stem, stem.dropFirst()).map { .token(SearchToken.initials.text([$0, $1])) }
        )
    }

    private static func number(
        _ number: PhoneNumber?,
        _ parts: [[Unicode.Scalar]]
    ) -> SearchExpression? {
        // Digits may also be words of a name or a code, each part of its own.
        let words = SearchExpression.all(of: parts.map(beginning))
        guard let number else { return words }
        return .any(of: [words, phoneStart(number), phoneEnd(number)])
    }

    static func phoneStart(_ number: PhoneNumber) -> SearchExpression? {
        let core = number.core
        guard number.canBeginNumber else { return nil }
        guard let length = SearchToken.phoneStartLengths.last(where: { $0 <= core.count }) else {
            return .beginning(SearchToken.phoneStart.text(core))
        }
        return .token(SearchToken.phoneStart.text(core.prefix(length)))
    }

    private static func phoneEnd(_ number: PhoneNumber) -> SearchExpression? {
        let digits = number.digits
        guard let length = SearchToken.phoneEndLengths.last(where: { $0 <= digits.count }) else {
            return nil
        }
        return .token(SearchToken.phoneEnd.text(digits.suffix(length)))
    }
}
