import KoiJSON
import Testing

/// What RFC 8259 allows, and what Koi makes of it where the RFC leaves it open.
@Suite struct JSONReaderAcceptanceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        let value: JSONValue

        init(_ name: String, _ text: String, _ value: JSONValue) {
            self.name = name
            self.text = text
            self.value = value
        }

        var testDescription: String { name }
    }

    static let structures: [Row] = [
        Row("y_array_empty", "[]", []),
        Row("y_array_white_space_within", "[ \t\r\n ]", []),
        Row(
            "y_array_of_each_kind",
            #"[null,1,"1",true,false,{},[]]"#,
            [nil, 1, "1", true, false, [:], []]
        ),
        Row("y_array_nested_arrays", "[[[]],[]]", [[[]], []]),
        Row("y_array_white_space_everywhere", " [ 1 , 2 ] ", [1, 2]),
        Row("y_array_three_nulls", "[null,null,null]", [nil, nil, nil]),
        Row("y_object_empty", "{}", [:]),
        Row("y_object_empty_key", #"{"":0}"#, ["": 0]),
        Row("y_object_members_in_order", #"{"b":1,"a":2}"#, ["b": 1, "a": 2]),
        Row(
            "y_object_white_space_everywhere",
            "\n{ \"a\"\t:\r\n1 , \"b\" : 2 }\n",
            ["a": 1, "b": 2]
        ),
        Row(
            "y_object_in_array_in_object",
            #"{"a":[{"b":{}}],"c":1}"#,
            ["a": [["b": [:]]], "c": 1]
        ),
        Row(
            "y_object_same_key_in_other_object",
            #"{"a":{"a":1},"b":{"a":2}}"#,
            ["a": ["a": 1], "b": ["a": 2]]
        ),
        Row("y_object_key_with_nul", #"{"a\u0000":1}"#, ["a\0": 1]),
        Row("y_object_key_case_matters", #"{"a":1,"A":2}"#, ["a": 1, "A": 2]),
        Row(
            "y_object_key_composed_and_decomposed_differ",
            "{\"\u{E9}\":1,\"e\u{301}\":2}",
            ["\u{E9}": 1, "e\u{301}": 2]
        ),
        Row("y_lonely_string", #""asd""#, "asd"),
        Row("y_lonely_integer", "42", 42),
        Row("y_lonely_true", "true", true),
        Row("y_lonely_false", "false", false),
        Row("y_lonely_null", "null", nil),
        Row("y_white_space_around", "\r\n\t 1 \t\r\n", 1),
    ]

    static let strings: [Row] = [
        Row("y_string_empty", #""""#, ""),
        Row("y_string_each_short_escape", #""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        Row("y_string_escaped_ascii", #""\u0041\u007a""#, "Az"),
        Row("y_string_escaped_upper_and_lower_hex", #""\u00e9\u00E9""#, "éé"),
        Row("y_string_escaped_nul", #""a\u0000b""#, "a\0b"),
        Row("y_string_escaped_control", #""\u001f""#, "\u{1F}"),
        Row("y_string_escaped_bmp", #""\u91cd\u5e86""#, "重庆"),
        Row("y_string_surrogate_pair", #""\ud83d\ude00""#, "😀"),
        Row("y_string_surrogate_pair_upper", #""\uD834\uDD1E""#, "𝄞"),
        Row("y_string_last_scalar_escaped", #""\udbff\udfff""#, "\u{10FFFF}"),
        Row("y_string_two_pairs", #""\ud83d\ude00\ud83d\ude00""#, "😀😀"),
        Row("y_string_noncharacter", #""\uFFFE\uffff""#, "\u{FFFE}\u{FFFF}"),
        Row("y_string_escaped_byte_order_mark", #""\uFEFF""#, "\u{FEFF}"),
        Row("y_string_backslash_before_u", #""\\u0041""#, "\\u0041"),
        Row("y_string_del_unescaped", "\"\u{7F}\"", "\u{7F}"),
        Row("y_string_line_separators_unescaped", "\"\u{2028}\u{2029}\"", "\u{2028}\u{2029}"),
        Row("y_string_chinese", "\"重庆机械\"", "重庆机械"),
        Row("y_string_two_three_four_bytes", "\"é重😀\"", "é重😀"),
        Row(
            "y_string_boundaries_of_utf8",
            "\"\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}\"",
            "\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}"
        ),
        Row("y_string_escape_at_each_place_of_a_word", #""\n23456\n89\n""#, "\n23456\n89\n"),
        Row("y_string_comment_within", #""/* a */ // b""#, "/* a */ // b"),
    ]

    static let numbers: [Row] = [
        Row("y_number_zero", "0", 0),
        Row("y_number_minus_zero_is_integer", "-0", .integer(0)),
        Row("y_number_minus_zero_with_fraction", "-0.0", .number(-0.0)),
        Row("y_number_negative", "-123", -123),
        Row("y_number_greatest_integer", "9223372036854775807", .integer(.max)),
        Row("y_number_least_integer", "-9223372036854775808", .integer(.min)),
        Row("y_number_beyond_2_53", "9007199254740993", .integer(9_007_199_254_740_993)),
        Row("y_number_one_above_64_bits", "9223372036854775808", .number(0x1p63)),
        Row("y_number_one_below_64_bits", "-9223372036854775809", .number(-0x1p63)),
        Row("y_number_fraction", "12.5", 12.5),
        Row("y_number_fraction_of_zero", "0.1", 0.1),
        Row("y_number_integral_fraction", "1.0", .number(1)),
        Row("y_number_exponent", "1e3", .number(1000)),
        Row("y_number_upper_exponent", "1E3", .number(1000)),
        Row("y_number_exponent_plus", "1e+3", .number(1000)),
        Row("y_number_exponent_minus", "25e-1", 2.5),
        Row("y_number_exponent_leading_zeros", "1e0003", .number(1000)),
        Row("y_number_zero_exponent", "0e1", .number(0)),
        Row(
            "y_number_greatest_double",
            "1.7976931348623157e308",
            .number(.greatestFiniteMagnitude)
        ),
        Row("y_number_least_double", "5e-324", .number(.leastNonzeroMagnitude)),
        Row(
            "y_number_halfway_rounds_to_even",
            "9007199254740993.0",
            .number(9_007_199_254_740_992)
        ),
        Row("i_number_underflow_becomes_zero", "1e-400", .number(0)),
        Row("i_number_underflow_keeps_the_sign", "-1e-400", .number(-0.0)),
        Row(
            "i_number_more_digits_than_a_double_holds",
            "3.14159265358979323846264338327950288",
            .number(.pi)
        ),
        Row("i_number_zero_with_huge_exponent", "0e999999999999", .number(0)),
    ]

    @Test(arguments: structures + strings + numbers)
    func `valid JSON is read as`(_ row: Row) throws {
        let value = try JSONReader.read(row.text)
        #expect(value == row.value)
        if case .number(let number) = value {
            #expect(number.sign == row.value.numberValue?.sign)
        }
    }

    @Test func `strings are read code unit by code unit`() throws {
        let decomposed = try JSONReader.read("\"e\u{301}\"").stringValue
        #expect(decomposed.map { Array($0.utf8) } == [0x65, 0xCC, 0x81])
    }

    @Test func `each way of passing bytes reads the same`() throws {
        let bytes = Array(#"{"a":[1]}"#.utf8)
        #expect(try JSONReader.read(bytes.span) == ["a": [1]])
        #expect(try bytes.withUnsafeBytes { try JSONReader.read($0) } == ["a": [1]])
    }

    @Test func `a value can begin and end at the edges of its memory`() throws {
        let bytes = Array(#"xx[1,"abcdefgh"]yy"#.utf8)
        let value = try bytes.withUnsafeBytes {
            try JSONReader.read(UnsafeRawBufferPointer(rebasing: $0[2..<16]))
        }
        #expect(value == [1, "abcdefgh"])
    }
}
