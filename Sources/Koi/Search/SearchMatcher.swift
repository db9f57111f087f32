/// Tests the values of a record against a query.
struct SearchMatcher: Sendable {
    /// All of the query without spaces and punctuation.
    private let compact: [Unicode.Scalar]
    private let letters: [UInt8]?
    /// The telephone number that the query is, if it is nothing else.
    let number: PhoneNumber?
    private let words: [SearchWord]
    private let hasLetters: Bool

    init(compact: [Unicode.Scalar], words: [SearchWord]) {
        self.compact = compact
        self.words = words
        letters = compact.latinLetters
        hasLetters = compact.contains { 0x61...0x7A ~= $0.value }
        if words.count == 1, case .number(let number, _) = words[0] {
            self.number = number
        } else {
            number = nil
        }
    }

    func match(_ candidate: [FieldText]) -> SearchMatch? {
        let fields = candidate.map { SearchedField($0, isSpoken: hasLetters) }
        let wholes = fields.map(wholeMatch)
        if let best = wholes.compactMap(\.self).min() {
            return match(best, fields, where: wholes.map { $0 == best })
        }
        var isFound = [Bool](repeating: false, count: fields.count)
        for word in words {
            guard find(word, in: fields, marking: &isFound) else { return nil }
        }
        return match(.word, fields, where: isFound)
    }

    private func match(
        _ kind: SearchMatch.Kind,
        _ fields: [SearchedField],
        where isFound: [Bool]
    ) -> SearchMatch {
        var names: [String] = []
        for (field, isFound) in zip(fields, isFound) where isFound && !names.contains(field.name) {
            names.append(field.name)
        }
        return SearchMatch(kind: kind, fields: names)
    }

    /// Whether the whole query is the value of a field, or its beginning.
    private func wholeMatch(_ field: SearchedField) -> SearchMatch.Kind? {
        switch field.kind {
        case .text: return nil
        case .phone: return number.flatMap(field.match)
        case .name, .code, .email, .web: break
        }
        if field.text.compact == compact { return .exact }
        guard field.kind == .name || field.kind == .code else { return nil }
        if field.text.compact.starts(with: compact) { return .prefix }
        guard let letters, field.kind == .name else { return nil }
        return field.beginsWithPinyin(letters) ? .prefix : nil
    }

    /// Whether a word is found in some field; marks each in which it is.
    private func find(
        _ word: SearchWord,
        in fields: [SearchedField],
        marking isFound: inout [Bool]
    ) -> Bool {
        switch word {
        case .ideographs(let run):
            return mark(&isFound, fields.map { $0.contains(run) })
        case .words(let parts):
            if findEach(parts, in: fields, marking: &isFound) { return true }
            guard parts.count > 1, let letters = Array(parts.joined()).latinLetters else {
                return false
            }
            return mark(&isFound, fields.map { $0.containsPinyin(letters) })
        case .number(let number, let parts):
            if let number, mark(&isFound, fields.map { $0.contains(number) }) {
                _ = findEach(parts, in: fields, marking: &isFound)
                return true
            }
            return findEach(parts, in: fields, marking: &isFound)
        }
    }

    private func findEach(
        _ parts: [[Unicode.Scalar]],
        in fields: [SearchedField],
        marking isFound: inout [Bool]
    ) -> Bool {
        var marks = isFound
        for part in parts {
            guard mark(&marks, fields.map({ $0.contains(word: part) })) else { return false }
        }
        isFound = marks
        return true
    }

    private func mark(_ isFound: inout [Bool], _ matches: [Bool]) -> Bool {
        for (index, matches) in matches.enumerated() where matches { isFound[index] = true }
        return matches.contains(true)
    }
}
