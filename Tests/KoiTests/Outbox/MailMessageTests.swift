import Foundation
import Testing

@testable import Koi

struct `A mail` {
    @Test func `in ASCII is readable as it is`() throws {
        let mail = String(decoding: try MailMessage.make(text: "a=b \n\nEnd").bytes, as: UTF8.self)
        #expect(
            mail == """
                Date: Sun, 22 Nov 2026 09:00:00 +0000\r
                From: "Koi"\r
                 <koi@example.com>\r
                To: <li@example.com>\r
                Subject: Hello\r
                Message-ID: <koi.1@example.com>\r
                Auto-Submitted: auto-generated\r
                MIME-Version: 1.0\r
                Content-Type: text/plain; charset=utf-8\r
                Content-Transfer-Encoding: quoted-printable\r
                \r
                a=3Db=20\r
                \r
                End\r

                """
        )
    }

    @Test func `in Chinese has encoded words of whole characters in its fields`() throws {
        let subject = String(repeating: "重庆机械客户交接", count: 12)
        let mail = String(decoding: try MailMessage.make(name: "重庆机械", subject: subject).bytes, as: UTF8.self)
        let lines = mail.components(separatedBy: "\r\n")
        let first = try #require(lines.firstIndex { $0.hasPrefix("Subject: ") })
        let words =
            [String(lines[first].dropFirst(9))]
            + lines[(first + 1)...].prefix { $0.hasPrefix(" =?") }.map { String($0.dropFirst()) }
        let decoded = try words.map { word in
            try #require(
                Data(base64Encoded: String(word.dropFirst(10).dropLast(2))).flatMap {
                    String(data: $0, encoding: .utf8)
                }
            )
        }
        #expect(decoded.joined() == subject)
        #expect(lines.allSatisfy { $0.utf8.count <= 78 && $0.utf8.allSatisfy { $0 < 0x80 } })
    }

    @Test func `in Chinese has its text in base64`() throws {
        let text = String(repeating: "您的客户已交接。\n", count: 50)
        let mail = String(decoding: try MailMessage.make(text: text).bytes, as: UTF8.self)
        #expect(mail.contains("Content-Transfer-Encoding: base64"))
        let body = try #require(mail.range(of: "\r\n\r\n").map { mail[$0.upperBound...] })
        let decoded = try #require(Data(base64Encoded: String(body), options: .ignoreUnknownCharacters))
        #expect(String(decoding: decoded, as: UTF8.self) == text.replacing("\n", with: "\r\n"))
    }

    @Test(arguments: [
        "Hi\r\nBcc: thief@example.com", "Hi\nBcc: x", "Hi\rBcc: x", "Hi\u{85}Bcc: x", "Hi\u{2028}Bcc: x",
        "\r\n\r\nBody",
    ])
    func `has no field that somebody put into its subject or a name`(text: String) throws {
        let mail = try MailMessage.make(name: text, subject: text)
        let head = String(decoding: mail.bytes, as: UTF8.self).components(separatedBy: "\r\n\r\n")[0]
        let fields = head.components(separatedBy: "\r\n").filter { !$0.hasPrefix(" ") }.map { $0.prefix { $0 != ":" } }
        #expect(
            fields == [
                "Date", "From", "To", "Subject", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding",
            ]
        )
        #expect(
            !head.utf8.contains { $0 == 0x0A }
                || head.components(separatedBy: "\n").allSatisfy {
                    $0.hasSuffix("\r") || $0 == head.components(separatedBy: "\n").last
                }
        )
    }

    @Test(
        arguments: [
            "", "li", "li@", "@example.com", "li@example.com\r\nRCPT TO:<x@example.com>", "<li@example.com>",
            "li li@example.com",
            "li@example.com>", "a@b@c", "li@example.com\u{0}", "li\u{85}@example.com", "li\u{3000}@example.com",
        ]
    )
    func `goes to no address that is none`(text: String) {
        #expect(MailAddress(text) == nil)
    }

    @Test func `has its HTML beside its text, and files behind both`() throws {
        var mail = try MailMessage.make(text: "Hello\n")
        mail.html = "<p>好</p>"
        mail.attachments = [
            MailAttachment(name: "报价\r\nBcc: x/../y.pdf", type: "text/html\r\nX: y", content: [1, 2, 3])
        ]
        let text = String(decoding: mail.bytes, as: UTF8.self)
        let types = text.components(separatedBy: "\r\n").filter { $0.hasPrefix("Content-Type: ") }
        #expect(
            types == [
                "Content-Type: multipart/mixed; boundary=\"=_koi-mixed\"",
                "Content-Type: multipart/alternative; boundary=\"=_koi-alternative\"",
                "Content-Type: text/plain; charset=utf-8", "Content-Type: text/html; charset=utf-8",
                "Content-Type: application/octet-stream;",
            ]
        )
        #expect(text.contains(" filename*=UTF-8''%E6%8A%A5%E4%BB%B7__Bcc%3A%20x_.._y.pdf\r\n"))
        #expect(text.contains("\r\n\r\nAQID\r\n--=_koi-mixed--\r\n"))
    }

    @Test func `names what it answers, and where such mails are ended`() throws {
        var mail = try MailMessage.make()
        mail.references = ["1@a", "<2@b>"].compactMap(MailID.init)
        mail.unsubscribe = "https://koi.example.com/unsubscribe/kol_x"
        let text = String(decoding: mail.bytes, as: UTF8.self)
        #expect(text.contains("\r\nIn-Reply-To: <2@b>\r\nReferences: <1@a>\r\n <2@b>\r\n"))
        #expect(text.contains("\r\nList-Unsubscribe: <https://koi.example.com/unsubscribe/kol_x>\r\n"))
        #expect(text.contains("\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"))
    }

    @Test(arguments: ["", "x", "<1@a>\r\nBcc: x", "1@a b", "<<1@a>>", "1@\u{E9}"])
    func `answers nothing that is no mail`(text: String) {
        #expect(MailID(text) == nil)
    }

    @Test func `breaks long lines of ASCII and keeps the spaces at their ends`() {
        let line = String(repeating: "x", count: 200) + "\t"
        let lines = String(decoding: MailBody.quotedPrintable(line), as: UTF8.self).components(separatedBy: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 76 })
        #expect(
            lines.map { $0.hasSuffix("=") ? String($0.dropLast()) : $0 }.joined().replacing("=09", with: "\t") == line
        )
    }
}
