extension JSONScanner {
    /// A string from its opening to its closing quote.
    mutating func string() throws(JSONFault) -> String {
        let start = offset + 1
        offset = start
        skipPlain()
        if byte == UInt8(ascii: "\"") {
            let end = offset
            offset += 1
            return try text(start..<end)
        }
        return try stringWithEscapes(from: start)
    }

    /// Moves to the next byte that is no plain content: a quote, a backslash or a control
    /// character.
    private mutating func skipPlain() {
        offset = JSONEscaping.firstSpecial(in: bytes, from: offset)
    }

    private func text(_ range: Range<Int>) throws(JSONFault) -> String {
        let content = UnsafeBufferPointer(rebasing: bytes[range])
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: content.span))
        } catch {
            let offset = range.lowerBound + error.byteOffsets.lowerBound
            throw JSONFault(reason: .invalidUTF8, offset: offset)
        }
    }

    private mutating func stringWithEscapes(from start: Int) throws(JSONFault) -> String {
        var content = ""
        var runStart = start
        while true {
            content += try text(runStart..<offset)
            guard offset < bytes.count else { throw fault(.unexpectedEnd) }
            switch bytes[offset] {
            case UInt8(ascii: "\""):
                offset += 1
                return content
            case UInt8(ascii: "\\"):
                content.unicodeScalars.append(try escape())
            default:
                throw fault(.controlCharacter)
            }
            runStart = offset
            skipPlain()
        }
    }

    private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
        let start = offset
        guard start + 1 < bytes.count else {
            throw JSONFault(reason: .unexpectedEnd, offset: bytes.count)
        }
        offset += 2
        switch bytes[start + 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape(from: start)
        default: throw JSONFault(reason: .invalidEscape, offset: start)
        }
    }

    /// The four digits after `\u`, and the other half of the pair where they are a high surrogate.
    private mutating func unicodeEscape(from start: Int) throws(JSONFault) -> Unicode.Scalar {
        let first = try codeUnit(escapeAt: start)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard UTF16.isLeadSurrogate(first), byte == UInt8(ascii: "\\"),
            byte(at: offset + 1) == UInt8(ascii: "u")
        else { throw JSONFault(reason: .loneSurrogate, offset: start) }
        let secondStart = offset
        offset += 2
        let second = try codeUnit(escapeAt: secondStart)
        guard UTF16.isTrailSurrogate(second) else {
            throw JSONFault(reason: .loneSurrogate, offset: start)
        }
        return UTF16.decode(UTF16.EncodedScalar([first, second]))
    }

    private mutating func codeUnit(escapeAt start: Int) throws(JSONFault) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default:
                throw isAtEnd
                    ? fault(.unexpectedEnd) : JSONFault(reason: .invalidEscape, offset: start)
            }
            unit = unit << 4 | UInt16(digit)
            offset += 1
        }
        return unit
    }
}
