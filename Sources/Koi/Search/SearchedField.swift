/// A field's value, prepared for being searched.
struct SearchedField {
    let name: String
    let kind: FieldText.Kind
    let text: SearchText
    private let phones: [PhoneNumber]
    private let spoken: [SpokenRun]

    /// Prepares a value; for pinyin only where the query may be, for that takes most of the time.
    init(_ field: FieldText, isSpoken: Bool) {
        name = field.field
        kind = field.kind
        switch kind {
        case .name, .code: text = SearchText(field.value, limit: SearchTerms.nameLimit)
        case .text, .email: text = SearchText(field.value, limit: SearchTerms.textLimit)
        case .phone: text = SearchText("", limit: 0)
        case .web: text = WebAddress.searchText(field.value)
        }
        phones = kind == .phone ? PhoneNumber.all(in: field.value) : []
        spoken = isSpoken && kind == .name ? SpokenRun.all(in: text) : []
    }

    func contains(_ ideographs: [Unicode.Scalar]) -> Bool {
        text.runs.contains { run in
            guard run.kind == .ideographs, run.range.count >= ideographs.count else { return false }
            let last = run.range.upperBound - ideographs.count
            return (run.range.lowerBound...last).contains {
                text.compact[$0..<$0 + ideographs.count] == ideographs[...]
            }
        }
    }

    func contains(word: [Unicode.Scalar]) -> Bool {
        let begins = text.runs.contains { $0.kind != .ideographs && text[$0].starts(with: word) }
        if begins { return true }
        guard !spoken.isEmpty, let letters = word.latinLetters else { return false }
        return containsPinyin(letters) || spoken.contains { $0.initials(letters) != nil }
    }

    func containsPinyin(_ letters: [UInt8]) -> Bool {
        spoken.contains { $0.pinyin(letters) != nil }
    }

    /// Whether the name begins with these letters as pinyin or as initials.
    func beginsWithPinyin(_ letters: [UInt8]) -> Bool {
        guard text.runs.first?.kind == .ideographs, let run = spoken.first else { return false }
        return run.pinyin(letters) == .atStart || run.initials(letters) == .atStart
    }

    func contains(_ number: PhoneNumber) -> Bool {
        phones.contains {
            $0.isSame(as: number) || $0.begins(with: number) || $0.ends(with: number)
        }
    }

    func match(_ number: PhoneNumber) -> SearchMatch.Kind? {
        if phones.contains(where: { $0.isSame(as: number) }) { return .exact }
        return phones.contains { $0.begins(with: number) } ? .prefix : nil
    }
}

extension PhoneNumber {
    fileprivate func begins(with number: PhoneNumber) -> Bool {
        number.canBeginNumber && core.starts(with: number.core)
    }

    fileprivate func ends(with number: PhoneNumber) -> Bool {
        let longest = [number.digits, number.core].filter {
            $0.count >= 4 && $0.count <= digits.count
        }
        return longest.contains { digits.suffix($0.count) == $0[...] }
    }
}
