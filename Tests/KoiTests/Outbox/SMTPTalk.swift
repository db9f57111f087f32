import Foundation

@testable import Koi

/// A talk with a mail server that says what the test lets it say.
struct SMTPTalk {
    private var session: SMTPSession
    /// What Koi said, line by line; `<TLS>` where it made the connection a TLS one.
    private(set) var said: [String] = []
    private(set) var isOver = false
    private(set) var failure: DeliveryFailure?

    init(
        to: String = "li@example.com",
        text: String = "Hello",
        security: MailServer.Security = .tls,
        account: SMTPSession.Account? = nil
    ) throws {
        session = SMTPSession(
            try .make(to: to, text: text),
            security: security,
            account: account,
            clientName: "koi.example.com"
        )
    }

    /// Lets the server say these lines, each a reply or a part of one, all bytes of one at once.
    mutating func hear(_ replies: String...) {
        for reply in replies { follow(session.received(Array((reply + "\r\n").utf8))) }
    }

    /// Lets the server say something byte by byte.
    mutating func hearSlowly(_ reply: String) {
        for byte in (reply + "\r\n").utf8 { follow(session.received([byte])) }
    }

    mutating func hearEnd() {
        follow(session.closed())
    }

    private mutating func follow(_ actions: [SMTPSession.Action]) {
        for action in actions {
            switch action {
            case .send(let bytes): said.append(String(decoding: bytes, as: UTF8.self))
            case .secure:
                said.append("<TLS>")
                follow(session.secured())
            case .finish(let failure):
                isOver = true
                self.failure = failure
            }
        }
    }
}

extension MailMessage {
    static func make(
        from: String = "koi@example.com",
        name: String? = "Koi",
        to: String = "li@example.com",
        subject: String = "Hello",
        text: String = "Hello"
    ) throws -> MailMessage {
        guard let from = MailAddress(from, name: name), let to = MailAddress(to) else { throw NotAnAddress() }
        return MailMessage(
            from: from,
            to: to,
            subject: subject,
            text: text,
            id: "koi.1@example.com",
            date: 1_795_338_000_000
        )
    }

    struct NotAnAddress: Error {}
}
