import Foundation
import KoiJSON
import KoiSQLite

/// Makes the shipment of a message to one recipient when it is sent: with what the sender may see by then, and only where
/// the recipient may be written to by then.
struct MessageWriter {
    /// What rows of the outbox name.
    static let template = "message"

    private let transaction: Transaction
    private let office: MailOffice
    private let recipients: RecipientStore

    init(_ transaction: Transaction, _ office: MailOffice) {
        self.transaction = transaction
        self.office = office
        recipients = RecipientStore(transaction.connection)
    }

    /// - Parameters:
    ///   - user: in whose name it is sent; nil for Koi itself.
    ///   - key: whose rights bound those of the user.
    static func parameters(recipient: Int64, user: Int64?, key: Int64?) -> JSONObject {
        var parameters: JSONObject = ["recipient": .integer(recipient)]
        if let user { parameters["user"] = .integer(user) }
        if let key { parameters["key"] = .integer(key) }
        return parameters
    }

    /// Nil where there is nothing to send any more.
    ///
    /// - Throws: `DeliveryFailure` where it cannot or must not be sent, `DeliveryDelay` where it has to wait.
    func shipment(_ row: OutboxMessage) throws -> Shipment? {
        guard let id = row.parameters["recipient"]?.integerValue, let recipient = try recipients.find(id),
            recipient.state == .queued,
            let message = try RecordStore(Message.resource, transaction.connection).find(recipient.message, .all)
        else { return nil }
        return try transaction.acting(as: sender(row.parameters)) { transaction in
            let addressee = try Addressee(recipient, message, transaction)
            try ConsentCheck(transaction).require(addressee)
            try MessageQuota(transaction).take(addressee)
            try recipients.begin(recipient.id, digest: addressee.digest, now: transaction.now)
            return try shipment(to: addressee, message, row.token, transaction)
        }
    }

    private func sender(_ parameters: JSONObject) throws -> Actor {
        guard let user = parameters["user"]?.integerValue else { return .system }
        let (catalog, connection) = (transaction.catalog, transaction.connection)
        let actor =
            if let key = parameters["key"]?.integerValue {
                try APIKey.actor(of: key, user, at: transaction.now, in: catalog, connection)
            } else {
                try Actor.user(user, kind: .system, in: catalog, connection)
            }
        guard let actor, actor.access.allows(.create, on: Message.resource.name) else {
            throw DeliveryFailure.senderGone
        }
        return actor
    }

    private func shipment(
        to addressee: Addressee,
        _ message: Record,
        _ token: String,
        _ transaction: Transaction
    ) throws -> Shipment {
        let language = message["language"].stringValue.flatMap(Language.init(rawValue:)) ?? .zh
        let words = try self.words(of: message, language)
        let link = try UnsubscribeLink(transaction).make(for: addressee, words)
        let values = PlaceholderValues(
            language: language,
            parameters: message["parameters"].objectValue ?? [:],
            record: addressee.record,
            unsubscribe: link,
            transaction: transaction
        )
        let written = try values.write(words)
        guard addressee.channel == .mail else {
            return .order(try GatewayWriter(transaction).order(message, to: addressee.address, written, token))
        }
        let footed = link.map { written.ended(by: $0, in: words, language) } ?? written
        return .letter(try letter(footed, link, to: addressee.address, message, token))
    }

    private func words(of message: Record, _ language: Language) throws -> MessageWords {
        if let words = Message.words(of: message) { return words }
        let templates = RecordStore(MessageTemplate.resource, transaction.connection)
        guard let id = message["template"].integerValue, let template = try templates.find(id, .all),
            let words = MessageWords(template, language)
        else { throw DeliveryFailure.templateGone }
        return words
    }

