/// Cards (vCard 4.0, RFC 6350; 3.0, RFC 2426; and what phones write of 2.1): a row for each, with the same columns.
package struct VCardReader: RowReader {
    /// The columns of every file of cards.
    package static let columns = [
        "FN", "KIND", "ORG", "TITLE", "TEL", "TEL;TYPE=CELL", "TEL 2", "EMAIL", "EMAIL 2", "ADR", "URL", "BDAY", "NOTE",
        "CATEGORIES", "WECHAT", "UID",
    ]

    package private(set) var place: Place
    private var window: ByteWindow
    private let limits: RowLimits

    package init(_ window: ByteWindow, from place: Place = Place(), limits: RowLimits = RowLimits()) {
        self.window = window
        self.place = place
        self.limits = limits
    }

    package mutating func next() throws -> TableRow? {
        var start = place
        var content = VCardContent()
        var (isOpen, isTooLong) = (false, false)
        while let line = try nextLine() {
            if !isOpen {
                if line.bytes.allSatisfy({ $0 == .space || $0 == .tab }) {
                    start = place
                    continue
                }
                guard line.isWord("BEGIN:VCARD") else {
                    return TableRow(line.place, length: line.bytes.count, fault: .notCard)
                }
                (isOpen, start) = (true, line.place)
            } else if line.isWord("END:VCARD") {
                return row(content, start, length: line.end - start.offset, isTooLong)
            } else if line.isWord("BEGIN:VCARD") {
                place = line.place
                return TableRow(start, length: line.place.offset - start.offset, fault: .unclosedCard)
            } else if line.end - start.offset > limits.row {
                isTooLong = true
            } else {
                content.add(line.bytes)
            }
        }
        guard isOpen else { return nil }
        return TableRow(start, length: place.offset - start.offset, fault: .unclosedCard)
    }

    private func row(_ content: VCardContent, _ start: Place, length: Int, _ isTooLong: Bool) -> TableRow {
        if isTooLong { return TableRow(start, length: length, fault: .rowTooLong(limit: limits.row)) }
        let bytes = Array(content.lines.joined(separator: [.lineFeed]))
        if let fault = UTF8Check.fault(in: bytes, line: start.line + 1) {
            return TableRow(start, length: length, fault: fault)
        }
        return TableRow(start, length: length, cells: VCardCells(content.lines).cells)
    }

    private struct Line {
        let place: Place
        var bytes: [UInt8]
        /// Behind its last byte.
        var end: Int

        func isWord(_ word: String) -> Bool {
            guard bytes.count >= word.utf8.count, bytes.count < word.utf8.count + 8 else { return false }
            var text = String(decoding: bytes, as: UTF8.self).uppercased()
            while text.hasSuffix(" ") || text.hasSuffix("\t") { text.removeLast() }
            return text == word
        }
    }

    private mutating func nextLine() throws -> Line? {
        let start = place
        guard let (bytes, _) = try window.line(at: &place, limit: limits.row) else { return nil }
        return Line(place: start, bytes: bytes, end: start.offset + bytes.count)
    }
}

/// The lines of a card without its folding.
struct VCardContent {
    private(set) var lines: [[UInt8]] = []

    /// RFC 6350 §3.2: a line that begins with white space goes on with the one before; RFC 2045 §6.7: so does what follows a
    /// `=` at the end of a line in quoted-printable.
    mutating func add(_ line: [UInt8]) {
        guard let last = lines.last else {
            lines.append(line)
            return
        }
        if line.first == .space || line.first == .tab {
            lines[lines.count - 1] += line.dropFirst()
        } else if last.last == UInt8(ascii: "="), VCardProperty(last)?.isQuotedPrintable == true {
            lines[lines.count - 1].removeLast()
            lines[lines.count - 1] += line
        } else {
            lines.append(line)
        }
    }
}
