import KoiJSON

/// What separates the cells of a file and what encloses them.
package struct CSVDialect: Sendable, Equatable {
    package let delimiter: UInt8
    package let quote: UInt8
    /// Where the headings begin: behind a line such as `sep=;`, which some programs write for others.
    package let start: Place

    package init(
        delimiter: UInt8 = UInt8(ascii: ","),
        quote: UInt8 = UInt8(ascii: "\""),
        start: Place = Place()
    ) {
        self.delimiter = delimiter
        self.quote = quote
        self.start = start
    }

    package static let delimiters = [",", ";", "\t", "|"]
    /// Rows that are tried with each delimiter.
    private static let sample = 20

    /// Looks which delimiter gives the first rows the same number of cells, and the most of them.
    package static func detect(in window: ByteWindow, delimiter: UInt8? = nil) throws -> CSVDialect {
        var window = window
        let quote = try self.quote(&window)
        if let named = try separatorLine(&window) {
            return CSVDialect(delimiter: delimiter ?? named.0, quote: quote, start: named.1)
        }
        if let delimiter { return CSVDialect(delimiter: delimiter, quote: quote) }
        var best = (score: 0, dialect: CSVDialect(quote: quote))
        for delimiter in delimiters.compactMap(\.utf8.first) {
            let dialect = CSVDialect(delimiter: delimiter, quote: quote)
            let score = try dialect.score(window)
            if score > best.score { best = (score, dialect) }
        }
        return best.dialect
    }

    private func score(_ window: ByteWindow) throws -> Int {
        var reader = CSVReader(window, self)
        var counts: [Int] = []
        while counts.count < CSVDialect.sample, let row = try reader.next() {
            counts.append(row.fault == nil ? row.cells.count : 0)
        }
        guard let first = counts.first, first > 1 else { return 0 }
        let alike = counts.count { $0 == first }
        // Rows that agree count for more than the number of cells, which a comma in a text makes greater.
        return alike * 1_000 / counts.count * 1_000 + min(first, 999)
    }

    /// An apostrophe where cells are enclosed in it and none in the common quote.
    private static func quote(_ window: inout ByteWindow) throws -> UInt8 {
        let common = UInt8(ascii: "\"")
        let other = UInt8(ascii: "'")
        let head = try window.bytes(0..<(8 << 10))
        guard !head.contains(common), head.first == other else { return common }
        let line = head.prefix { !$0.isLineEnd }
        return line.count > 1 && line.last == other ? other : common
    }

    private static func separatorLine(_ window: inout ByteWindow) throws -> (UInt8, Place)? {
        let head = try window.bytes(0..<8)
        guard head.starts(with: Array("sep=".utf8)), head.count >= 5, head.count > 5, head[5].isLineEnd else {
            return nil
        }
        let isPair = head[5] == .carriageReturn && head.count > 6 && head[6] == .lineFeed
        return (head[4], Place(offset: isPair ? 7 : 6, line: 2))
    }
}
