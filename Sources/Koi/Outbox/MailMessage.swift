import Foundation
import KoiHTTP

/// A mail, from which its bytes are made.
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
    /// The same as `text`, for readers that show HTML.
    var html: String?
    var attachments: [MailAttachment] = []
    /// The mails that it answers, the oldest first, without angle brackets.
    var references: [MailID] = []
    /// Where its reader ends such mails with one click.
    var unsubscribe: String?
    /// To whom servers say that it could not be delivered, where that is not `from`.
    var bounce: MailAddress?

    /// The envelope's sender (RFC 5321 §2.3.1).
    var sender: MailAddress { bounce ?? from }

    /// The mail as RFC 5322 and RFC 2045 have it, every line ended by CR LF, in ASCII but for addresses that are not.
    var bytes: [UInt8] {
        let seconds = Int(clamping: date.flooredQuotient(1_000))
        let head =
            [
                "Date: " + DateField.text(seconds).replacing("GMT", with: "+0000") + "\r\n",
                MailHeader.field("From", from),
                MailHeader.field("To", to),
                MailHeader.field("Subject", text: subject),
                "Message-ID: <\(id)>\r\n",
            ] + thread + list + [
                // RFC 3834 §5: so that nobody's absence notice answers it.
                "Auto-Submitted: auto-generated\r\n",
                "MIME-Version: 1.0\r\n",
            ]
        return Array(head.joined().utf8) + body.whole
    }

    /// RFC 5322 §3.6.4.
    private var thread: [String] {
        guard let last = references.last else { return [] }
        let ids = references.map { "<\($0.text)>" }
        return ["In-Reply-To: <\(last.text)>\r\n", "References: " + ids.joined(separator: "\r\n ") + "\r\n"]
    }

    /// RFC 2369 §3.2 and RFC 8058 §3.1; on one line, since some readers take an address that is cut for two.
    private var list: [String] {
        guard let unsubscribe else { return [] }
        return ["List-Unsubscribe: <\(unsubscribe)>\r\n", "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"]
    }

    private var body: MailPart {
        let plain = MailPart.text(text, "plain")
        let shown = html.map { MailPart.several("alternative", [plain, .text($0, "html")]) } ?? plain
        return attachments.isEmpty ? shown : .several("mixed", [shown] + attachments.map(MailPart.file))
    }
}

/// What a mail is called in its `Message-ID`, safe to be put into a header field.
struct MailID: Sendable, Equatable {
    let text: String

    /// Takes it with or without angle brackets (RFC 5322 §3.6.4).
    init?(_ given: String) {
        var text = given.trimmingSpaces
        if text.hasPrefix("<"), text.hasSuffix(">") { text = String(text.dropFirst().dropLast()) }
        let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3C && $0 != 0x3E }
        guard (3...250).contains(text.utf8.count), isPlain, text.contains("@") else { return nil }
        self.text = text
    }
}