    private func letter(
        _ words: MessageWords,
        _ link: String?,
        to address: String,
        _ message: Record,
        _ token: String
    ) throws -> Letter {
        let attachments = try attachments(of: message.id)
        let references = (message["references"].arrayValue ?? []).compactMap { $0.stringValue.flatMap(MailID.init) }
        return try office.letter(to: address, token: token) { from, to, id in
            MailMessage(
                from: from,
                to: to,
                subject: words.subject ?? "",
                text: words.text,
                id: id,
                date: transaction.now,
                html: words.html,
                attachments: attachments,
                references: references,
                unsubscribe: link,
                bounce: office.bounces(token)
            )
        }
    }

    private func attachments(of message: Int64) throws -> [MailAttachment] {
        try transaction.connection.rows(
            "SELECT name, type, content FROM message_attachments WHERE message = ? ORDER BY \"position\"",
            [.integer(message)]
        ) { MailAttachment(name: $0.text(0), type: $0.text(1), content: $0.blob(2)) }
    }
}

/// Who gets a message by the time it is sent, and at which address.
struct Addressee {
    let recipient: MessageRecipient
    let channel: MessageChannel
    let purpose: MessagePurpose
    let gateway: Int64?
    /// Nil where it is an address alone.
    let record: Record?
    let address: String
    let digest: [UInt8]

    /// - Parameter transaction: in the sender's name.
    /// - Throws: `DeliveryFailure` where there is nobody, or no address.
    init(_ recipient: MessageRecipient, _ message: Record, _ transaction: Transaction) throws {
        self.recipient = recipient
        // What cannot be told is taken for what is allowed least.
        channel = message["channel"].stringValue.flatMap(MessageChannel.init(rawValue:)) ?? .mail
        purpose = message["purpose"].stringValue.flatMap(MessagePurpose.init(rawValue:)) ?? .marketing
        gateway = message["gateway"].integerValue
        let found: String?
        switch recipient.target {
        case .address(let address):
            record = nil
            found = address
        case .record(let subject):
            guard let resource = transaction.catalog.resources[subject.resource],
                let record = try RecordStore(resource, transaction.connection)
                    .find(subject.id, transaction.visibility(of: resource))
            else { throw DeliveryFailure.recipientGone }
            self.record = record
            found = channel.address(of: record)
        }
        guard let found, channel.takes(found) else { throw DeliveryFailure.noAddressOnChannel }
        address = found
        digest = channel.digest(of: found)
    }
}

extension MessageWords {
    /// The same with a line at the end by which its reader ends such messages, where the words themselves have none.
    fileprivate func ended(by link: String, in original: MessageWords, _ language: Language) -> MessageWords {
        let label = Text("Unsubscribe", "退订")(language)
        var words = self
        if !Placeholders(original.text).names.contains("unsubscribe") {
            words.text +=
                (text.hasSuffix("\n") ? "" : "\n") + "\n-- \n" + label + Text(": ", "：")(language) + link + "\n"
        }
        if let html, let given = original.html, !Placeholders(given).names.contains("unsubscribe") {
            let line = "<p><a href=\"\(HTMLText.escaped(link))\">\(label)</a></p>"
            let end = html.range(of: "</body>", options: [.backwards, .caseInsensitive])?.lowerBound ?? html.endIndex
            words.html = html[..<end] + line + "\n" + html[end...]
        }
        return words
    }
}

extension DeliveryFailure {
    static let senderGone = DeliveryFailure(
        "sender_gone",
        "Whoever sent it may not send it any more.",
        "发送人已无权发送。",
        isRefusal: true
    )
    static let recipientGone = DeliveryFailure(
        "recipient_gone",
        "The recipient is not there any more, or not for the sender.",
        "收件人已不存在，或发送人已无权查看。",
        isRefusal: true
    )
    static let noAddressOnChannel = DeliveryFailure(
        "no_address",
        "The recipient has no address on this channel.",
        "收件人在该渠道没有可用的地址。",
        isRefusal: true
    )
    static let templateGone = DeliveryFailure(
        "template_gone",
        "The template was removed before the message was sent.",
        "消息发送前模板已被删除。",
        isRefusal: true
    )
}
