import KoiJSON
import Testing

@Suite struct JSONErrorTests {
    struct Place: Sendable, Equatable {
        let offset: Int
        let line: Int
        let column: Int

        init(_ offset: Int, _ line: Int, _ column: Int) {
            self.offset = offset
            self.line = line
            self.column = column
        }
    }

    static let places: [(String, Place)] = [
        ("x", Place(0, 1, 1)),
        ("[1,]", Place(3, 1, 4)),
        ("[1,\n2,\n x]", Place(8, 3, 2)),
        ("[1,\r\n2,\r\n x]", Place(10, 3, 2)),
        ("[1,\r2,\r x]", Place(8, 3, 2)),
        ("[1,\n\n\r\n\r x]", Place(9, 5, 2)),
        (#"["重庆",x]"#, Place(10, 1, 7)),
        (#"["😀",x]"#, Place(8, 1, 6)),
        (#"{"a":1,"a":2}"#, Place(7, 1, 8)),
        (#"{"a":"\ud800"}"#, Place(6, 1, 7)),
        (#"["ok\ud800\u0041"]"#, Place(4, 1, 5)),
        (#"["ab\x"]"#, Place(4, 1, 5)),
        (#"["\u12"]"#, Place(2, 1, 3)),
        ("[1,01]", Place(3, 1, 4)),
        ("[1,1e400]", Place(3, 1, 4)),
        ("[nul]", Place(1, 1, 2)),
        ("[nul", Place(4, 1, 5)),
        ("[1", Place(2, 1, 3)),
        ("\"a\nb\"", Place(2, 1, 3)),
        ("{}\n{}", Place(3, 2, 1)),
        ("", Place(0, 1, 1)),
        ("\n ", Place(2, 2, 2)),
    ]

    @Test(arguments: places)
    func `an error says where`(_ text: String, _ place: Place) {
        let error = #expect(throws: JSONError.self) { try JSONReader.read(text) }
        #expect(error.map { Place($0.offset, $0.line, $0.column) } == place)
    }

    @Test func `broken UTF-8 is located at its first bad sequence`() {
        let bytes = Array(#"["ok重"#.utf8) + [0xE9, 0x87] + Array(#""]"#.utf8)
        let error = #expect(throws: JSONError.self) { try JSONReader.read(bytes) }
        #expect(error?.reason == .invalidUTF8)
        #expect(error?.offset == 7)
        #expect(error?.column == 6)
    }

    @Test func `the message is a sentence with the place`() {
        let error = #expect(throws: JSONError.self) { try JSONReader.read("{\"a\":1,\n\"a\":2}") }
        #expect(error?.message == "Duplicate key \"a\" at line 2, column 1 (byte 8).")
    }

    @Test func `the message stays short whatever the key`() {
        let key = String(repeating: "重", count: 10_000)
        let error = #expect(throws: JSONError.self) {
            try JSONReader.read("{\"\(key)\":1,\"\(key)\":2}")
        }
        #expect((error?.message.count ?? 0) < 130)
    }
}
