import Foundation
import KoiHTTP

/// A mail in plain text.
struct MailMessage: Sendable, Equatable {
    let from: MailAddress
    let to: MailAddress
    let subject: String
    /// Lines end with `\n`.
    let text: String
    /// Without angle brackets; the same each time it is sent.
    let id: String
    /// Milliseconds since 1970.
    let date: Int64

    /// The mail as RFC 5322 and RFC 2045 have it, every line ended by CR LF.
    var bytes: [UInt8] {
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        let seconds = Int(clamping: date.flooredQuotient(1_000))
        let head = [
            "Date: " + DateField.text(seconds).replacing("GMT", with: "+0000") + "\r\n",
            MailHeader.field("From", from),
            MailHeader.field("To", to),
            MailHeader.field("Subject", text: subject),
            "Message-ID: <\(id)>\r\n",
            // RFC 3834 §5: so that nobody's absence notice answers it.
            "Auto-Submitted: auto-generated\r\n",
            "MIME-Version: 1.0\r\n",
            "Content-Type: text/plain; charset=utf-8\r\n",
            "Content-Transfer-Encoding: " + (isASCII ? "quoted-printable" : "base64") + "\r\n\r\n",
        ]
        return Array(head.joined().utf8) + (isASCII ? MailBody.quotedPrintable(text) : MailBody.base64(text))
    }
}

/// Bodies in lines of at most 76 characters.
enum MailBody {
    static func base64(_ text: String) -> [UInt8] {
        let lines = Data(text.replacing("\n", with: "\r\n").utf8)
            .base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed])
        return Array((lines + "\r\n").utf8)
    }

    /// RFC 2045 §6.7.
    static func quotedPrintable(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
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
