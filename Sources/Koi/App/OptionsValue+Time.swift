extension OptionValue {
    /// A length of time, as `10s`, in milliseconds.
    package static func time(_ text: String, _ range: ClosedRange<Int>) throws(ValueSentence) -> Int {
        // The longest unit that fits first: `ms` ends in `s`, too.
        let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)]
        guard let unit = units.first(where: { text.hasSuffix($0.0) }),
            let number = Digits.integer(String(text.dropLast(unit.0.count))), number > 0,
            let count = Int(exactly: number)
        else { throw timeSentence(range) }
        let (milliseconds, overflow) = count.multipliedReportingOverflow(by: unit.1)
        guard !overflow, range.contains(milliseconds) else { throw timeSentence(range) }
        return milliseconds
    }

    /// A number from 1 on, or `off`.
    package static func numberOrOff(_ text: String, upTo highest: Int) throws(ValueSentence) -> Int? {
        if text == "off" { return nil }
        guard let number = try? number(text, 1...highest) else {
            throw ValueSentence("give off, or a whole number from 1 to \(highest).")
        }
        return number
    }

    private static func timeSentence(_ range: ClosedRange<Int>) -> ValueSentence {
        ValueSentence(
            "give a time such as 500ms, 10s or 2m, from \(text(range.lowerBound)) to \(text(range.upperBound))."
        )
    }

    private static func text(_ milliseconds: Int) -> String {
        if milliseconds % 3_600_000 == 0 { return "\(milliseconds / 3_600_000)h" }
        if milliseconds % 60_000 == 0 { return "\(milliseconds / 60_000)m" }
        return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
    }
}
