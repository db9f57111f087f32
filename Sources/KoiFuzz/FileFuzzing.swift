import KoiFormats
import KoiJSON

/// Files of rows: whatever the pieces they are read in, the rows are the same, they follow each other, and from any of them the
/// rest is read as it was.
enum FileFuzzing {
    static func read(_ input: [UInt8]) {
        var limits = RowLimits()
        limits.cell = 64
        limits.row = 256
        limits.scan = 512
        transcode(input)
        let delimiter = input.first.map { [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")][Int($0 % 3)] }
        let dialect = CSVDialect(delimiter: delimiter ?? UInt8(ascii: ","))
        check(input) { CSVReader($0, dialect, width: 2, from: $1, limits: limits) }
        check(input) { JSONLinesReader($0, columns: ["a", "b"], from: $1, limits: limits) }
        check(input) { VCardReader($0, from: $1, limits: limits) }
        var window = ByteWindow(input)
        let detected = try? DetectedEncoding.detect(in: &window)
        require((detected?.start ?? 0) <= 4, "A byte order mark that long.")
        _ = try? CSVDialect.detect(in: ByteWindow(input))
    }

    private static func check(_ input: [UInt8], _ reader: (ByteWindow, Place) -> any RowReader) {
        let rows = rows(reader(ByteWindow(input), Place()))
        require(rows == self.rows(reader(ByteWindow(input, step: 3), Place())), "Other rows in other pieces.")
        var end = 0
        for row in rows {
            require(row.place.offset >= end, "A row within another one.")
            require(row.place.offset + row.length <= input.count, "A row behind the end.")
            end = row.place.offset + 1
        }
        guard rows.count > 1 else { return }
        let middle = rows.count / 2
        require(
            Array(rows[middle...]) == self.rows(reader(ByteWindow(input), rows[middle].place)),
            "Other rows from one on."
        )
    }

    private static func rows(_ reader: any RowReader) -> [TableRow] {
        var reader = reader
        var rows: [TableRow] = []
        while let row = try? reader.next() {
            require(row.fault == nil || row.cells.isEmpty, "Cells beside a fault.")
            rows.append(row)
        }
        return rows
    }

    private static func transcode(_ input: [UInt8]) {
        guard let encoding = FileEncoding.allCases.dropFirst().randomElement(by: input.last ?? 0) else { return }
        let whole = text(input, encoding, step: input.count + 1)
        require(whole == text(input, encoding, step: 5), "Another text in other pieces.")
    }

    private static func text(_ input: [UInt8], _ encoding: FileEncoding, step: Int) -> [UInt8] {
        guard var transcoder = Transcoder(from: encoding) else { return [] }
        var text: [UInt8] = []
        for start in stride(from: 0, to: input.count, by: step) {
            transcoder.convert(Array(input[start..<min(start + step, input.count)]), into: &text)
        }
        transcoder.finish(into: &text)
        return text
    }
}

extension Collection {
    /// The element that a byte of the input chooses.
    fileprivate func randomElement(by byte: UInt8) -> Element? {
        isEmpty ? nil : self[index(startIndex, offsetBy: Int(byte) % count)]
    }
}
