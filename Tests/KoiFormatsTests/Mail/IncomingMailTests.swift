import KoiFormats
import Testing

struct `A mail that comes in` {
    private func mail(_ text: String) -> IncomingMail { IncomingMail(Array(text.utf8)) }

    @Test(arguments: [
        ("Subject: Leak", "Leak"), ("subject :  Leak \r\n", "Leak"), ("Subject: Le\r\n ak", "Le ak"),
        ("Subject: =?UTF-8?Q?Stra=C3=9Fe_1?=", "Straße 1"), ("Subject: =?utf-8?B?6ZiA6Zeo?= 2", "阀门 2"),
        // A character cut in two by words, as half of all programs do.
        ("Subject: =?utf-8?B?6Zg=?=\r\n =?utf-8?B?gA==?=", "阀"), ("Subject: =?gb2312*zh?B?zbbL3w==?=", "投诉"),
        ("Subject: =?Big5?B?qeqr6A==?=", "抱怨"), ("Subject: a =?x-none?Q?b?= c", "a b c"),
        ("Subject: =?utf-8?Q?not ended", "=?utf-8?Q?not ended"), ("Subject: =?utf-8?Z?x?=", "=?utf-8?Z?x?="),
        ("Subject: a\u{202E}b\u{7}c\u{0}", "abc"), ("Subject:", nil), ("From: a@b", nil),
        ("From li@example.com Mon Nov 23 10:00:00 2026\n and on\nSubject: x", "x"), ("Subject: 阀门", "阀门"),
    ])
    func `has a subject that people can read`(head: String, subject: String?) {
        #expect(mail(head + "\n\ntext").subject == subject)
    }

    @Test func `has a subject in GBK or Latin 1 that does not say so`() {
        #expect(IncomingMail(Array("Subject: ".utf8) + [0xCD, 0xB6, 0xCB, 0xDF] + [0x0A]).subject == "投诉")
        #expect(IncomingMail(Array("Subject: M".utf8) + [0xFC] + Array("ller\n".utf8)).subject == "Müller")
    }

