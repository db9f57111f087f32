/// How the bytes of a part are written in a mail (RFC 2045 §6).
enum TransferEncoding: Sendable {
    case base64
    case quotedPrintable
    /// As they are; and so is everything that says it is written in a way that nobody knows.
    case identity

    init(_ value: String?) {
        switch value.map({ MailBytes.lowercased($0.utf8) }) {
        case "base64": self = .base64
        case "quoted-printable": self = .quotedPrintable
        default: self = .identity
        }
    }

    /// - Parameter maximum: bytes that are made at most.
    func decoded(_ bytes: ArraySlice<UInt8>, maximum: Int = .max) -> [UInt8] {
        switch self {
        case .base64: TransferEncoding.base64(bytes, maximum)
        case .quotedPrintable: TransferEncoding.quotedPrintable(bytes, maximum)
        case .identity: Array(bytes.prefix(maximum))
        }
    }

    /// RFC 2045 §6.8: what is not of the alphabet is passed over, and behind padding it begins anew, as where texts were joined.
    private static func base64(_ bytes: ArraySlice<UInt8>, _ maximum: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(min(bytes.count / 4 * 3 + 3, maximum))
        var (bits, count) = (UInt32(0), 0)
        for byte in bytes {
            if result.count >= maximum { break }
            let value = values[Int(byte)]
            if value == 0xFF {
                if byte == UInt8(ascii: "=") { (bits, count) = (0, 0) }
                continue
            }
            bits = (bits << 6 | UInt32(value)) & 0xFFFF
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            result.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        }
        return result
    }

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, byte) in alphabet.utf8.enumerated() { values[Int(byte)] = UInt8(value) }
        return values
    }()

    /// RFC 2045 §6.7: what is no code stands for itself, and space at the end of a line was added on the way.
    private static func quotedPrintable(_ bytes: ArraySlice<UInt8>, _ maximum: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(min(bytes.count, maximum))
        var rest = bytes
        while let line = MailBytes.line(&rest), result.count < maximum {
            let isLast = rest.isEmpty && bytes.last != .lineFeed
            var text = line
            while let last = text.last, last == .space || last == .tab { text = text.dropLast() }
            let isSoft = text.last == UInt8(ascii: "=")
            unquote(isSoft ? text.dropLast() : text, into: &result)
            if !isSoft, !isLast { result += [.carriageReturn, .lineFeed] }
        }
        return result.count > maximum ? Array(result.prefix(maximum)) : result
    }

    /// - Parameter isWord: within an encoded word, where `_` is a space (RFC 2047 §4.2).
    static func unquote(_ bytes: ArraySlice<UInt8>, into result: inout [UInt8], isWord: Bool = false) {
        var place = bytes.startIndex
        while place < bytes.endIndex {
            let byte = bytes[place]
            place += 1
            if byte == UInt8(ascii: "="), let code = MailBytes.hexPair(bytes[place...]) {
                result.append(code)
                place += 2
            } else {
                result.append(isWord && byte == UInt8(ascii: "_") ? .space : byte)
            }
        }
    }
}
