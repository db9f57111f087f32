/// Why bytes are not the JSON that Koi accepts, and where.
package struct JSONError: Error, Equatable {
    package enum Reason: Sendable, Equatable {
        /// Nothing but white space.
        case empty
        case byteOrderMark
        case unexpectedEnd
        case unexpectedCharacter
        case trailingContent
        case invalidLiteral
        case invalidNumber
        /// Greater than a `Double` can hold.
        case numberOutOfRange
        case controlCharacter
        case invalidEscape
        /// Half of a UTF-16 surrogate pair, written as `\uD800` … `\uDFFF`.
        case loneSurrogate
        case invalidUTF8
        case duplicateKey(String)
        case tooDeep(limit: Int)
        case tooManyValues(limit: Int)
    }

    package let reason: Reason

    /// Bytes before the place of the error.
    package let offset: Int

    /// Counted from 1; LF, CR and CR LF end a line.
    package let line: Int

    /// Counted from 1 in Unicode scalars.
    package let column: Int

    package init(reason: Reason, offset: Int, line: Int, column: Int) {
        self.reason = reason
        self.offset = offset
        self.line = line
        self.column = column
    }

    /// An English sentence that names the fault and its place.
    package var message: String {
        "\(reason.sentence) at line \(line), column \(column) (byte \(offset))."
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String { message }
}

extension JSONError.Reason {
    /// A stable name for programs.
    package var code: String {
        switch self {
        case .empty: "empty"
        case .byteOrderMark: "byte_order_mark"
        case .unexpectedEnd: "unexpected_end"
        case .unexpectedCharacter: "unexpected_character"
        case .trailingContent: "trailing_content"
        case .invalidLiteral: "invalid_literal"
        case .invalidNumber: "invalid_number"
        case .numberOutOfRange: "number_out_of_range"
        case .controlCharacter: "control_character"
        case .invalidEscape: "invalid_escape"
        case .loneSurrogate: "lone_surrogate"
        case .invalidUTF8: "invalid_utf8"
        case .duplicateKey: "duplicate_key"
        case .tooDeep: "too_deep"
        case .tooManyValues: "too_many_values"
        }
    }

    fileprivate var sentence: String {
        switch self {
        case .empty: "A JSON value is expected but there is none"
        case .byteOrderMark: "JSON must not begin with a byte order mark; there is one"
        case .unexpectedEnd: "The JSON ends too early"
        case .unexpectedCharacter: "Unexpected character"
        case .trailingContent: "Unexpected content after the JSON value"
        case .invalidLiteral:
            "Only true, false and null may stand without quotes; found another word"
        case .invalidNumber: "Invalid number"
        case .numberOutOfRange: "Number out of range"
        case .controlCharacter: "Control character in a string that must be escaped"
        case .invalidEscape: "Invalid escape in a string"
        case .loneSurrogate: "Half of a surrogate pair in a string"
        case .invalidUTF8: "Invalid UTF-8"
        case .duplicateKey(let name): "Duplicate key \"\(name.shortened)\""
        case .tooDeep(let limit): "Nesting deeper than \(limit)"
        case .tooManyValues(let limit): "More than \(limit) values"
        }
    }
}

extension String {
    /// A name from outside may be as long as the body; a message is not.
    fileprivate var shortened: String {
        unicodeScalars.count > 60 ? String(unicodeScalars.prefix(60)) + "…" : self
    }
}
