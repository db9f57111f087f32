package import KoiHTTP
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

    package static func logLevel(_ text: String) throws(ValueSentence) -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            let levels = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValueSentence("give one of \(levels).")
        }
        return level
    }

    /// Addresses apart by commas.
    package static func addresses(_ text: String) throws(ValueSentence) -> [Listener] {
        var listeners: [Listener] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let listener = try address(String(part).trimmingSpaces)
            if !listeners.contains(listener) { listeners.append(listener) }
        }
        return listeners
    }

    /// `HOST:PORT`, where an IPv6 address stands in brackets (RFC 3986 §3.2.2).
    ///
    /// Port 0 lets the system choose.
    package static func address(_ text: String) throws(ValueSentence) -> Listener {
        guard let colon = text.lastIndex(of: ":") else {
            throw ValueSentence("give HOST:PORT, such as 127.0.0.1:8080.")
        }
        let port = text[text.index(after: colon)...]
        guard let number = Digits.integer(String(port)), (0...65_535).contains(number),
            !port.hasPrefix("-")
        else { throw ValueSentence("the port must be a whole number from 0 to 65535.") }
        return .tcp(host: try host(text[..<colon]), port: Int(number))
    }

    private static func host(_ text: Substring) throws(ValueSentence) -> String {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let address = text.dropFirst().dropLast()
            let digits = Set("0123456789abcdefABCDEF:.".utf8)
            // A zone such as %eth0 names the interface of a link-local address.
            let parts = address.split(separator: "%", omittingEmptySubsequences: false)
            guard let first = parts.first, first.contains(":"), parts.count <= 2,
                first.utf8.allSatisfy(digits.contains), parts.allSatisfy({ !$0.isEmpty })
            else { throw ValueSentence("what stands in brackets must be an IPv6 address.") }
            return String(address)
        }
        guard !text.contains(":") else {
            throw ValueSentence("put an IPv6 address into brackets, such as [::1]:8080.")
        }
        let letters = Set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._".utf8)
        guard !text.isEmpty, text.utf8.allSatisfy(letters.contains) else {
            throw ValueSentence(
                "give HOST:PORT; 0.0.0.0 stands for all IPv4 addresses, [::] for all."
            )
        }
        return String(text)
    }
}
