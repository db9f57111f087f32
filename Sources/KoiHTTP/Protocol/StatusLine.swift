/// Reads `HTTP/1.1 200 OK` (RFC 9112 §4).
enum StatusLine {
    /// The minor version and the status code.
    ///
    /// The reason says nothing to a program; the space before an empty one is often left out.
    static func read(_ line: UnsafeRawBufferPointer) throws(Refusal) -> (minorVersion: Int, code: Int) {
        guard line.count >= 12, line.part(0..<7).equals(lowercase: "http/1."), line.first == 72,
            line[7] == 48 || line[7] == 49, line[8] == .space, line.count == 12 || line[12] == .space
        else { throw malformed }
        var code = 0
        for digit in line.part(9..<12) {
            guard digit.isDigit else { throw malformed }
            code = code * 10 + Int(digit &- 48)
        }
        for byte in line.part(12..<line.count) where !byte.isFieldContent { throw malformed }
        guard (100...599).contains(code) else { throw malformed }
        return (Int(line[7] &- 48), code)
    }

    private static let malformed = Refusal.bad(
        "bad_status_line",
        "The answer does not begin with a status line of HTTP/1.1."
    )
}
