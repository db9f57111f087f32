import KoiFormats
import Testing

struct `A file that came with a mail` {
    private func files(_ head: String, _ body: String = "x") -> [IncomingFile] {
        IncomingMail(Array("Content-Type: multipart/mixed; boundary=b\n\n--b\n\(head)\n\n\(body)\n--b--\n".utf8)).files
    }

    @Test(arguments: [
        ("Content-Disposition: attachment; filename=\"a b.pdf\"", "a b.pdf"),
        ("Content-Disposition: attachment; filename=a b.pdf; size=3", "a b.pdf"),
        ("Content-Type: image/png; name=a.png", "a.png"),
        ("Content-Disposition: attachment; filename*=utf-8'zh'%E9%98%80.pdf", "阀.pdf"),
        (
            "Content-Disposition: attachment;\n filename*0*=GBK''%B7%A7; filename*1=\"%41.p\"; filename*2*=%64f",
            "阀%41.pdf"
        ),
        ("Content-Disposition: attachment; filename*=utf-8''b.txt; filename=a.txt", "b.txt"),
        ("Content-Disposition: attachment; filename*1=b.txt", "1.txt"),
        ("Content-Disposition: attachment; filename=\"=?gbk?B?t6c=?=.pdf\"", "阀.pdf"),
        ("Content-Disposition: attachment; filename=\"..\\..\\win.ini\"", "win.ini"),
        ("Content-Disposition: attachment; filename=\"../../etc/passwd\"", "passwd"),
        ("Content-Disposition: attachment; filename=\"..\"", "1.txt"),
        ("Content-Disposition: attachment; filename=\"a\u{202E}gpj.exe\"", "agpj.exe"),
        ("Content-Disposition: attachment; filename=\".htaccess. \"", "htaccess"),
        ("Content-Disposition: attachment; filename=\"a:b|c?.txt\"", "a_b_c_.txt"),
        ("Content-Disposition: attachment; filename=\"a\u{7F}\u{0}.txt\"", "a.txt"),
        ("Content-Type: application/pdf", "1.pdf"), ("Content-Type: message/rfc822", "1.eml"),
        ("Content-Disposition: x-what", "1.txt"),
        (
            "Content-Disposition: attachment; filename=\"" + String(repeating: "长", count: 500) + ".docx\"",
            String(repeating: "长", count: 195) + ".docx"
        ),
    ])
    func `has a name that is a name alone`(head: String, name: String) {
        #expect(files(head).map(\.name) == [name])
    }

    @Test func `has its bytes to the last`() {
        let head =
            "Content-Type: image/png\nContent-Disposition: inline; filename=a.png\nContent-Transfer-Encoding: base64"
        let file = files(head, "iVBO\nRw0K\n").first
        #expect(file?.bytes() == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A])
        #expect(file?.type == "image/png")
        #expect(files("Content-Type: text/csv", "a\r\nb\r").first?.bytes() == Array("a\r\nb".utf8))
    }

    @Test func `may be a whole mail, which is not read into`() {
        let inner = "Subject: x\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\ntext\n--c--"
        let mail = files("Content-Type: message/rfc822", inner)
        #expect(mail.map(\.name) == ["1.eml"])
        #expect(mail.first?.bytes() == Array(inner.utf8))
    }

    @Test func `is a text with a name, but not where the mail is nothing else`() {
        #expect(files("Content-Type: text/plain; name=log.txt").map(\.name) == ["log.txt"])
        #expect(files("Content-Type: text/html\nContent-Disposition: attachment").map(\.name) == ["1.html"])
        #expect(IncomingMail(Array("Content-Type: text/plain; name=a.txt\n\nx".utf8)).files.isEmpty)
    }
}
