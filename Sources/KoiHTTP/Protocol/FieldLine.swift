/// Reads `name: value` (RFC 9112 §5).
enum FieldLine {
    static func read(
        _ line: UnsafeRawBufferPointer
    ) throws(Refusal)
        -> (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer)
    {
        // §5.2: a line that begins with white space continues the one before (obs-fold): refused.
        if line.first == .space || line.first == .tab {
            throw .bad("folded_field", "A header field must not be folded over several lines.")
        }
        guard let colon = line.offset(of: .colon), colon > 0 else {
            throw .bad("bad_field", "A header field is not of the form name: value.")
        }
        // §5.1: white space between name and colon has been used to smuggle; the token test refuses it.
        let name = line.part(0..<colon)
        for byte in name where !ByteClass.token.contains(byte) {
            throw .bad("bad_field_name", "The name of a header field holds an invalid character.")
        }
        let value = line.part(colon + 1..<line.count)
        // RFC 9110 §5.5: CR, NUL and other control characters are dangerous; nothing is replaced.
        for byte in value where !byte.isFieldContent {
            throw .bad("bad_field_value", "The value of a header field holds a control character.")
        }
        return (name, value.trimmed())
    }
}
