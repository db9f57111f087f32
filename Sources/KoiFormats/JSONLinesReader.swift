package import KoiJSON

/// Objects in JSON, one on each line: rows of values.
package struct JSONLinesReader: RowReader {
    package private(set) var place: Place
    private var window: ByteWindow
    private let columns: [String: Int]
    private let limits: RowLimits

    /// - Parameter columns: the members that a row may have, in the order of its cells.
    package init(
        _ window: ByteWindow,
        columns: [String],
        from place: Place = Place(),
        limits: RowLimits = RowLimits()
    ) {
        self.window = window
        self.columns = Dictionary(columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        self.place = place
        self.limits = limits
    }

    package mutating func next() throws -> TableRow? {
        while let line = try nextLine() {
            guard !line.isBlank else { continue }
            switch line.object(limits) {
            case .success(let object): return row(object, line)
            case .failure(let fault): return TableRow(line.place, length: line.length, fault: fault)
            }
        }
        return nil
    }

    private func row(_ object: JSONObject, _ line: Line) -> TableRow {
        var cells = [JSONValue](repeating: .null, count: columns.count)
        for member in object.members {
            guard let column = columns[member.name] else {
                return TableRow(line.place, length: line.length, fault: .unknownMember(member.name))
            }
            cells[column] = member.value
        }
        return TableRow(line.place, length: line.length, cells: cells)
    }

    /// Reads the next line as an object, whatever its members are called.
    ///
    /// - Returns: nil at the end; no object for a line that is none.
    package mutating func nextObject() throws -> (place: Place, object: JSONObject?)? {
        while let line = try nextLine() {
            guard !line.isBlank else { continue }
            return (line.place, try? line.object(limits).get())
        }
        return nil
    }

    private struct Line {
        let place: Place
        let length: Int
        /// As far as the limit goes.
        let bytes: [UInt8]

        var isBlank: Bool { bytes.allSatisfy { $0 == .space || $0 == .tab } }

        func object(_ limits: RowLimits) -> Result<JSONObject, RowFault> {
            guard length <= limits.row else { return .failure(.rowTooLong(limit: limits.row)) }
            if let fault = UTF8Check.fault(in: bytes, line: place.line) { return .failure(fault) }
            do throws(JSONError) {
                guard let object = try JSONReader.read(bytes).objectValue else { return .failure(.notObject) }
                return .success(object)
            } catch {
                return .failure(.notJSON(error.message))
            }
        }
    }

    private mutating func nextLine() throws -> Line? {
        let start = place
        guard let (bytes, length) = try window.line(at: &place, limit: limits.row) else { return nil }
        return Line(place: start, length: length > limits.row ? length : bytes.count, bytes: bytes)
    }
}
