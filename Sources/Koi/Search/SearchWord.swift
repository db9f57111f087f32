/// A part of a query that a record must contain.
enum SearchWord {
    /// Ideographs without anything between.
    case ideographs([Unicode.Scalar])
    /// Adjacent words: each on its own or, as pinyin, all in one.
    case words([[Unicode.Scalar]])
    /// A number, and the parts in which it was written if it may be a telephone number.
    case number(PhoneNumber?, parts: [[Unicode.Scalar]])

    /// The words of a query in their order.
    static func all(in text: SearchText) -> [SearchWord] {
        var words: [SearchWord] = []
        var runs = text.runs[...]
        while let run = runs.popFirst() {
            switch run.kind {
            case .ideographs:
                words.append(.ideographs(Array(text[run])))
            case .word:
                let others = runs.prefix { $0.kind == .word }
                runs.removeFirst(others.count)
                words.append(.words(joiningLetters([run] + others, of: text)))
            case .number:
                let others = runs.prefix { $0.kind == .number && $0.continuesNumber }
                words += numbers([run] + others, of: text)
                runs.removeFirst(others.count)
            }
        }
        return words
    }

    /// `c q j x` is `cqjx`: single letters are no words.
    private static func joiningLetters(
        _ runs: [SearchText.Run],
        of text: SearchText
    ) -> [[Unicode.Scalar]] {
        let words = runs.map { Array(text[$0]) }
        return words.allSatisfy { $0.count == 1 } ? [Array(words.joined())] : words
    }

    /// One telephone number, where the groups of digits have a plus sign or enough digits together;
    /// else a number for each.
    private static func numbers(_ runs: [SearchText.Run], of text: SearchText) -> [SearchWord] {
        let parts = runs.map { Array(text[$0]) }
        let isInternational = runs.first?.followsPlus ?? false
        let significant = isInternational ? parts.filter { $0 != ["0"] } : parts
        let digits = significant.joined().map { UInt8(truncatingIfNeeded: $0.value) }
        if parts.count == 1 || isInternational || digits.count >= PhoneNumber.shortestSubscriber {
            return [
                .number(PhoneNumber(digits: digits, isInternational: isInternational), parts: parts)
            ]
        }
        return parts.map { part in
            let digits = part.map { UInt8(truncatingIfNeeded: $0.value) }
            return .number(PhoneNumber(digits: digits, isInternational: false), parts: [part])
        }
    }
}

extension [Unicode.Scalar] {
    /// The letters a to z if there is nothing else.
    var latinLetters: [UInt8]? {
        guard allSatisfy({ 0x61...0x7A ~= $0.value }) else { return nil }
        return map { UInt8(truncatingIfNeeded: $0.value) }
    }
}
