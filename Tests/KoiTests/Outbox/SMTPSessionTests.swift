import Testing

@testable import Koi

struct `A talk with a mail server` {
    private static let extensions = "250-mail.example.com\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS"

    @Test func `hands over a mail`() throws {
        var talk = try SMTPTalk()
        talk.hear("220 mail.example.com", "250 mail.example.com", "250 OK", "250 OK", "354 Go", "250 Taken")
        #expect(talk.isOver)
        #expect(talk.failure == nil)
        #expect(
            talk.said.prefix(4) == [
                "EHLO koi.example.com\r\n", "MAIL FROM:<koi@example.com>\r\n", "RCPT TO:<li@example.com>\r\n",
                "DATA\r\n",
            ]
        )
        #expect(talk.said.last == "QUIT\r\n")
        #expect(talk.said[4].hasSuffix("\r\nHello\r\n.\r\n"))
    }

    @Test func `says how large a mail is where the server asks, and keeps one that it would not take`() throws {
        var talk = try SMTPTalk()
        talk.hear("220 hi", "250-x\r\n250 SIZE 100000", "250 OK")
        #expect(talk.said[1].hasPrefix("MAIL FROM:<koi@example.com> SIZE="))
        var small = try SMTPTalk()
        small.hear("220 hi", "250-x\r\n250 SIZE 100")
        #expect(small.failure?.code == "too_large")
        #expect(small.failure?.isFinal == true)
    }

    @Test func `is the same when each byte comes by itself`() throws {
        var talk = try SMTPTalk()
        for reply in ["220-a\r\n220 b", Self.extensions, "250 OK", "250 OK", "354 Go", "250 Taken"] {
            talk.hearSlowly(reply)
        }
        #expect(talk.isOver && talk.failure == nil)
        #expect(talk.said.count == 6)
    }

    @Test func `begins TLS before it says anything of worth`() throws {
        var talk = try SMTPTalk(security: .starttls, account: .init(user: "koi", password: "s3cret"))
        talk.hear("220 hi", Self.extensions, "220 Go", Self.extensions, "235 Welcome")
        #expect(
            talk.said == [
                "EHLO koi.example.com\r\n", "STARTTLS\r\n", "<TLS>", "EHLO koi.example.com\r\n",
                "AUTH PLAIN AGtvaQBzM2NyZXQ=\r\n", "MAIL FROM:<koi@example.com>\r\n",
            ]
        )
    }

    @Test func `never goes on in the clear where STARTTLS is wanted`() throws {
        var talk = try SMTPTalk(security: .starttls, account: .init(user: "koi", password: "s3cret"))
        talk.hear("220 hi", "250-mail.example.com\r\n250 AUTH PLAIN")
        #expect(talk.failure?.code == "no_starttls")
        #expect(!talk.said.contains { $0.hasPrefix("AUTH") })
    }

    @Test func `does not believe what was said before TLS`() throws {
        var talk = try SMTPTalk(security: .starttls)
        talk.hear("220 hi", Self.extensions, "220 Go\r\n250 injected")
        #expect(talk.failure?.code == "bad_reply")
        #expect(!talk.said.contains("<TLS>"))
    }

    @Test func `signs in by LOGIN where there is no PLAIN`() throws {
        var talk = try SMTPTalk(account: .init(user: "koi", password: "s3cret"))
        talk.hear("220 hi", "250-x\r\n250 AUTH=LOGIN", "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 Welcome")
        #expect(talk.said[1...3] == ["AUTH LOGIN\r\n", "a29p\r\n", "czNjcmV0\r\n"])
        #expect(talk.said[4] == "MAIL FROM:<koi@example.com>\r\n")
    }

    @Test(
        arguments: [
            (["554 No"], "server_refused", false),
            (["220 hi", "502 No"], "server_refused", false),
            (["220 hi", "250 x", "550 Not you"], "server_refused", false),
            (["220 hi", "250 x", "250 OK", "550 No such user"], "refused", true),
            (["220 hi", "250 x", "250 OK", "451 Later"], "refused", false),
            (["220 hi", "250 x", "250 OK", "250 OK", "354 Go", "554 Spam"], "refused", true),
            (["220 hi", "250 x", "250 OK", "250 OK", "250 What"], "refused", true),
            (["HTTP/1.1 400 Bad Request"], "bad_reply", false),
            (["220-a\r\n221 b"], "bad_reply", false),
            (["220 hi", "250 x", "250 OK\r\n250 OK"], "bad_reply", false),
        ] as [([String], String, Bool)]
    )
    func `tells what can be tried again from what cannot`(replies: [String], code: String, isFinal: Bool) throws {
        var talk = try SMTPTalk()
        for reply in replies { talk.hear(reply) }
        #expect(talk.isOver)
        #expect(talk.failure?.code == code)
        #expect(talk.failure?.isFinal == isFinal)
    }

    @Test func `lets a wrong password be mended`() throws {
        var talk = try SMTPTalk(account: .init(user: "koi", password: "wrong"))
        talk.hear("220 hi", Self.extensions, "535 5.7.8 Not accepted")
        #expect(talk.failure?.code == "auth_refused")
        #expect(talk.failure?.isFinal == false)
        #expect(talk.failure?.message.en.contains("5.7.8 Not accepted") == true)
    }

    @Test func `ends where the server ends it, and where it never ends a line`() throws {
        var talk = try SMTPTalk()
        talk.hear("220 hi")
        talk.hearEnd()
        #expect(talk.failure?.code == "connection_lost")
        var endless = try SMTPTalk()
        endless.hear(String(repeating: "2", count: 5_000))
        #expect(endless.failure?.code == "bad_reply")
        var many = try SMTPTalk()
        many.hear(String(repeating: "220-a\r\n", count: 300))
        #expect(many.failure?.code == "bad_reply")
    }

    @Test func `doubles a dot that begins a line`() {
        let stuffed = SMTPSession.stuffed(Array(".\r\na.b\r\n..c".utf8))
        #expect(String(decoding: stuffed, as: UTF8.self) == "..\r\na.b\r\n...c\r\n.\r\n")
    }

    @Test func `asks for SMTPUTF8 where an address needs it`() throws {
        var talk = try SMTPTalk(to: "李@例子.中国")
        talk.hear("220 hi", "250-x\r\n250 SMTPUTF8", "250 OK")
        #expect(talk.said[1...2] == ["MAIL FROM:<koi@example.com> SMTPUTF8\r\n", "RCPT TO:<李@例子.中国>\r\n"])
        var other = try SMTPTalk(to: "李@例子.中国")
        other.hear("220 hi", "250 x")
        #expect(other.failure?.code == "no_smtputf8")
    }
}
