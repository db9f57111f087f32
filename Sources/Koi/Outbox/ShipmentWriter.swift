import Glibc
import KoiSQLite

/// Makes a shipment of a message in the outbox, with the settings as they are by now.
struct ShipmentWriter {
    private let transaction: Transaction
    private let isDry: Bool

    /// - Parameter isDry: whether nothing leaves the machine, so that no mail server is needed.
    init(_ transaction: Transaction, isDry: Bool) {
        self.transaction = transaction
        self.isDry = isDry
    }

    /// Nil where there is nothing to be said any more.
    ///
    /// - Throws: `DeliveryFailure` where it cannot be sent as things are; `DeliveryDelay` where it is not its time.
    func shipment(_ message: OutboxMessage) throws -> Shipment? {
        let office = try MailOffice(transaction, isDry: isDry)
        if message.template == MessageWriter.template {
            return try MessageWriter(transaction, office).shipment(message)
        }
        if message.template == TicketMailWriter.template {
            return try TicketMailWriter(transaction, office).shipment(message)
        }
        let reader = try MailReader(message.recipient, message.parameters, in: transaction)
        guard let content = try MailTemplate(rawValue: message.template)?.content(message, for: reader, in: transaction)
        else { return nil }
        return .letter(
            try office.letter(to: reader.address, token: message.token) { from, to, id in
                MailMessage(
                    from: from,
                    to: to,
                    subject: content.subject,
                    text: content.text,
                    id: id,
                    date: transaction.now
                )
            }
        )
    }
}

/// From where Koi writes: the mail server of the settings.
struct MailOffice {
    private let transaction: Transaction
    private let server: MailServer?
    private var settings: Settings { transaction.catalog.settings.current }

    init(_ transaction: Transaction, isDry: Bool) throws {
        self.transaction = transaction
        server = transaction.catalog.settings.current.mail ?? (isDry ? MailServer.nowhere : nil)
    }

    /// - Parameter write: gets sender, recipient and the mail's id.
    /// - Throws: `DeliveryFailure` where it cannot be sent as things are.
    func letter(
        to address: String?,
        token: String,
        _ write: (MailAddress, MailAddress, String) throws -> MailMessage
    ) throws -> Letter {
        guard let server else { throw DeliveryFailure.noMailServer }
        guard let to = address.flatMap({ MailAddress($0) }),
            let from = MailAddress(server.from, name: settings.senderName)
        else { throw DeliveryFailure.noAddress }
        let message = try write(from, to, "koi." + token + "@" + domain(from))
        return Letter(message: message, server: server, account: try account(server), clientName: clientName)
    }

    /// Where servers say that a message with this token could not be delivered.
    func bounces(_ token: String) -> MailAddress? {
        server?.bounces.flatMap { MailAddress($0) }?.marked(token)
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
        return MailOffice.isHostName(domain) ? domain : "koi.invalid"
    }

    /// RFC 5321 §4.1.4: the name of this host, as far as it has one.
    private var clientName: String {
        let named = settings.publicURL.flatMap { PublicURL($0) }?.host
        return [named, MailOffice.hostName].compactMap { $0 }.first(where: MailOffice.isHostName) ?? "localhost"
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
