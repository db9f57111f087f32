import Foundation

/// Header fields of a mail: whatever the text is, one field comes out, in ASCII and in short lines.
enum MailHeader {
    /// RFC 5322 §2.1.1: the length that a line should not go beyond.
    private static let lineLength = 76
    /// As many bytes as fit, in base64 and with its marks, into the 75 characters of an encoded word (RFC 2047 §2).
    private static let wordBytes = 45
    /// What an encoded word is beside its base64: `=?UTF-8?B?…?=`.
    private static let marks = 12

    static func field(_ name: String, text: String) -> String {
        name + ": " + encoded(text, isPhrase: false, room: lineLength - name.utf8.count - 2) + "\r\n"
    }

    static func field(_ name: String, _ address: MailAddress) -> String {
        guard let shown = address.name.map(plain), !shown.isEmpty else { return name + ": <\(address.text)>\r\n" }
        let phrase = encoded(shown, isPhrase: true, room: lineLength - name.utf8.count - 2)
        // The address on a line of its own, so that none becomes too long.
        return name + ": " + phrase + "\r\n <\(address.text)>\r\n"
    }

    /// Control characters, and with them every line break, become spaces.
    private static func plain(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl =
                scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar == "\u{2028}"
                || scalar == "\u{2029}"
            scalars.append(isControl ? " " : scalar)
        }
        return String(scalars).trimmingSpaces
    }

    private static func encoded(_ text: String, isPhrase: Bool, room: Int) -> String {
        let text = plain(text)
        let isPlain =
            text.utf8.count + 2 <= room && text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && !text.contains("=?")
        guard isPlain else { return words(text, room: room).joined(separator: "\r\n ") }
        guard isPhrase else { return text }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// RFC 2047 §5: an encoded word holds whole characters.
    ///
    /// - Parameter room: on the line where the first one stands.
    private static func words(_ text: String, room: Int) -> [String] {
        var words: [String] = []
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            let encoded = Array(String(scalar).utf8)
            let most = words.isEmpty ? min(wordBytes, (room - marks) / 4 * 3) : wordBytes
            if bytes.count + encoded.count > most {
                words.append(word(bytes))
                bytes = []
            }
            bytes += encoded
        }
        return words + [word(bytes)]
    }

    private static func word(_ bytes: [UInt8]) -> String {
        "=?UTF-8?B?" + Data(bytes).base64EncodedString() + "?="
    }
}
