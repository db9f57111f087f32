/// What somebody typed into a search box, turned into index look-ups and into a test of what they
/// find.
///
/// Words are separated by spaces and punctuation, and Chinese stands apart from Latin by itself. A
/// record matches when each word is found in some field of it:
///
/// - Chinese as it is written, anywhere in a name or text (`庆机` in 重庆机械);
/// - a word by its beginning (`siem` in Siemens AG);
/// - a name also by its pinyin from any character on, of which the last may be incomplete
///   (`qingj`), and by at least two initials (`qjx`);
/// - a telephone number in any spelling, by its beginning (3 digits at least) or its end (4).
///
/// ```swift
/// for tier in query.tiers {
///     for candidate in index.newest(matching: tier.match, limit: 200) {
///         let match = query.verify(candidate.fields)
///         if let match, match.kind <= tier.kind { … }
///     }
/// }
/// ```
///
/// A tier leads to all matches of its kind, and to others: ``verify(_:)`` says what each really is.
/// One that is worse than the tier comes again in its own; one that is better, such as a telephone
/// number that only proves to be the same, is taken where it is met. A single Latin letter or digit
/// finds only names that begin with it and has no word tier; a single character of a legal form (公)
/// does not find the legal form.
package struct SearchQuery: Sendable {
    package struct Tier: Sendable {
        package let kind: SearchMatch.Kind
        /// An FTS5 expression, to be bound as the value of `MATCH`.
        package let match: String
    }

    /// Characters of the text that are looked at; what follows is ignored.
    package static let greatestLength = 200

    /// Words that are looked at; a record need not have the ones that follow.
    package static let greatestWordCount = 12

    /// From the best kind of match to the widest.
    package let tiers: [Tier]

    /// An FTS5 expression for the candidates of all tiers at once; `nil` for a single character, which many records have
    /// and whose look-up is not cheap.
    package let everything: String?

    private let matcher: SearchMatcher

    /// `nil` where the text has no letter and no digit.
    package init?(_ text: String) {
        let searched = SearchText(text, limit: Self.greatestLength)
        guard !searched.runs.isEmpty else { return nil }
        let words = Array(SearchWord.all(in: searched).prefix(Self.greatestWordCount))
        matcher = SearchMatcher(compact: searched.compact, words: words)
        let word = SearchExpression.all(of: words.map(\.expression))
        let exact = Self.exact(searched, words)
        let shortcuts = Self.shortcuts(words)
        let prefix = SearchExpression.any(of: [Self.begins(searched, word)] + shortcuts)
        tiers = [(.exact, exact), (.prefix, prefix), (.word, word)].compactMap { kind, expression in
            expression.map { Tier(kind: kind, match: $0.text) }
        }
        everything =
            searched.compact.count > 1
            ? word.flatMap { SearchExpression.any(of: [exact, $0] + shortcuts) }?.text : nil
    }

    /// Whether the text is one telephone number and nothing else.
    var isNumber: Bool { matcher.number != nil }

    /// How a record matches, by the values of its searched fields; `nil` where it does not.
    package func verify(_ candidate: [FieldText]) -> SearchMatch? {
        matcher.match(candidate)
    }

    private static func exact(_ text: SearchText, _ words: [SearchWord]) -> SearchExpression? {
        var values = [text.compact.prefix(SearchToken.wholeLength).map(\.self)]
        if words.count == 1, case .number(let number?, _) = words[0] {
            let core = number.core.map { Unicode.Scalar($0) }
            if !values.contains(core) { values.append(core) }
        }
        return .any(of: values.map { .token(SearchToken.whole.text($0)) })
    }

    /// How a name begins that begins with all of the query.
    private static func begins(
        _ text: SearchText,
        _ word: SearchExpression?
    ) -> SearchExpression? {
        guard let first = text.compact.first else { return nil }
        let length = SearchToken.startLengths(first).last { $0 <= text.compact.count } ?? 1
        let start = SearchExpression.token(
            SearchToken.start.text(text.compact.prefix(length))
        )
        // A single character is all said by the start, and the records of the word may be many.
        return text.compact.count == 1 ? start : .all(of: [start, word])
    }

    /// Other ways in which a value can begin with a query of one word: by its initials, or as a number.
    private static func shortcuts(_ words: [SearchWord]) -> [SearchExpression?] {
        guard words.count == 1 else { return [] }
        switch words[0] {
        case .words(let parts): return [parts.first?.latinLetters.flatMap(SearchWord.initials)]
        case .number(let number?, _): return [SearchWord.phoneStart(number)]
        default: return []
        }
    }
}
