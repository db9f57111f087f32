import KoiJSON
import Testing

/// What is not JSON, or not JSON that Koi accepts, and the reason that is given.
@Suite struct JSONReaderRefusalTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let reason: JSONError.Reason

        init(_ name: String, _ text: String, _ reason: JSONError.Reason) {
            self.init(name, bytes: Array(text.utf8), reason)
        }

        /// The bytes stand within an otherwise valid string.
        init(_ name: String, string bytes: [UInt8], _ reason: JSONError.Reason) {
            self.init(name, bytes: [0x22] + bytes + [0x22], reason)
        }

        init(_ name: String, bytes: [UInt8], _ reason: JSONError.Reason) {
            self.name = name
            self.bytes = bytes
            self.reason = reason
        }

        var testDescription: String { name }
    }

    static let structures: [Row] = [
        Row("n_empty", "", .empty),
        Row("n_white_space_only", " \n", .empty),
        Row("n_array_trailing_comma", "[1,]", .unexpectedCharacter),
        Row("n_array_leading_comma", "[,1]", .unexpectedCharacter),
        Row("n_array_only_comma", "[,]", .unexpectedCharacter),
        Row("n_array_double_comma", "[1,,2]", .unexpectedCharacter),
        Row("n_array_no_comma", "[1 2]", .unexpectedCharacter),
        Row("n_array_colon", "[1:2]", .unexpectedCharacter),
        Row("n_array_unclosed", "[1", .unexpectedEnd),
        Row("n_array_unclosed_after_comma", "[1,", .unexpectedEnd),
        Row("n_array_unclosed_empty", "[", .unexpectedEnd),
        Row("n_array_closed_as_object", "[1}", .unexpectedCharacter),
        Row("n_array_closed_twice", "[1]]", .trailingContent),
        Row("n_object_closed_as_array", #"{"a":1]"#, .unexpectedCharacter),
        Row("n_object_empty_closed_as_array", "{]", .unexpectedCharacter),
        Row("n_object_trailing_comma", #"{"a":1,}"#, .unexpectedCharacter),
        Row("n_object_only_comma", "{,}", .unexpectedCharacter),
        Row("n_object_double_comma", #"{"a":1,,"b":2}"#, .unexpectedCharacter),
        Row("n_object_no_value", #"{"a":}"#, .unexpectedCharacter),
        Row("n_object_no_colon", #"{"a" 1}"#, .unexpectedCharacter),
        Row("n_object_double_colon", #"{"a"::1}"#, .unexpectedCharacter),
        Row("n_object_key_alone", #"{"a"}"#, .unexpectedCharacter),
        Row("n_object_key_unquoted", "{a:1}", .unexpectedCharacter),
        Row("n_object_key_single_quotes", "{'a':1}", .unexpectedCharacter),
        Row("n_object_key_number", "{1:1}", .unexpectedCharacter),
        Row("n_object_unclosed", #"{"a":1"#, .unexpectedEnd),
        Row("n_object_unclosed_key", #"{"a"#, .unexpectedEnd),
        Row("n_object_unclosed_after_colon", #"{"a":"#, .unexpectedEnd),
        Row("n_object_unclosed_after_comma", #"{"a":1,"#, .unexpectedEnd),
        Row("n_object_equals_sign", #"{"a"=1}"#, .unexpectedCharacter),
        Row("n_object_comment", #"{"a":1/*c*/}"#, .unexpectedCharacter),
        Row("n_object_duplicate_key", #"{"a":1,"a":2}"#, .duplicateKey("a")),
        Row("n_object_duplicate_key_same_value", #"{"a":1,"b":0,"a":1}"#, .duplicateKey("a")),
        Row("n_object_duplicate_key_by_escape", #"{"a":1,"\u0061":2}"#, .duplicateKey("a")),
        Row("n_object_duplicate_key_within", #"[{"b":{"a":1,"a":2}}]"#, .duplicateKey("a")),
        Row("n_object_duplicate_empty_key", #"{"":1,"":2}"#, .duplicateKey("")),
        Row("n_trailing_value", "1 2", .trailingContent),
        Row("n_trailing_object", "{}{}", .trailingContent),
        Row("n_trailing_comma", "{},", .trailingContent),
        Row("n_trailing_comment", "{}//", .trailingContent),
        Row("n_trailing_nul", "{}\0", .trailingContent),
        Row("n_trailing_letter_after_number", "1a", .trailingContent),
        Row("n_comment_before", "/**/1", .unexpectedCharacter),
        Row("n_single_quotes", "'a'", .unexpectedCharacter),
        Row("n_literal_shortened", "[tru]", .invalidLiteral),
        Row("n_literal_ends_early", "nul", .unexpectedEnd),
        Row("n_literal_capitalised", "True", .invalidLiteral),
        Row("n_literal_too_long", "nulls", .trailingContent),
        Row("n_literal_undefined", "undefined", .invalidLiteral),
        Row("n_nul_alone", "\0", .unexpectedCharacter),
        Row("n_white_space_form_feed", "\u{C}1", .unexpectedCharacter),
        Row("n_white_space_no_break", "\u{A0}1", .unexpectedCharacter),
        Row("n_white_space_line_separator", "[\u{2028}]", .unexpectedCharacter),
        Row("n_white_space_vertical_tab", "[\u{B}]", .unexpectedCharacter),
        Row("n_byte_order_mark", "\u{FEFF}{}", .byteOrderMark),
        Row("n_byte_order_mark_alone", bytes: [0xEF, 0xBB, 0xBF], .byteOrderMark),
        Row("n_byte_order_mark_half", bytes: [0xEF, 0xBB, 0x7B, 0x7D], .invalidUTF8),
        Row("n_utf16_big_endian", bytes: [0xFE, 0xFF, 0x00, 0x31], .byteOrderMark),
        Row("n_utf16_little_endian", bytes: [0xFF, 0xFE, 0x31, 0x00], .byteOrderMark),
        Row("n_utf16_without_mark", bytes: [0x5B, 0x00, 0x5D, 0x00], .unexpectedCharacter),
    ]

    static let strings: [Row] = [
        Row("n_string_unclosed", #""a"#, .unexpectedEnd),
        Row("n_string_only_quote", "\"", .unexpectedEnd),
        Row("n_string_ends_with_backslash", #""a\"#, .unexpectedEnd),
        Row("n_string_escaped_quote_at_end", #""a\""#, .unexpectedEnd),
        Row("n_string_unclosed_after_escape", #""\n"#, .unexpectedEnd),
        Row("n_string_line_feed", "\"a\nb\"", .controlCharacter),
        Row("n_string_tab", "\"\t\"", .controlCharacter),
        Row("n_string_nul", "\"a\0\"", .controlCharacter),
        Row("n_string_unit_separator", "\"\u{1F}\"", .controlCharacter),
        Row("n_string_control_after_escape", "\"\\n\u{1}\"", .controlCharacter),
        Row("n_string_escape_x", #""\x41""#, .invalidEscape),
        Row("n_string_escape_capital_n", #""\N""#, .invalidEscape),
        Row("n_string_escape_apostrophe", #""\'""#, .invalidEscape),
        Row("n_string_escape_nul", "\"\\\0\"", .invalidEscape),
        Row("n_string_escape_emoji", #""\😀""#, .invalidEscape),
        Row("n_string_escape_capital_u", #""\U0041""#, .invalidEscape),
        Row("n_string_unicode_three_digits", #""\u004""#, .invalidEscape),
        Row("n_string_unicode_no_digits", #""\u""#, .invalidEscape),
        Row("n_string_unicode_bad_digit", #""\u00g1""#, .invalidEscape),
        Row("n_string_unicode_sign", #""\u+041""#, .invalidEscape),
        Row("n_string_unicode_braces", #""\u{41}""#, .invalidEscape),
        Row("n_string_unicode_ends_early", #""\u00"#, .unexpectedEnd),
        Row("n_string_lone_high_surrogate", #""\ud800""#, .loneSurrogate),
        Row("n_string_lone_low_surrogate", #""\udc00""#, .loneSurrogate),
        Row("n_string_high_surrogate_then_text", #""\ud800abc""#, .loneSurrogate),
        Row("n_string_high_surrogate_then_escape", #""\ud800\n""#, .loneSurrogate),
        Row("n_string_high_surrogate_then_high", #""\ud800\ud800""#, .loneSurrogate),
        Row("n_string_high_surrogate_then_bmp", #""\ud800\u0041""#, .loneSurrogate),
        Row("n_string_surrogates_in_reverse", #""\ude00\ud83d""#, .loneSurrogate),
        Row("n_string_pair_half_written", #""\ud83d\ude0""#, .invalidEscape),
        Row("n_string_pair_ends_early", #""\ud83d\ude"#, .unexpectedEnd),
    ]

    static let encodings: [Row] = [
        Row("n_utf8_lone_continuation", string: [0x80], .invalidUTF8),
        Row("n_utf8_overlong_slash", string: [0xC0, 0xAF], .invalidUTF8),
        Row("n_utf8_overlong_two", string: [0xC1, 0xBF], .invalidUTF8),
        Row("n_utf8_overlong_three", string: [0xE0, 0x9F, 0xBF], .invalidUTF8),
        Row("n_utf8_overlong_four", string: [0xF0, 0x8F, 0xBF, 0xBF], .invalidUTF8),
        Row("n_utf8_overlong_nul", string: [0xC0, 0x80], .invalidUTF8),
        Row("n_utf8_surrogate_high", string: [0xED, 0xA0, 0x80], .invalidUTF8),
        Row("n_utf8_surrogate_low", string: [0xED, 0xBF, 0xBF], .invalidUTF8),
        Row("n_utf8_above_last_scalar", string: [0xF4, 0x90, 0x80, 0x80], .invalidUTF8),
        Row("n_utf8_five_bytes", string: [0xF8, 0x88, 0x80, 0x80, 0x80], .invalidUTF8),
        Row("n_utf8_byte_fe", string: [0xFE], .invalidUTF8),
        Row("n_utf8_byte_ff", string: [0xFF], .invalidUTF8),
        Row("n_utf8_cut_two", string: [0xC3], .invalidUTF8),
        Row("n_utf8_cut_three", string: [0xE9, 0x87], .invalidUTF8),
        Row("n_utf8_cut_four", string: [0xF0, 0x9F, 0x98], .invalidUTF8),
        Row("n_utf8_latin_1", string: [0x4D, 0xFC, 0x6C], .invalidUTF8),
        Row("n_utf8_gb18030", string: [0xD6, 0xD8, 0xC7, 0xEC], .invalidUTF8),
        Row("n_utf8_before_escape", string: [0xFF, 0x5C, 0x6E], .invalidUTF8),
        Row("n_utf8_after_escape", string: [0x5C, 0x6E, 0xFF], .invalidUTF8),
        Row("n_utf8_in_key", bytes: [0x7B, 0x22, 0xFF, 0x22, 0x3A, 0x31, 0x7D], .invalidUTF8),
        Row("n_utf8_outside_strings", bytes: [0x5B, 0xFF, 0x5D], .invalidUTF8),
        Row("n_utf8_alone", bytes: [0xE9], .invalidUTF8),
        Row("n_utf8_after_value", bytes: [0x31, 0xC0], .invalidUTF8),
    ]

    static let numbers: [Row] = [
        Row("n_number_plus", "+1", .unexpectedCharacter),
        Row("n_number_leading_zero", "01", .invalidNumber),
        Row("n_number_minus_leading_zero", "-01", .invalidNumber),
        Row("n_number_double_zero", "00", .invalidNumber),
        Row("n_number_minus_alone", "[-]", .invalidNumber),
        Row("n_number_minus_at_end", "-", .unexpectedEnd),
        Row("n_number_double_minus", "--1", .invalidNumber),
        Row("n_number_minus_space", "- 1", .invalidNumber),
        Row("n_number_no_whole_part", ".5", .unexpectedCharacter),
        Row("n_number_minus_no_whole_part", "-.5", .invalidNumber),
        Row("n_number_no_fraction", "[1.]", .invalidNumber),
        Row("n_number_no_fraction_at_end", "1.", .unexpectedEnd),
        Row("n_number_no_fraction_exponent", "1.e1", .invalidNumber),
        Row("n_number_no_exponent", "[1e]", .invalidNumber),
        Row("n_number_exponent_only_sign", "[1e+]", .invalidNumber),
        Row("n_number_exponent_fraction", "1e1.5", .trailingContent),
        Row("n_number_two_points", "1.2.3", .trailingContent),
        Row("n_number_hexadecimal", "0x1F", .trailingContent),
        Row("n_number_separator", "1_000", .trailingContent),
        Row("n_number_comma", "1,5", .trailingContent),
        Row("n_number_infinity", "Infinity", .invalidLiteral),
        Row("n_number_minus_infinity", "-Infinity", .invalidNumber),
        Row("n_number_nan", "NaN", .invalidLiteral),
        Row("n_number_full_width_digit", "１", .unexpectedCharacter),
        Row("n_number_arabic_digit_within", "1٢", .trailingContent),
        Row("i_number_overflow", "1e400", .numberOutOfRange),
        Row("i_number_overflow_negative", "-1e400", .numberOutOfRange),
        Row("i_number_overflow_by_digits", String(repeating: "9", count: 400), .numberOutOfRange),
        Row("i_number_overflow_of_exponent", "1e99999999999999999999", .numberOutOfRange),
    ]

    @Test(arguments: structures + strings + encodings + numbers)
    func `anything else is refused because of`(_ row: Row) {
        let error = #expect(throws: JSONError.self) { try JSONReader.read(row.bytes) }
        #expect(error?.reason == row.reason)
    }

    @Test func `every beginning of a document is refused`() {
        let whole = Array(#"{"a":[1.5e2,true,null,"\u00e9\ud83d\ude00é重"],"b":{"c":-1}}"#.utf8)
        #expect(throws: Never.self) { try JSONReader.read(whole) }
        for count in 0..<whole.count {
            #expect(throws: JSONError.self) { try JSONReader.read(Array(whole.prefix(count))) }
        }
    }

    @Test func `no byte put anywhere into a document makes the reader fail in another way`() throws {
        let whole = Array(#"{"a":[1.5e2,"\u00e9é"]}"#.utf8)
        for place in whole.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = whole
                bytes[place] = byte
                do throws(JSONError) {
                    let value = try JSONReader.read(bytes)
                    var writer = JSONWriter()
                    writer.value(value)
                    #expect(try JSONReader.read(writer.bytes) == value)
                } catch {
                    #expect(error.offset <= bytes.count)
                }
            }
        }
    }
}
