/// Collects what a record can be found by, as one string of tokens for the full-text index.
///
/// ```swift
/// var terms = SearchTerms()
/// terms.add(name: "重庆机械制造有限公司")
/// terms.add(phone: "+86 138 0013 8000")
/// index.insert(terms.tokens)
/// ```
///
/// The index must use FTS5's `ascii` tokenizer. A token only leads to candidates: ``SearchQuery``
/// verifies them on their values, so tokens may be few and short: 44 for a Chinese company with
/// name, short name, telephone and e-mail, built in 7 µs. A million records make an index of 131
/// MB, in which nearly every query finds its first 200 candidates within 1 ms, and the worst, a
/// single ideograph, within 13.
package struct SearchTerms {
    /// Characters of a name that are looked at.
    static let nameLimit = 100

    /// Characters of any other text that are looked at.
    static let textLimit = 200

    /// Up to this length every syllable of a run is a token: given names and short names are
    /// searched by any of them, longer ones from their beginning or by several.
    static let shortRun = 4

    private var list = SearchTokenList()

    package init() {}

    /// The tokens, separated by spaces, each once.
    package var tokens: String { list.text }

    package var count: Int { list.count }

    /// The name of a company, a person or a thing.
    package mutating func add(name: String) {
        let text = SearchText(name, limit: Self.nameLimit)
        addWhole(text)
        for (index, run) in text.runs.enumerated() {
            let scalars = text[run]
            if run.kind == .ideographs {
                let stem = LegalForm.stem(scalars)
                addPairs(of: stem)
                addLegalForm(of: scalars, after: stem)
                addPinyin(of: stem, isFirst: index == 0)
            } else {
                addBeginnings(of: scalars, from: 2)
            }
        }
    }

    /// An address, a remark or the like: its words and pairs of ideographs, without pinyin.
    package mutating func add(text: String) {
        addWords(of: SearchText(text, limit: Self.textLimit))
    }

    /// One or several telephone numbers in any spelling.
    package mutating func add(phone: String) {
        for number in PhoneNumber.all(in: phone) {
            list.add(.whole, number.core.prefix(SearchToken.wholeLength))
            for length in SearchToken.phoneStartLengths where length <= number.core.count {
                list.add(.phoneStart, number.core.prefix(length))
            }
            for length in SearchToken.phoneEndLengths where length <= number.digits.count {
                list.add(.phoneEnd, number.digits.suffix(length))
            }
        }
    }

    /// An e-mail address: as a whole, and by the words of its local part and its domain.
    package mutating func add(email: String) {
        addAddress(SearchText(email, limit: Self.textLimit))
    }

    /// The address of a website: as a whole, and by the words of its host.
    package mutating func add(web: String) {
        addAddress(WebAddress.searchText(web))
    }

    /// A number or name from another system, such as `INV-2024-0017`.
    package mutating func add(code: String) {
        let text = SearchText(code, limit: Self.nameLimit)
        addWhole(text)
        addBeginnings(of: text.compact[...], from: 2)
        for run in text.runs {
            if run.kind == .ideographs {
                addPairs(of: text[run])
            } else {
                addBeginnings(of: text[run], from: 2)
            }
        }
    }
}

extension SearchTerms {
    private mutating func addWhole(_ text: SearchText) {
        guard let first = text.compact.first else { return }
        list.add(.whole, text.compact.prefix(SearchToken.wholeLength))
        for length in SearchToken.startLengths(first) where length <= text.compact.count {
            list.add(.start, text.compact.prefix(length))
        }
    }

    private mutating func addAddress(_ text: SearchText) {
        list.add(.whole, text.compact.prefix(SearchToken.wholeLength))
        addWords(of: text, except: CommonWord.isPartOfAddresses)
    }

    private mutating func addWords(
        of text: SearchText,
        except isLeftOut: (ArraySlice<Unicode.Scalar>) -> Bool = { _ in false }
    ) {
        for run in text.runs {
            if run.kind == .ideographs {
                addPairs(of: text[run])
            } else if !isLeftOut(text[run]) {
                addBeginnings(of: text[run], from: 4)
            }
        }
    }

    private mutating func addPairs(of run: ArraySlice<Unicode.Scalar>) {
        if run.count == 1 { list.add(.plain, run) }
        for index in run.indices.dropLast() where !LegalForm.isSeam(run[index...index + 1]) {
            list.add(.plain, run[index...index + 1])
        }
    }

    /// The seam to the legal form and its words; where there is none, the last character, which
    /// begins no pair and so would not be found alone.
    private mutating func addLegalForm(
        of run: ArraySlice<Unicode.Scalar>,
        after stem: ArraySlice<Unicode.Scalar>
    ) {
        let form = run[stem.endIndex...]
        if form.isEmpty { return list.add(.plain, run.suffix(1)) }
        list.add(.plain, run[(stem.endIndex - 1)...stem.endIndex])
        for word in LegalForm.words(form) { list.add(.legalForm, word) }
    }

    /// The beginnings of a word; a word shorter than the shortest of them is indexed as it is.
    private mutating func addBeginnings(of word: ArraySlice<Unicode.Scalar>, from shortest: Int) {
        if word.count < shortest { list.add(.plain, word) }
        for length in SearchToken.wordLengths where length >= shortest && length <= word.count {
            list.add(.plain, word.prefix(length))
        }
    }

    private mutating func addPinyin(of run: ArraySlice<Unicode.Scalar>, isFirst: Bool) {
        let readings = Pinyin.readings(of: run)
        addBeginnings(of: readings, isFirst: isFirst)
        for (left, right) in zip(readings, readings.dropFirst()) {
            for first in left {
                for second in right {
                    list.add(.syllables, first, second)
                    list.add(.initials, [first.initial, second.initial])
                }
            }
        }
        if readings.count <= Self.shortRun {
            for reading in readings.dropFirst().joined() { list.add(.plain, reading) }
        }
    }

    /// The first letters of the pinyin of a run, for which three syllables are enough.
    private mutating func addBeginnings(of readings: [[Syllable]], isFirst: Bool) {
        let second = readings.dropFirst().first ?? []
        let third = readings.dropFirst(2).first?.first?.letters ?? []
        for first in readings.first ?? [] {
            if second.isEmpty { addBeginnings(first.letters, isFirst: isFirst) }
            for second in second {
                addBeginnings(first.letters + second.letters + third, isFirst: isFirst)
            }
        }
    }

    private mutating func addBeginnings(_ letters: [UInt8], isFirst: Bool) {
        if isFirst {
            list.add(.start, letters.prefix(1))
            if letters.count >= 3 { list.add(.start, letters.prefix(3)) }
        }
        for length in SearchToken.pinyinLengths where length <= letters.count {
            list.add(.plain, letters.prefix(length))
        }
    }
}
