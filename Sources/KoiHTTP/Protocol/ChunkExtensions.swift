/// The syntax of what follows the size of a chunk (RFC 9112 §7.1.1): `*( BWS ";" BWS name [ BWS "=" BWS value ] )`.
///
/// Extensions are ignored, but only well-formed ones: parsers that disagree about where such a line ends see
/// different requests.
enum ChunkExtensions {
    static func areValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            skipSpace(&rest)
            guard rest.first == 59 else { return false }
            _ = rest.take(1)
            skipSpace(&rest)
            guard takeToken(&rest) else { return false }
            var behind = rest
            skipSpace(&behind)
            guard behind.first == 61 else { continue }
            rest = behind
            _ = rest.take(1)
            skipSpace(&rest)
            guard rest.first == 34 ? takeQuoted(&rest) : takeToken(&rest) else { return false }
        }
        return true
    }

    private static func skipSpace(_ rest: inout UnsafeRawBufferPointer) {
        while rest.first == .space || rest.first == .tab { _ = rest.take(1) }
    }

    private static func takeToken(_ rest: inout UnsafeRawBufferPointer) -> Bool {
        let length = rest.firstIndex { !ByteClass.token.contains($0) } ?? rest.count
        _ = rest.take(length)
        return length > 0
    }

    /// A quoted string (RFC 9110 §5.6.4), in which a backslash lets any other character stand for itself.
    private static func takeQuoted(_ rest: inout UnsafeRawBufferPointer) -> Bool {
        _ = rest.take(1)
        var isEscaped = false
        for (offset, byte) in rest.enumerated() {
            guard byte.isFieldContent else { return false }
            if isEscaped {
                isEscaped = false
            } else if byte == 92 {
                isEscaped = true
            } else if byte == 34 {
                _ = rest.take(offset + 1)
                return true
            }
        }
        return false
    }
}
