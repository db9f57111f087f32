/// Percent-decoding (RFC 3986 §2.1), done exactly once, into strict UTF-8.
package enum PercentCoding {
    package enum Failure: Error, Equatable, Sendable {
        case brokenEscape
        case invalidUTF8
        case nul

        /// An English sentence, without its full stop.
        package var sentence: String {
            switch self {
            case .brokenEscape: "A percent sign is not followed by two hexadecimal digits"
            case .invalidUTF8: "The text is not valid UTF-8"
            case .nul: "The character U+0000 is not allowed"
            }
        }
    }

    static func decode(
        _ bytes: UnsafeRawBufferPointer,
        plusIsSpace: Bool
    )
        -> Result<String, Failure>
    {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            var byte = bytes[index]
            index += 1
            if byte == .percent {
                guard index + 1 < bytes.count, let high = bytes[index].hexValue,
                    let low = bytes[index + 1].hexValue
                else { return .failure(.brokenEscape) }
                byte = high << 4 | low
                index += 2
            } else if plusIsSpace, byte == 43 {
                byte = .space
            }
            if byte == 0 { return .failure(.nul) }
            decoded.append(byte)
        }
        guard let text = String(validating: decoded, as: UTF8.self) else {
            return .failure(.invalidUTF8)
        }
        return .success(text)
    }
}
