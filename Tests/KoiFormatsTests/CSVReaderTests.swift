import KoiFormats
import KoiJSON
import Testing

struct `CSV is read` {
    private func rows(
        _ text: String,
        _ dialect: CSVDialect = CSVDialect(),
        width: Int? = nil,
        step: Int = 64 << 10,
        limits: RowLimits = RowLimits()
    ) throws -> [TableRow] {
        var reader = CSVReader(ByteWindow(Array(text.utf8), step: step), dialect, width: width, limits: limits)
        var rows: [TableRow] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    private func texts(_ rows: [TableRow]) -> [[String]] { rows.map { $0.cells.compactMap(\.stringValue) } }

    @Test func `with quotes, line breaks within cells, and any line end`() throws {
        let text = "a,\"b \"\"x\"\"\nc\"\r\n\"d\" ,\r\re,f\n"
        #expect(try texts(rows(text)) == [["a", "b \"x\"\nc"], ["d", ""], ["e", "f"]])
        #expect(try rows(text).map(\.place.line) == [1, 3, 5])
    }

    @Test(arguments: [1, 2, 3, 7])
    func `alike in whatever pieces it comes`(step: Int) throws {
        let text = "name,notes\r\n重庆,\"a\nb\"\r\n\"open,\r\nx,y\r\n\"q\" z,1\r\n"
        #expect(try rows(text, width: 2, step: step) == rows(text, width: 2))
    }

    @Test func `so that a quote without its end spoils its own line only`() throws {
        let found = try rows("a,b\n1,\"x\n2,y\n3,z\n", width: 2)
        #expect(found.map(\.fault) == [nil, .unclosedQuote, nil, nil])
        #expect(texts(found) == [["a", "b"], [], ["2", "y"], ["3", "z"]])
        #expect(found.map(\.place.line) == [1, 2, 3, 4])
    }

    @Test func `and text behind a quote is named by its line`() throws {
        #expect(try rows("1,\"x\ny\"z\n2,y\n").map(\.fault) == [.textAfterQuote(line: 2), nil, nil])
    }

    @Test func `with a fault where cells are missing or too many, and none where they are empty`() throws {
        let found = try rows("1,2,3\n1,2\n1,2,,\n", width: 2)
        #expect(found.map(\.fault) == [.cellCount(3, expected: 2), nil, nil])
    }

    @Test func `up to a size, behind which the next row follows`() throws {
        var limits = RowLimits()
        limits.cell = 10
        let long = String(repeating: "x\n", count: 100)
        let found = try rows("a,\"\(long)\"\nb,c\n", width: 2, limits: limits)
        #expect(found.map(\.fault) == [.cellTooLong(limit: 10), nil])
        #expect(found.last?.place.line == 102)
    }

    @Test func `and bytes that are no text are named by line and character`() throws {
        var reader = CSVReader(ByteWindow(Array("ä,\"\n重".utf8) + [0xFF] + Array("\"\nb,c\n".utf8)), CSVDialect())
        #expect(try reader.next()?.fault == .encoding(line: 2, character: 2))
        #expect(try reader.next()?.cells == ["b", "c"])
        // A character that is not complete is named where it begins.
        var cut = CSVReader(ByteWindow([0x41, 0xD6, 0xD8, 0xC7, 0x0A]), CSVDialect())
        #expect(try cut.next()?.fault == .encoding(line: 1, character: 2))
    }

    @Test(arguments: [
        ("a,b;c\n1,2;3\n", ","), ("a;b;c\n1,5;2;3\n", ";"), ("a\tb\n1,2\t3\n", "\t"), ("a|b\n1|2\n", "|"),
        ("sep=;\r\na;b\n", ";"), ("single\nx\n", ","),
    ])
    func `by the delimiter that fits`(text: String, delimiter: String) throws {
        let dialect = try CSVDialect.detect(in: ByteWindow(Array(text.utf8)))
        #expect(String(decoding: [dialect.delimiter], as: UTF8.self) == delimiter)
    }
}
