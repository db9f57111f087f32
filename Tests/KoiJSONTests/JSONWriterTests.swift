import KoiJSON
import Testing

@Suite struct JSONWriterTests {
    static func text(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func `commas stand between values and nowhere else`() {
        let text = Self.text {
            $0.beginObject()
            $0.key("items")
            $0.beginArray()
            $0.integer(1)
            $0.beginObject()
            $0.endObject()
            $0.beginArray()
            $0.endArray()
            $0.beginObject()
            $0.key(JSONKey("a"))
            $0.null()
            $0.key(JSONKey("b"))
            $0.bool(true)
            $0.key("c")
            $0.bool(false)
            $0.endObject()
            $0.endArray()
            $0.key("next")
            $0.string("x")
            $0.endObject()
        }
        #expect(text == #"{"items":[1,{},[],{"a":null,"b":true,"c":false}],"next":"x"}"#)
    }

    static let strings: [(String, String)] = [
        ("", #""""#),
        ("plain", #""plain""#),
        ("\"\\", #""\"\\""#),
        ("\u{8}\u{9}\u{A}\u{C}\u{D}", #""\b\t\n\f\r""#),
        ("\0\u{1}\u{B}\u{1F}", #""\u0000\u0001\u000b\u001f""#),
        ("/<>&'", #""/<>&'""#),
        ("\u{7F}\u{80}\u{2028}\u{2029}", "\"\u{7F}\u{80}\u{2028}\u{2029}\""),
        ("重庆机械 é 😀", "\"重庆机械 é 😀\""),
        ("e\u{301}", "\"e\u{301}\""),
        ("\"at the start", #""\"at the start""#),
        ("at the end\n", #""at the end\n""#),
        ("\n\n\n\n\n\n\n\n\n", #""\n\n\n\n\n\n\n\n\n""#),
    ]

    @Test(arguments: strings)
    func `a string is written with what must be escaped`(_ string: String, _ json: String) {
        #expect(Self.text { $0.string(string) } == json)
        #expect(
            Self.text { writer in
                Array(string.utf8).withUnsafeBufferPointer { writer.string(utf8: $0) }
            } == json
        )
        #expect(Self.text { $0.value(.string(string)) } == json)
    }

    @Test func `each special byte is found at each place of a long string`() throws {
        for special in (UInt8(0)..<0x20) + [0x22, 0x5C] {
            for length in [1, 7, 8, 9, 15, 16, 17, 31] {
                for place in 0..<length {
                    var bytes = [UInt8](repeating: 0x61, count: length)
                    bytes[place] = special
                    let string = String(decoding: bytes, as: UTF8.self)
                    let json = Self.text { $0.string(string) }
                    #expect(json.utf8.count > length + 2)
                    #expect(try JSONReader.read(json) == .string(string))
                }
            }
        }
    }

    static let keys = ["id", "", "with \"quotes\"", "line\nfeed", "重庆"]

    @Test(arguments: keys)
    func `a prepared key is written like a plain one`(_ name: String) {
        for isFirst in [true, false] {
            let (prepared, plain) = (
                Self.text { Self.member(JSONKey(name), isFirst: isFirst, to: &$0) },
                Self.text { Self.member(name, isFirst: isFirst, to: &$0) }
            )
            #expect(prepared == plain)
        }
    }

    private static func member(_ key: JSONKey, isFirst: Bool, to writer: inout JSONWriter) {
        writer.beginObject()
        if !isFirst {
            writer.key("first")
            writer.null()
        }
        writer.key(key)
        writer.null()
        writer.endObject()
    }

    private static func member(_ key: String, isFirst: Bool, to writer: inout JSONWriter) {
        writer.beginObject()
        if !isFirst {
            writer.key("first")
            writer.null()
        }
        writer.key(key)
        writer.null()
        writer.endObject()
    }

    static let integers: [(Int64, String)] = [
        (0, "0"), (7, "7"), (-7, "-7"), (9, "9"), (10, "10"), (99, "99"), (100, "100"),
        (999, "999"),
        (1000, "1000"), (9999, "9999"), (10_000, "10000"), (-10_000, "-10000"), (99_999, "99999"),
        (1_760_000_000_123, "1760000000123"), (.max, "9223372036854775807"),
        (.min, "-9223372036854775808"),
    ]

    @Test(arguments: integers)
    func `an integer is written exactly`(_ value: Int64, _ json: String) {
        #expect(Self.text { $0.integer(value) } == json)
    }

    static let numbers: [(Double, String)] = [
        (0.1, "0.1"), (1, "1.0"), (-0.0, "-0.0"), (12.5, "12.5"), (1e21, "1e+21"), (1e-7, "1e-07"),
        (.pi, "3.141592653589793"), (0.1 + 0.2, "0.30000000000000004"),
        (.leastNonzeroMagnitude, "5e-324"),
        (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
        (.infinity, "null"), (-.infinity, "null"), (.nan, "null"),
    ]

    @Test(arguments: numbers)
    func `a number is written with the fewest digits that read back the same`(
        _ value: Double,
        _ json: String
    ) {
        #expect(Self.text { $0.number(value) } == json)
    }

    @Test func `raw JSON is one value among others`() {
        let text = Self.text {
            $0.beginArray()
            $0.raw(Array("{\"a\":1}".utf8))
            $0.raw(Array("2".utf8))
            $0.integer(3)
            $0.endArray()
        }
        #expect(text == #"[{"a":1},2,3]"#)
    }

    @Test func `a cleared writer begins anew`() {
        var writer = JSONWriter()
        writer.integer(1)
        writer.clear()
        writer.integer(2)
        #expect(writer.bytes == Array("2".utf8))
    }
}
