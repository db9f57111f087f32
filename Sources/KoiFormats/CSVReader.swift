import KoiJSON

/// Comma-separated values (RFC 4180) with any delimiter: rows of texts.
///
/// More lenient than the RFC where that can mean one thing only: lines may end with LF or CR alone, a quote within a cell
/// that does not begin with one is a character, and spaces may follow a closing quote. A row whose quotes do not match ends
/// with its first line, so that one fault does not swallow the file.
package struct CSVReader: RowReader {
    package private(set) var place: Place
    private var window: ByteWindow
    private let dialect: CSVDialect
    private let limits: RowLimits
    /// How many cells a row should have; nil for any number.
    private let width: Int?

    package init(
        _ window: ByteWindow,
        _ dialect: CSVDialect,
        width: Int? = nil,
        from place: Place? = nil,
        limits: RowLimits = RowLimits()
    ) {
        self.window = window
        self.dialect = dialect
        self.width = width
        self.limits = limits
        self.place = place ?? dialect.start
    }

    package mutating func next() throws -> TableRow? {
        while let byte = try window.byte(place.offset), byte.isLineEnd { place = try behindLineEnd(byte, place) }
        guard try window.byte(place.offset) != nil else { return nil }
        var scan = Scan(place)
        do throws(Stop) {
            while try readCell(&scan) {}
        } catch {
            switch error {
            case .window(let error): throw error
            case .broken(let fault): return try broken(scan, fault)
            }
        }
        let row = TableRow(
            scan.start,
            length: scan.end.offset - scan.start.offset,
            cells: scan.cells,
            fault: fault(of: scan)
        )
        place = scan.end
        guard case .encoding = row.fault else { return row }
        let bytes = try window.bytes(row.place.offset..<min(scan.end.offset, row.place.offset + limits.row))
        let exact = UTF8Check.fault(in: bytes, line: row.place.line) ?? row.fault
        return TableRow(row.place, length: row.length, fault: exact)
    }

    // MARK: One row

    private enum Stop: Error {
        case window(any Error)
        case broken(RowFault)
    }

    private struct Scan {
        let start: Place
        var end: Place
        /// Behind the first line, where the row has several.
        var second: Place?
        var cells: [JSONValue] = []
        var cell: [UInt8] = []
        var kept = 0
        var fault: RowFault?

        init(_ start: Place) {
            self.start = start
            end = start
        }

        mutating func note(_ fault: RowFault) {
            if self.fault == nil { self.fault = fault }
        }
    }

    private func fault(of scan: Scan) -> RowFault? {
        if let fault = scan.fault { return fault }
        guard let width, scan.cells.count != width else { return nil }
        // What some programs write: a delimiter at the end of each row.
        guard scan.cells.count > width, scan.cells[width...].allSatisfy({ $0 == "" }) else {
            return .cellCount(scan.cells.count, expected: width)
        }
        return nil
    }

    /// - Returns: whether another cell follows in this row.
    private mutating func readCell(_ scan: inout Scan) throws(Stop) -> Bool {
        scan.cell.removeAll(keepingCapacity: true)
        var next = try byte(scan.end.offset)
        if next == dialect.quote {
            try readQuoted(&scan)
            next = try byte(scan.end.offset)
            while let byte = next, byte == .space || byte == .tab, byte != dialect.delimiter {
                scan.end.offset += 1
                next = try self.byte(scan.end.offset)
            }
            guard next == nil || next == dialect.delimiter || next?.isLineEnd == true else {
                throw .broken(.textAfterQuote(line: scan.end.line))
            }
        } else {
            while let byte = next, byte != dialect.delimiter, !byte.isLineEnd {
                keep(byte, &scan)
                scan.end.offset += 1
                next = try self.byte(scan.end.offset)
            }
        }
        finishCell(&scan)
        guard next == dialect.delimiter else { return false }
        scan.end.offset += 1
        return true
    }

    /// Behind the quote that opens the cell, up to behind the one that closes it.
    private mutating func readQuoted(_ scan: inout Scan) throws(Stop) {
        scan.end.offset += 1
        while scan.end.offset - scan.start.offset < limits.scan, let byte = try byte(scan.end.offset) {
            if byte.isLineEnd {
                let from = scan.end.offset
                do { scan.end = try behindLineEnd(byte, scan.end) } catch { throw .window(error) }
                if scan.second == nil { scan.second = scan.end }
                for offset in from..<scan.end.offset { if let byte = try self.byte(offset) { keep(byte, &scan) } }
                continue
            }
            scan.end.offset += 1
            if byte == dialect.quote {
                guard try self.byte(scan.end.offset) == dialect.quote else { return }
                scan.end.offset += 1
            }
            keep(byte, &scan)
        }
        throw .broken(.unclosedQuote)
    }

    private func keep(_ byte: UInt8, _ scan: inout Scan) {
        guard scan.cell.count < limits.cell else { return scan.note(.cellTooLong(limit: limits.cell)) }
        scan.cell.append(byte)
    }

    private func finishCell(_ scan: inout Scan) {
        scan.kept += scan.cell.count
        guard scan.kept <= limits.row else { return scan.note(.rowTooLong(limit: limits.row)) }
        guard scan.cells.count < limits.cells else { return scan.note(.tooManyCells(limit: limits.cells)) }
        guard scan.fault == nil else { return }
        guard let text = String(validating: scan.cell, as: UTF8.self) else {
            return scan.note(.encoding(line: scan.end.line, character: 1))
        }
        scan.cells.append(.string(text))
    }

    /// The first line of a row that cannot be read; what follows is read as rows of its own.
    private mutating func broken(_ scan: Scan, _ fault: RowFault) throws -> TableRow {
        var end = scan.start.offset
        if let second = scan.second {
            place = second
            end = second.offset
            while end > scan.start.offset, try window.byte(end - 1)?.isLineEnd == true { end -= 1 }
        } else {
            end = max(end, scan.end.offset)
            while let byte = try window.byte(end), !byte.isLineEnd { end += 1 }
            place = Place(offset: end, line: scan.start.line)
        }
        return TableRow(scan.start, length: end - scan.start.offset, fault: fault)
    }

    // MARK: Bytes

    private mutating func byte(_ offset: Int) throws(Stop) -> UInt8? {
        do { return try window.byte(offset) } catch { throw .window(error) }
    }

    /// Behind CR LF, LF or CR.
    private mutating func behindLineEnd(_ byte: UInt8, _ place: Place) throws -> Place {
        let offset = place.offset + 1
        let isPair = try byte == .carriageReturn && window.byte(offset) == .lineFeed
        return Place(offset: isPair ? offset + 1 : offset, line: place.line + 1)
    }
}