    @Test(arguments: [
        ("li@example.com", "li@example.com", nil), ("Li Wei <li@example.com>", "li@example.com", "Li Wei"),
        (#""Li, \"Wei\"" <li@example.com>"#, "li@example.com", #"Li, "Wei""#),
        ("li@example.com (Li Wei)", "li@example.com", "Li Wei"),
        ("=?utf-8?B?5p2O5Lyf?= <li@example.com>", "li@example.com", "李伟"),
        (#""=?utf-8?B?5p2O5Lyf?=" <li@example.com>"#, "li@example.com", "李伟"),
        ("<@a.example,@b.example:li@example.com>", "li@example.com", nil),
        ("li @ example . com", "li@example.com", nil),
        ("Team: li@example.com, wu@example.com;", "li@example.com", nil),
        (#""a b"@example.com"#, #""ab"@example.com"#, nil),
        // The name claims another address; it is but a name.
        (#""boss@example.com" <thief@example.net>"#, "thief@example.net", "boss@example.com"),
        ("a (b (c) d) <li@example.com>", "li@example.com", "a"), ("李@例子.中国", "李@例子.中国", nil),
    ])
    func `has a sender`(value: String, address: String, name: String?) {
        #expect(mail("From: \(value)\n\n").from.first == Mailbox(address: address, name: name))
    }

    @Test(arguments: [
        "", "nobody", "<>", "@", "a@", "@b", "Undisclosed recipients:;", "a\u{202E}@b.example", "\"", "(", "<", "(a@b",
    ])
    func `has no sender where none can be read`(value: String) {
        #expect(mail("From: \(value)\n\n").from.isEmpty)
    }

    @Test(arguments: [
        ("References: <a@b> <c@d>\nIn-Reply-To: <c@d>", ["a@b", "c@d"]),
        ("In-Reply-To: <c@d>\nReferences: <e@f>", ["e@f", "c@d"]),
        ("References: <a@b><c@d>", ["a@b", "c@d"]), ("References: <a@b\r\n > <x", ["a@b"]),
        ("References: <<a@b>", ["a@b"]),
        ("In-Reply-To: a@b", ["a@b"]), ("In-Reply-To: your mail of today", []), ("References: <a b@c> <é@d>", ["ab@c"]),
    ])
    func `says what it answers`(head: String, references: [String]) {
        #expect(mail(head + "\n\n").references == references)
    }

    @Test func `keeps the nearest of too many references`() {
        let many = (0..<500).map { "<\($0)@b>" }.joined(separator: "\r\n ")
        let references = mail("References: \(many)\n\n").references
        #expect(references.count == 100)
        #expect(references.last == "499@b")
    }

    @Test(arguments: [
        ("Content-Transfer-Encoding: base64", "6ZiA6Zeo\r\n5ryP5rC0", "阀门漏水"),
        ("Content-Transfer-Encoding: base64", "6ZiA6Z!eo=", "阀门"),
        ("Content-Transfer-Encoding: BASE64", "6Z", "é"),
        ("Content-Transfer-Encoding: quoted-printable", "=E9=98=80 \r\nx=\r\ny=3=zz=", "阀\nxy=3=zz"),
        ("Content-Transfer-Encoding: uuencode", "x", "x"), ("Content-Type: text/plain; charset=\"utf-8\"", "阀", "阀"),
        ("Content-Type: text/plain; charset=no-such", "阀", "阀"), ("Content-Type: nonsense", "a\r\n\r\nb\n", "a\n\nb"),
        ("Content-Type: text/plain; format=flowed", "a \nb\n-- \nme", "a b\n-- \nme"),
        ("Content-Type: text/plain; format=flowed; delsp=yes", "a \nb\n> c \n> d\n  e", "ab\n> cd\n e"),
        ("Content-Type: text/html", "<p>a<p>b&lt;i&gt;", "a\n\nb<i>"),
        ("X: y", "a\u{0}\u{8}\u{85}b\u{2028}c\rd", "a\nb\nc\nd"),
        ("Content-Type: multipart/mixed", "no parts", "no parts"), ("Content-Type: text/plain; name=a.txt", "a", "a"),
    ])
    func `has a text that people can read`(head: String, body: String, text: String) {
        #expect(mail(head + "\r\n\r\n" + body).text == text)
    }

    @Test(
        arguments: [
            ("gb18030", [0xCD, 0xB6, 0xCB, 0xDF], "投诉"), ("GBK", [0x86, 0xB4], "喆"), ("big5", [0xA9, 0xEA], "抱"),
            ("iso-8859-1", [0xE9, 0x80], "é€"), ("ISO-8859-15", [0xA4], "€"), ("iso-8859-5", [0xB0], "А"),
            ("windows-1251", [0xC0], "А"), ("koi8-r", [0xE1], "А"), ("shift_jis", [0x93, 0xFA], "日"),
            ("utf-8", [0xFF, 0x41], "ÿA"),
            ("gb2312", [0x41, 0xFF], "A\u{FFFD}"),
        ] as [(String, [UInt8], String)]
    )
    func `is read in its charset`(charset: String, bytes: [UInt8], text: String) {
        #expect(IncomingMail(Array("Content-Type: text/plain; charset=\(charset)\n\n".utf8) + bytes).text == text)
    }

    @Test func `has its plain text rather than the same as HTML`() {
        let parts = "--b\n\nplain\n--b\nContent-Type: text/html\n\n<p>rich\n--b--\nepilogue"
        #expect(mail("Content-Type: multipart/alternative; boundary=b\n\npreamble\n" + parts).text == "plain")
        let blank = parts.replacing("plain", with: " ")
        #expect(mail("Content-Type: multipart/alternative; boundary=b\n\n" + blank).text == "rich")
        #expect(mail("Content-Type: multipart/mixed; boundary=b\n\n" + parts).text == "plain\n\nrich")
    }

    @Test(arguments: [
        ("Auto-Submitted: auto-replied", "auto-submitted"), ("Auto-Submitted: no", nil),
        ("Precedence: Bulk", "precedence"),
        ("Precedence: first-class", nil), ("X-Auto-Response-Suppress: All", "x-auto-response-suppress"),
        ("List-Id: <a.example>", "list-id"), ("List-Unsubscribe: <https://a.example>", "list-unsubscribe"),
        ("X: y", nil),
    ])
    func `says whether a machine wrote it`(head: String, reason: String?) {
        #expect(mail(head + "\n\n").automatic == reason)
    }
}
