package import KoiJSON

/// Where a row begins in its file.
package struct Place: Sendable, Equatable {
    /// In bytes.
    package var offset: Int
    /// Counted from 1.
    package var line: Int

    package init(offset: Int = 0, line: Int = 1) {
        self.offset = offset
        self.line = line
    }
}

/// One row of a file: a line of CSV, an object of JSON lines, a card.
package struct TableRow: Sendable, Equatable {
    package let place: Place
    /// In bytes, without the end of its line.
    package let length: Int
    /// One for each column; none where the row has a fault.
    package let cells: [JSONValue]
    package let fault: RowFault?

    package init(_ place: Place, length: Int, cells: [JSONValue] = [], fault: RowFault? = nil) {
        self.place = place
        self.length = length
        self.cells = fault == nil ? cells : []
        self.fault = fault
    }

    /// Whether it says nothing at all, as the empty lines at the end of many a spreadsheet.
    package var isBlank: Bool {
        fault == nil && cells.allSatisfy { $0 == .null || $0 == "" }
    }
}

/// Takes a file apart, row by row, from any row on.
package protocol RowReader {
    /// Where the next row begins, or the space in front of it.
    var place: Place { get }

    /// The next row; nil at the end.
    ///
    /// - Throws: where the file cannot be read. What is wrong with a row stands in the row, and the next one follows.
    mutating func next() throws -> TableRow?
}

/// What a row may be at most, in bytes but for the cells.
package struct RowLimits: Sendable, Equatable {
    package var cell = 1 << 20
    package var row = 4 << 20
    package var cells = 1_000
    /// How far the end of a row is looked for.
    package var scan = 64 << 20

    package init() {}
}
