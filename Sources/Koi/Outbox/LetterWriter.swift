import Glibc
import KoiSQLite

/// Makes a letter of a message in the outbox, with the settings as they are by now.
struct LetterWriter {
    private let transaction: Transaction
    private var settings: Settings { transaction.catalog.settings.current }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Nil where there is nothing to be said any more.
    ///
    /// - Throws: `DeliveryFailure` where it cannot be sent as things are.
    func letter(_ message: OutboxMessage) throws -> Letter? {
        guard let server = settings.mail else { throw DeliveryFailure.noMailServer }
        let reader = try MailReader(message.recipient, message.parameters, in: transaction)
        guard let content = try MailTemplate(rawValue: message.template)?.content(message, for: reader, in: transaction)
        else { return nil }
        guard let to = reader.address.flatMap({ MailAddress($0) }),
            let from = MailAddress(server.from, name: settings.senderName)
        else { throw DeliveryFailure.noAddress }
        let mail = MailMessage(
            from: from,
            to: to,
            subject: content.subject,
            text: content.text,
            id: "koi." + message.token + "@" + domain(from),
            date: transaction.now
        )
        return Letter(message: mail, server: server, account: try account(server), clientName: clientName)
    }

    private func account(_ server: MailServer) throws -> SMTPSession.Account? {
        guard let user = server.user else { return nil }
        do {
            guard let password = try SecretStore(transaction).open(at: MailServer.passwordPlace) else {
                throw Problem.secretUnreadable
            }
            return SMTPSession.Account(user: user, password: String(decoding: password, as: UTF8.self))
        } catch let problem as Problem {
            throw DeliveryFailure(problem.code, problem.detail.en, problem.detail.zh)
        }
    }

    private func domain(_ from: MailAddress) -> String {
        let domain = from.domain
        return LetterWriter.isHostName(domain) ? domain : "koi.invalid"
    }

    /// RFC 5321 §4.1.4: the name of this host, as far as it has one.
    private var clientName: String {
        let named = settings.publicURL.flatMap { PublicURL($0) }?.host
        return [named, LetterWriter.hostName].compactMap { $0 }.first(where: LetterWriter.isHostName) ?? "localhost"
    }

    private static var hostName: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func isHostName(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) || byte == UInt8(ascii: "-")
                    || byte == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }
}
