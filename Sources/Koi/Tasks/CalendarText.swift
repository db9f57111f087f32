import KoiSQLite

/// Lines of iCalendar (RFC 5545).
struct CalendarText {
    /// RFC 5545 §3.1: a line has at most 75 octets, its end not counted.
    private static let longestLine = 75

    private(set) var bytes: [UInt8] = []

    /// A line whose value needs no escaping.
    mutating func add(_ name: String, _ value: String) {
        fold(name + ":" + value)
    }

    /// A line with text from people.
    mutating func add(_ name: String, text: String) {
        fold(name + ":" + CalendarText.escaped(text))
    }

    mutating func add(_ name: String, time: Int64) {
        fold(name + ":" + CalendarText.time(time))
    }

    /// The value of a text (RFC 5545 §3.3.11), in which of control characters only line ends have a place.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var wasReturn = false
        for scalar in text.unicodeScalars {
            defer { wasReturn = scalar == "\r" }
            switch scalar {
            case "\\", ";", ",": result.append(contentsOf: ["\\", scalar])
            case "\n" where wasReturn: continue
            case "\n", "\r", "\u{2028}", "\u{2029}": result.append(contentsOf: ["\\", "n"])
            case "\t": result.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: continue
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// In UTC: `20261122T093000Z` (§3.3.5).
    static func time(_ milliseconds: Int64) -> String {
        String(Timestamp.text(milliseconds).prefix(19).filter { $0 != "-" && $0 != ":" }) + "Z"
    }

    /// Never within a character: §3.1 allows it, but clients read line by line.
    private mutating func fold(_ line: String) {
        var length = 0
        for scalar in line.unicodeScalars {
            let encoded = UTF8.encode(scalar).map(Array.init) ?? []
            if length + encoded.count > CalendarText.longestLine {
                bytes += [0x0D, 0x0A, 0x20]
                length = 1
            }
            bytes += encoded
            length += encoded.count
        }
        bytes += [0x0D, 0x0A]
    }
}
