import KoiFormats
import Testing

/// Each would take minutes if anything in the reader took more than its time.
@Suite(.timeLimit(.minutes(1))) struct `A mail bomb` {
    private func mail(_ text: String) -> IncomingMail { IncomingMail(Array(text.utf8)) }

    @Test func `of 10,000 parts has its first files`() {
        let part = "--b\nContent-Disposition: attachment; filename=a.txt\n\nx\n"
        let mail = mail("Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: part, count: 10_000))
        #expect(mail.files.count == MailLimits.files)
        #expect(mail.omissions == [.files, .parts])
        let exact =
            "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\n", count: MailLimits.parts - 1)
            + "--b--\n"
        #expect(self.mail(exact).omissions == [])
        #expect(self.mail(exact.replacing("--b--", with: "--b\n\n--b--")).omissions == [.parts])
    }

    @Test func `of parts within parts ends at some depth`() {
        let deep =
            (0..<2_000).map { "Content-Type: multipart/mixed; boundary=b\($0)\n\n--b\($0)\n" }.joined() + "\ntext"
        #expect(mail(deep).omissions == [.parts])
        let same = String(repeating: "Content-Type: multipart/mixed; boundary=b\n\n--b\n", count: 20_000)
        #expect(mail(same).files.isEmpty)
        let mails = String(repeating: "Content-Type: message/rfc822\n\n", count: 20_000)
        #expect(mail(mails).files.count == 1)
    }

    @Test func `of 100,000 header fields has the first of them`() {
        let mail = mail("Subject: x\n" + String(repeating: "A: b\n c\n", count: 100_000) + "From: a@b\n\ntext")
        #expect(mail.subject == "x")
        #expect(mail.from.isEmpty)
        #expect(mail.text == "text")
        #expect(mail.omissions == [.fields])
    }

    /// Made within the test: as its arguments they would be printed.
    private static let repetitions: [String] =
        [
            "Subject: " + String(repeating: "=?utf-8?Q?", count: 200_000),
            "References: " + String(repeating: "<", count: 500_000) + ">",
            "From: " + String(repeating: "(", count: 500_000), "From: " + String(repeating: "\"<", count: 500_000),
            "To: " + String(repeating: "a@b,", count: 300_000),
            "Subject: " + String(repeating: "x\r\n ", count: 300_000),
            "Content-Type: " + String(repeating: "a;b*0=\"c", count: 100_000),
            "Content-Type: multipart/mixed; boundary=" + String(repeating: "b", count: 1_000_000),
            String(repeating: "x", count: 2_000_000),
            "\n" + String(repeating: "> ", count: 1_000_000),
            "\n" + String(repeating: "on 1 wrote:\n> \n", count: 60_000) + "x",
            "\n" + String(repeating: "\r\n", count: 500_000),
            "Content-Transfer-Encoding: quoted-printable\n\n" + String(repeating: "= ", count: 500_000),
            "Content-Type: text/plain; charset=gbk\n\n" + String(repeating: "\u{FF}", count: 300_000),
        ]
        + ["<", "<a ", "<!--", "&", "<script>", "<a href=\"", "<blockquote>", "<pre>\n", "<![", "<a b=c ", "</"].map {
            "Content-Type: text/html\n\n" + String(repeating: $0, count: 200_000)
        }

    @Test func `of repetition is read in time`() {
        for text in Self.repetitions {
            let mail = mail(text)
            _ = ReplyText(mail.text)
            #expect(mail.text.utf8.count <= 2 * MailLimits.text)
            #expect(mail.from.count <= 200)
        }
    }

    @Test func `of text has what fits`() {
        let mail = mail("\n" + String(repeating: "好\n", count: 1_000_000))
        #expect(mail.omissions == [.text])
        #expect(mail.text.utf8.count <= MailLimits.text)
        #expect(!mail.text.unicodeScalars.contains("\u{FFFD}"))
    }

    @Test func `is read wherever it was cut off`() {
        let whole = Array(
            "From: a@b\nContent-Type: multipart/mixed; boundary=\"b\"\n\n--b\nContent-Type: text/html; charset=gbk\n\n<p a='b'>&amp;x</p>\n--b\nContent-Disposition: attachment; filename*0*=utf-8''%E9; filename*1*=%98%80\nContent-Transfer-Encoding: base64\n\nAAAA\n--b--\n"
                .utf8
        )
        for end in 0...whole.count { _ = IncomingMail(Array(whole[..<end])) }
        #expect(IncomingMail(whole).files.map(\.name) == ["阀"])
    }
}
