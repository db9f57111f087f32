import Foundation

/// A part of a mail (RFC 2045), with its header fields.
indirect enum MailPart {
    /// Text and its subtype: `plain`, `html`.
    case text(String, String)
    case file(MailAttachment)
    /// Parts and how they belong together: `alternative`, `mixed` (RFC 2046 §5.1).
    case several(String, [MailPart])

    private var isMultipart: Bool { if case .several = self { true } else { false } }

    /// The part as all that a mail is: what ends with a line end has no second one.
    var whole: [UInt8] {
        switch self {
        case .several: bytes + [0x0D, 0x0A]
        case .text(let text, _) where text.utf8.last == 0x0A && MailPart.isASCII(text): bytes.dropLast(2)
        case .text, .file: bytes
        }
    }

    /// Header fields, an empty line, and the content.
    var bytes: [UInt8] {
        switch self {
        case .text(let text, let subtype): MailPart.bytes(text, subtype)
        case .file(let attachment): attachment.bytes
        case .several(let kind, let parts): MailPart.bytes(kind, parts)
        }
    }

    private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    private static func bytes(_ text: String, _ subtype: String) -> [UInt8] {
        let isASCII = isASCII(text)
        let head = """
            Content-Type: text/\(subtype); charset=utf-8\r
            Content-Transfer-Encoding: \(isASCII ? "quoted-printable" : "base64")\r
            \r

            """
        return Array(head.utf8) + (isASCII ? MailBody.quotedPrintable(text) : MailBody.base64(text))
    }

    private static func bytes(_ kind: String, _ parts: [MailPart]) -> [UInt8] {
        // RFC 2045 §6.7: `=_` stands in no quoted-printable text, and `_` in no base64.
        let boundary = "=_koi-" + kind
        var bytes = Array("Content-Type: multipart/\(kind); boundary=\"\(boundary)\"\r\n\r\n".utf8)
        for part in parts {
            bytes += Array("--\(boundary)\r\n".utf8) + part.bytes
            // RFC 2046 §5.1.1: the line end before a boundary belongs to the boundary, and not to the part.
            if part.isMultipart { bytes += [0x0D, 0x0A] }
        }
        return bytes + Array("--\(boundary)--".utf8)
    }
}

/// Bodies in lines of at most 76 characters, each ended by CR LF.
enum MailBody {
    static func base64(_ text: String) -> [UInt8] {
        base64(lines(text).joined(separator: [0x0D, 0x0A]).map { $0 })
    }

    static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let lines = Data(bytes)
            .base64EncodedData(options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
        return Array(lines) + [0x0D, 0x0A]
    }

    /// Line ends of any kind become one kind (RFC 2046 §4.1.1).
    private static func lines(_ text: String) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        var isAfterReturn = false
        for byte in text.utf8 {
            if byte == 0x0D || byte == 0x0A {
                if byte == 0x0D || !isAfterReturn { lines.append([]) }
            } else {
                lines[lines.count - 1].append(byte)
            }
            isAfterReturn = byte == 0x0D
        }
        return lines
    }

    /// RFC 2045 §6.7.
    static func quotedPrintable(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines(text) {
            var column = 0
            for (index, byte) in line.enumerated() {
                let isLast = index == line.count - 1
                let isSpace = byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
                let isPlain = isSpace ? !isLast : byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "=")
                let part = isPlain ? [byte] : escaped(byte)
                if column + part.count > 75 {
                    bytes += Array("=\r\n".utf8)
                    column = 0
                }
                bytes += part
                column += part.count
            }
            bytes += [0x0D, 0x0A]
        }
        return bytes
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return [UInt8(ascii: "="), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }
}
