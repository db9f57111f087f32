/// The kinds of tokens in the index.
///
/// All but the plain ones begin with a marker, so that kinds do not meet: a C1 control character,
/// which FTS5's `ascii` tokenizer keeps, as it keeps everything from U+0080 on, and which no folded
/// text contains as a letter.
enum SearchToken: UInt8 {
    /// A pair of ideographs or a single one, a beginning of a word or of the pinyin of a run, or a
    /// syllable that stands alone.
    case plain = 0
    /// A whole value, or the beginning of a very long one.
    case whole = 0x80
    /// How a name begins: an ideograph, a letter, three letters.
    case start = 0x81
    /// The first 3, 5 and 7 digits of a telephone number within its country.
    case phoneStart = 0x82
    /// The last 4 and 7 digits of a telephone number.
    case phoneEnd = 0x83
    /// Two adjacent syllables.
    case syllables = 0x84
    /// The initials of two adjacent syllables.
    case initials = 0x85
    /// A word of the legal form at the end of a name: apart, since the many records of 公司 would
    /// else be read for every name with a 公.
    case legalForm = 0x86
    /// A user who owns the record or with whom it is shared, so that visibility is part of the look-up.
    case owner = 0x87

    /// The marker as UTF-8: the lead byte C2 and the code point itself.
    var marker: [UInt8] { self == .plain ? [] : [0xC2, rawValue] }

    func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        if self != .plain { view.append(Unicode.Scalar(rawValue)) }
        view.append(contentsOf: scalars)
        return String(view)
    }

    func text(_ letters: some Collection<UInt8>) -> String {
        text(letters.map { Unicode.Scalar($0) })
    }
}

extension SearchToken {
    /// Scalars of a whole value that its token keeps; verification compares the rest.
    static let wholeLength = 48

    /// The lengths of the beginnings of a name.
    ///
    /// One ideograph does: together with its pair it leads to hardly any name that begins
    /// otherwise.
    static func startLengths(_ first: Unicode.Scalar) -> [Int] {
        first.value < 0x2E80 ? [1, 3] : [1]
    }

    /// The lengths of the beginnings by which a word is indexed, and the pinyin of a run.
    static let wordLengths = [2, 3, 4, 6, 8]
    static let pinyinLengths = [2, 3, 4]

    static let phoneStartLengths = [3, 5, 7]
    static let phoneEndLengths = [4, 7]
}
