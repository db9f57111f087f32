/// Why a row of a file cannot be read.
package enum RowFault: Error, Equatable, Sendable {
    /// Bytes that mean nothing in the file's encoding, where they stand: the character counts from 1 in its line.
    case encoding(line: Int, character: Int)
    /// RFC 4180 §2.5: after a closing quote only a delimiter or the end of the row may follow.
    case textAfterQuote(line: Int)
    /// The quote that opens a cell is never closed.
    case unclosedQuote
    case cellTooLong(limit: Int)
    case rowTooLong(limit: Int)
    case tooManyCells(limit: Int)
    case cellCount(Int, expected: Int)
    /// With what the reader of JSON says of it.
    case notJSON(String)
    case notObject
    case unknownMember(String)
    /// Something between two cards, or a card that does not end.
    case notCard
    case unclosedCard

    /// A stable name for programs.
    package var code: String {
        switch self {
        case .encoding: "encoding"
        case .textAfterQuote: "text_after_quote"
        case .unclosedQuote: "unclosed_quote"
        case .cellTooLong: "cell_too_long"
        case .rowTooLong: "row_too_long"
        case .tooManyCells: "too_many_cells"
        case .cellCount: "cell_count"
        case .notJSON: "not_json"
        case .notObject: "not_object"
        case .unknownMember: "unknown_member"
        case .notCard: "not_card"
        case .unclosedCard: "unclosed_card"
        }
    }
}
