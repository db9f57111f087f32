/// Strings, numbers and words out of the bytes.
///
/// No other type of the reader touches the bytes, and here every access is preceded by a comparison
/// with the end.
struct JSONScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    var offset = 0

    init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { offset >= bytes.count }

    /// The byte here, or NUL at the end: NUL is nowhere allowed in JSON, so both fail alike.
    var byte: UInt8 { byte(at: offset) }

    mutating func advance() { offset += 1 }

    mutating func skipWhitespace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }

    mutating func refuseByteOrderMark() throws(JSONFault) {
        if byte == 0xEF, byte(at: 1) == 0xBB, byte(at: 2) == 0xBF { throw fault(.byteOrderMark) }
        if byte == 0xFE, byte(at: 1) == 0xFF { throw fault(.byteOrderMark) }
        if byte == 0xFF, byte(at: 1) == 0xFE { throw fault(.byteOrderMark) }
    }

    func fault(_ reason: JSONError.Reason) -> JSONFault {
        JSONFault(reason: reason, offset: offset)
    }

    /// The fault for a byte that does not belong here, which at the end or in broken UTF-8 has a
    /// reason of its own.
    func unexpected(_ reason: JSONError.Reason) -> JSONFault {
        if isAtEnd { return fault(.unexpectedEnd) }
        return fault(beginsScalar ? reason : .invalidUTF8)
    }

    private var beginsScalar: Bool {
        let rest = UnsafeBufferPointer(rebasing: bytes[offset...].prefix(4))
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: rest.span)
            return true
        } catch {
            return error.byteOffsets.lowerBound > 0
        }
    }

    mutating func literal(
        _ word: StaticString,
        _ value: JSONValue
    ) throws(JSONFault) -> JSONValue {
        for index in 0..<word.utf8CodeUnitCount
        where byte(at: offset + index) != word.utf8Start[index] {
            throw offset + index >= bytes.count
                ? JSONFault(reason: .unexpectedEnd, offset: bytes.count) : fault(.invalidLiteral)
        }
        offset += word.utf8CodeUnitCount
        return value
    }

    func byte(at index: Int) -> UInt8 {
        index < bytes.count ? bytes[index] : 0
    }
}
