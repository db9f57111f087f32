import Foundation

/// A file that goes with a mail.
struct MailAttachment: Sendable, Equatable {
    /// All of one mail together, in bytes.
    static let maximumTotal = 5 << 20
    static let maximumCount = 20

    let name: String
    /// A media type, such as `application/pdf`.
    let type: String
    let content: [UInt8]

    /// - Parameter type: taken for any bytes where it is none, or one that would be read as a part of the mail.
    init(name: String, type: String, content: [UInt8]) {
        let shown = String(String.UnicodeScalarView(name.unicodeScalars.map { MailAttachment.isPlain($0) ? $0 : "_" }))
        self.name = shown.trimmingSpaces.isEmpty ? "file" : shown.trimmingSpaces
        self.type = MailAttachment.isType(type) ? type.lowercased() : "application/octet-stream"
        self.content = content
    }

    /// A part of its own: an attachment whatever its type, so that no reader runs it.
    var bytes: [UInt8] {
        let head =
            "Content-Type: \(type)\(MailParameter.text("name", name))\r\n"
            + "Content-Disposition: attachment\(MailParameter.text("filename", name))\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\n"
        return Array(head.utf8) + MailBody.base64(content)
    }

    /// A name is no path, and no second header field.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) && scalar != "/" && scalar != "\\"
            && scalar != "\u{2028}" && scalar != "\u{2029}"
    }

    static func isType(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isNamed = parts.allSatisfy { part in
            (1...60).contains(part.count)
                && part.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || Array("-+._".utf8).contains(byte)
                }
        }
        let major = text.lowercased().prefix { $0 != "/" }
        return parts.count == 2 && isNamed && major != "multipart" && major != "message"
    }
}

/// Parameters of header fields, in ASCII and in short lines.
enum MailParameter {
    private static let lineLength = 60

    /// `;`, a new line, and the parameter: quoted where it is short and ASCII, else as RFC 2231 §3 and §4 have it.
    static func text(_ name: String, _ value: String) -> String {
        let isPlain =
            value.utf8.count <= lineLength
            && value.utf8.allSatisfy {
                (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
            }
        guard !isPlain else { return ";\r\n \(name)=\"\(value)\"" }
        let pieces = pieces(value)
        guard pieces.count > 1 else { return ";\r\n \(name)*=UTF-8''\(pieces.first ?? "")" }
        return pieces.enumerated().map { number, piece in
            ";\r\n \(name)*\(number)*=" + (number == 0 ? "UTF-8''" : "") + piece
        }.joined()
    }

    /// The value escaped, in pieces that fit into a line; no character is cut.
    private static func pieces(_ value: String) -> [String] {
        var pieces: [String] = []
        var piece = ""
        for scalar in value.unicodeScalars {
            let escaped = String(scalar).utf8.map(MailParameter.escaped).joined()
            if piece.utf8.count + escaped.utf8.count > lineLength {
                pieces.append(piece)
                piece = ""
            }
            piece += escaped
        }
        return pieces + [piece]
    }

    /// RFC 2231 §7, attribute-char.
    private static func escaped(_ byte: UInt8) -> String {
        let isPlain =
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || Array("-._".utf8).contains(byte)
        guard !isPlain else { return String(UnicodeScalar(byte)) }
        let digits = Array("0123456789ABCDEF")
        return "%" + String(digits[Int(byte >> 4)]) + String(digits[Int(byte & 15)])
    }
}
