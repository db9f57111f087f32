package import Logging

/// What a value of an option should have been.
package struct ValueSentence: Error, Equatable, CustomStringConvertible {
    package let description: String

    init(_ text: String) {
        description = text
    }
}

/// Reads the values of options from their texts.
package enum OptionValue {
    package static func folder(_ text: String) throws(ValueSentence) -> String {
        guard !text.isEmpty, !text.utf8.contains(0) else {
            throw ValueSentence("give the path of a folder.")
        }
        // Without its last slash, so that paths made from it read well; "/" itself stays.
        var path = text
        while path.utf8.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    package static func number(
        _ text: String,
        _ range: ClosedRange<Int>
    ) throws(ValueSentence) -> Int {
        guard let number = Digits.integer(text), let value = Int(exactly: number),
            range.contains(value)
        else {
            throw ValueSentence(
                "give a whole number from \(range.lowerBound) to \(range.upperBound)."
            )
        }
        return value
    }

    /// A number of bytes, plain or with KiB, MiB or GiB.
    package static func size(
        _ text: String,
        _ range: ClosedRange<Int>
    ) throws(ValueSentence) -> Int {
        let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)]
        let unit = units.first { text.hasSuffix($0.0) } ?? ("", 1)
        guard let number = Digits.integer(String(text.dropLast(unit.0.count))), number > 0,
            let count = Int(exactly: number)
        else { throw sizeSentence(range) }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: unit.1)
        guard !overflow, range.contains(bytes) else { throw sizeSentence(range) }
        return bytes
    }

    private static func sizeSentence(_ range: ClosedRange<Int>) -> ValueSentence {
        ValueSentence(
            "give a size such as 512KiB or 4MiB, from \(range.lowerBound) to \(range.upperBound) bytes."
        )
    }

    package static func flag(_ text: String) throws(ValueSentence) -> Bool {
        switch text {
        case "on": return true
        case "off": return false
        default: throw ValueSentence("give on or off.")
        }
    }

    /// One of a few words.
    static func choice<Choice: RawRepresentable & CaseIterable>(
        _ text: String
    ) throws(ValueSentence) -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: text) else {
            let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValueSentence("give one of \(words).")
        }
        return choice
    }

    package static func logLevel(_ text: String) throws(ValueSentence) -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValueSentence("give one of \(levels).")
        }
        return level
    }
}
