import Glibc

/// What readers of mails ask of bytes.
enum MailBytes {
    /// Takes a line without its end; nil where there is none.
    static func line(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard !rest.isEmpty else { return nil }
        let end = lineFeed(in: rest) ?? rest.endIndex
        var line = rest[..<end]
        rest = end < rest.endIndex ? rest[rest.index(after: end)...] : rest[rest.endIndex...]
        if line.last == .carriageReturn { line = line.dropLast() }
        return line
    }

    static func lineFeed(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { raw in
            guard let base = raw.baseAddress, let found = memchr(base, CInt(UInt8.lineFeed), raw.count) else {
                return nil
            }
            return bytes.startIndex + (UnsafeRawPointer(found) - base)
        }
    }

    static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes.drop(while: isSpace)
        while let last = bytes.last, isSpace(last) { bytes = bytes.dropLast() }
        return bytes
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == .space || byte == .tab || byte.isLineEnd }

    /// Of names that are of ASCII.
    static func lowercased(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    /// The byte that two hexadecimal digits at the beginning stand for.
    static func hexPair(_ bytes: ArraySlice<UInt8>) -> UInt8? {
        guard let first = bytes.first, let high = hex(first), let second = bytes.dropFirst().first,
            let low = hex(second)
        else { return nil }
        return high << 4 | low
    }
}
