/// One reply of a mail server (RFC 5321 §4.2).
struct SMTPReply: Equatable {
    let code: Int
    /// What stands behind the code in each line.
    let lines: [String]

    var isPositive: Bool { (200..<400).contains(code) }
    /// Whether trying again later may help.
    var isTransient: Bool { (400..<500).contains(code) }

    /// For people, short and without control characters.
    var text: String {
        (String(code) + " " + lines.joined(separator: " ")).shown(300)
    }
}

/// Makes replies out of bytes.
struct SMTPReplyReader {
    /// Not what a mail server says.
    struct Malformed: Error {}

    /// RFC 5321 §4.5.3.1.5 asks for 512; servers go beyond.
    private static let maximumLine = 2_000
    private static let maximumLines = 200

    private var bytes: [UInt8] = []
    private var lines: [String] = []
    private var code: Int?

    /// Whether anything came that is no whole reply yet.
    var hasRest: Bool { !bytes.isEmpty || !lines.isEmpty }

    mutating func add(_ received: [UInt8]) {
        bytes += received
    }

    /// The next whole reply; nil while there is none.
    mutating func next() throws(Malformed) -> SMTPReply? {
        while let end = bytes.firstIndex(of: 0x0A) {
            var line = bytes[..<end]
            bytes = Array(bytes[(end + 1)...])
            if line.last == 0x0D { line.removeLast() }
            guard line.count <= SMTPReplyReader.maximumLine, lines.count < SMTPReplyReader.maximumLines else {
                throw Malformed()
            }
            if let reply = try add(line: Array(line)) { return reply }
        }
        guard bytes.count <= SMTPReplyReader.maximumLine else { throw Malformed() }
        return nil
    }

    private mutating func add(line: [UInt8]) throws(Malformed) -> SMTPReply? {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard line.count >= 3, line[..<3].allSatisfy(digits.contains) else { throw Malformed() }
        let found = line[..<3].reduce(0) { $0 * 10 + Int($1 - digits.lowerBound) }
        let mark = line.count > 3 ? line[3] : UInt8(ascii: " ")
        let isLast = mark == UInt8(ascii: " ")
        guard (200..<600).contains(found), code == nil || code == found, isLast || mark == UInt8(ascii: "-") else {
            throw Malformed()
        }
        lines.append(String(decoding: line.dropFirst(4), as: UTF8.self))
        code = isLast ? nil : found
        guard isLast else { return nil }
        defer { lines = [] }
        return SMTPReply(code: found, lines: lines)
    }
}
