import Foundation

/// The talk with a mail server to hand over one mail (RFC 5321).
///
/// A value: what the server said goes in, what to do comes out. It knows neither sockets nor clocks.
struct SMTPSession {
    enum Action: Equatable {
        case send([UInt8])
        /// Make the connection a TLS one, then call `secured`.
        case secure
        /// The end, with the reason where the server did not take the mail.
        case finish(DeliveryFailure?)
    }

    /// How to sign in.
    struct Account: Equatable {
        let user: String
        let password: String
    }

    private enum Step {
        case greeting
        case hello
        case startTLS
        case handshake
        case plain
        case loginUser
        case loginPassword
        case sender
        case recipient
        case data
        case content
        case over
    }

    private let message: MailMessage
    private let account: Account?
    private let clientName: String
    private let wantsTLS: Bool
    private var isSecured: Bool
    private var step = Step.greeting
    private var replies = SMTPReplyReader()
    private var extensions: [String: [String]] = [:]
    private var content: [UInt8] = []

    /// - Parameters:
    ///   - security: how the connection is secured; one of `tls` is so already.
    ///   - clientName: what Koi calls itself: the name of a host.
    init(_ message: MailMessage, security: MailServer.Security, account: Account?, clientName: String) {
        self.message = message
        self.account = account
        self.clientName = clientName
        wantsTLS = security == .starttls
        isSecured = security == .tls
    }

    /// Whether the mail itself is on its way, so that the server may take its time.
    var isHandingOver: Bool { step == .content }

    mutating func received(_ bytes: [UInt8]) -> [Action] {
        guard step != .over else { return [] }
        replies.add(bytes)
        do throws(SMTPReplyReader.Malformed) {
            guard let reply = try replies.next() else { return [] }
            // Nobody was asked anything yet: what comes beyond a reply was put there by somebody else, for instance to be
            // taken for the answer to a later command within TLS (CVE-2011-0411).
            guard !replies.hasRest, step != .handshake else { return end(.unreadableReply) }
            return answer(reply)
        } catch {
            return end(.unreadableReply)
        }
    }

    /// The connection has become a TLS one.
    mutating func secured() -> [Action] {
        guard step == .handshake else { return [] }
        isSecured = true
        // RFC 3207 §4.2: what was learned before is forgotten.
        extensions = [:]
        return hello()
    }

    /// The server has closed the connection.
    mutating func closed() -> [Action] {
        step == .over ? [] : end(.closed, politely: false)
    }

    // MARK: Replies

    private mutating func answer(_ reply: SMTPReply) -> [Action] {
        switch step {
        case .greeting: reply.code == 220 ? hello() : end(.refused(reply, ofMail: false))
        case .hello: learned(reply)
        case .startTLS: startedTLS(reply)
        case .plain, .loginUser, .loginPassword: signIn(reply)
        case .sender, .recipient, .data, .content: handOver(reply)
        case .handshake, .over: end(.unreadableReply)
        }
    }

    private mutating func hello() -> [Action] {
        step = .hello
        return [command("EHLO " + clientName)]
    }

    private mutating func learned(_ reply: SMTPReply) -> [Action] {
        guard reply.code == 250 else { return end(.refused(reply, ofMail: false)) }
        for line in reply.lines.dropFirst() {
            // Some servers still write AUTH=LOGIN.
            let words = line.uppercased().split { $0 == " " || $0 == "=" }.map(String.init)
            guard let name = words.first else { continue }
            extensions[name, default: []] += words.dropFirst()
        }
        guard wantsTLS, !isSecured else { return account == nil ? sender() : signIn() }
        guard extensions["STARTTLS"] != nil else { return end(.noEncryption) }
        step = .startTLS
        return [command("STARTTLS")]
    }

    private mutating func startedTLS(_ reply: SMTPReply) -> [Action] {
        guard reply.code == 220 else { return end(.refused(reply, ofMail: false)) }
        step = .handshake
        return [.secure]
    }

    // MARK: Signing in (RFC 4954)

    private mutating func signIn() -> [Action] {
        guard let account else { return sender() }
        let ways = extensions["AUTH"] ?? []
        if ways.contains("PLAIN") {
            step = .plain
            return [command("AUTH PLAIN " + SMTPSession.base64("\0" + account.user + "\0" + account.password))]
        }
        guard ways.contains("LOGIN") else { return end(.noSignIn) }
        step = .loginUser
        return [command("AUTH LOGIN")]
    }

    private mutating func signIn(_ reply: SMTPReply) -> [Action] {
        guard let account, reply.isPositive else { return end(.signInRefused(reply)) }
        switch (step, reply.code) {
        case (.loginUser, 334):
            step = .loginPassword
            return [command(SMTPSession.base64(account.user))]
        case (.loginPassword, 334):
            // The one reply to the password is 235.
            step = .plain
            return [command(SMTPSession.base64(account.password))]
        case (.plain, 235): return sender()
        default: return end(.unreadableReply)
        }
    }

    // MARK: The mail

    private mutating func sender() -> [Action] {
        // The header fields hold the addresses, too.
        let needsUnicode = [message.sender, message.from, message.to].contains(where: \.needsUnicode)
        guard !needsUnicode || extensions["SMTPUTF8"] != nil else { return end(.noUnicode) }
        content = message.bytes
        var parameters = ""
        if let size = extensions["SIZE"] {
            // RFC 1870 §6.1: zero, or nothing, for no limit.
            let limit = size.first.flatMap(Digits.integer) ?? 0
            guard limit <= 0 || content.count <= limit else { return end(.tooLarge(limit)) }
            parameters += " SIZE=\(content.count)"
        }
        // RFC 6531 §3.4: all else is seven bits wide.
        if needsUnicode { parameters += (extensions["8BITMIME"] == nil ? "" : " BODY=8BITMIME") + " SMTPUTF8" }
        step = .sender
        return [command("MAIL FROM:<\(message.sender.text)>" + parameters)]
    }

    private mutating func handOver(_ reply: SMTPReply) -> [Action] {
        let expected = step == .data ? 300..<400 : 200..<300
        // A server that refuses the sender refuses all mail, which is for the settings to mend.
        guard expected.contains(reply.code) else {
            return end(.refused(reply, ofMail: step != .sender, ofAddress: step == .recipient))
        }
        switch step {
        case .sender:
            step = .recipient
            return [command("RCPT TO:<\(message.to.text)>")]
        case .recipient:
            step = .data
            return [command("DATA")]
        case .data:
            step = .content
            return [.send(SMTPSession.stuffed(content))]
        default: return end(nil)
        }
    }

    /// RFC 5321 §4.5.2: a dot that begins a line is doubled, since one alone ends the mail.
    static func stuffed(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count + 16)
        var isAtStart = true
        for byte in bytes {
            if isAtStart, byte == UInt8(ascii: ".") { result.append(byte) }
            result.append(byte)
            isAtStart = byte == 0x0A
        }
        if !isAtStart { result += [0x0D, 0x0A] }
        return result + Array(".\r\n".utf8)
    }

    // MARK: Ends

    private mutating func end(_ failure: DeliveryFailure?, politely: Bool = true) -> [Action] {
        // In the midst of a handshake nothing can be said.
        let quits = politely && step != .handshake && step != .greeting
        step = .over
        return quits ? [command("QUIT"), .finish(failure)] : [.finish(failure)]
    }

    private func command(_ line: String) -> Action {
        .send(Array((line + "\r\n").utf8))
    }

    private static func base64(_ text: String) -> String {
        Data(text.utf8).base64EncodedString()
    }
}
