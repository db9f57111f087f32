/// The name of a backup's folder: its time in UTC, `2026-11-22T02-00-00Z`, and a number from the second of that second on.
package struct BackupName: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// As a regular expression of JSON Schema.
    static let pattern =
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2}Z(-([2-9]|[1-9][0-9]{1,3}))?$"
    static let longest = 25

    /// As the pattern has it.
    private static let greatestNumber: Int64 = 9_999

    private let second: String
    private let number: Int64

    /// - Parameters:
    ///   - time: milliseconds since 1970.
    ///   - number: 1 for the first backup of its second.
    init(_ time: Int64, number: Int64 = 1) {
        let text = Timestamp.text(time)
        second = text.prefix(19).map { $0 == ":" ? "-" : String($0) }.joined() + "Z"
        self.number = number
    }

    /// This name, or with the number after the highest that others of the same second have; nil where there is none left.
    func next(after others: [BackupName]) -> BackupName? {
        let highest = others.filter { $0.second == second }.map(\.number).max() ?? 0
        return highest < Self.greatestNumber
            ? BackupName(second: second, number: highest + 1) : nil
    }

    private init(second: String, number: Int64) {
        self.second = second
        self.number = number
    }

    /// - Returns: nil for what is not such a name, so that no path can be reached by one.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.longest, text.utf8.count >= 20,
            text.utf8.allSatisfy({ $0 < 0x80 })
        else { return nil }
        let second = String(text.prefix(20))
        let template = "dddd-dd-ddTdd-dd-ddZ"
        let fits = zip(second.utf8, template.utf8).allSatisfy { byte, expected in
            expected == UInt8(ascii: "d")
                ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == expected
        }
        guard fits else { return nil }
        self.second = second
        let rest = text.dropFirst(20)
        guard !rest.isEmpty else {
            number = 1
            return
        }
        guard rest.first == "-", rest.dropFirst().first != "0",
            let number = Digits.integer(String(rest.dropFirst())),
            (2...Self.greatestNumber).contains(number)
        else { return nil }
        self.number = number
    }

    package var text: String { number == 1 ? second : "\(second)-\(number)" }
    package var description: String { text }

    package static func < (left: BackupName, right: BackupName) -> Bool {
        (left.second, left.number) < (right.second, right.number)
    }
}
