import KoiSQLite

/// The link in a message by which its reader ends such messages.
struct UnsubscribeLink {
    static let path = "/unsubscribe/"
    /// What links of this purpose are about.
    static let resource = "message_recipients"
    /// Whoever is in doubt whether it worked may ask again, and so may the machines on the way.
    private static let uses: Int64 = 1_000

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// A new one each time, since only its hash is kept; nil where nobody can end what is sent, or Koi cannot be reached.
    ///
    /// - Throws: `DeliveryFailure` for advertising by mail that could not be ended.
    func make(for addressee: Addressee, _ words: MessageWords) throws -> String? {
        guard addressee.purpose != .transactional else { return nil }
        let isAsked = words.parts.contains { Placeholders($0.text).names.contains("unsubscribe") }
        guard addressee.channel == .mail || isAsked else { return nil }
        guard let start = transaction.catalog.settings.current.publicURL else {
            guard addressee.purpose != .marketing else { throw DeliveryFailure.noUnsubscribeLink }
            return nil
        }
        let token = try Links(transaction).make(
            .unsubscribe,
            subject: EventSubject(resource: UnsubscribeLink.resource, id: addressee.recipient.id),
            uses: UnsubscribeLink.uses,
            isLogged: false
        )
        return start + UnsubscribeLink.path + token
    }
}

/// Ends messages to whoever has the link of one.
struct Unsubscribing {
    private let transaction: Transaction

    /// - Parameter transaction: in the name of whoever holds the link.
    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// The channel that the link is about; nil where it is none, or not any more.
    func channel(of token: String) throws -> MessageChannel? {
        try find(token)?.channel
    }

    /// Takes back all that can be opted out of on the channel: for the address, whoever has it, and for the record that the
    /// message went to.
    ///
    /// To do it twice changes nothing.
    ///
    /// - Returns: the channel; nil where the link is none.
    func end(_ token: String) throws -> MessageChannel? {
        guard let found = try find(token) else { return nil }
        let suppressions = Suppressions(transaction)
        for purpose in MessagePurpose.optional {
            if let digest = found.recipient.digest, let reason = Suppressions.Reason(purpose) {
                try suppressions.add(reason, digest, on: found.channel)
            }
            try withdraw(purpose, found)
        }
        return found.channel
    }

    private func withdraw(_ purpose: MessagePurpose, _ found: Found) throws {
        guard case .record(let subject) = found.recipient.target,
            let resource = transaction.catalog.resources[subject.resource],
            let record = try RecordStore(resource, transaction.connection).find(subject.id, .all)
        else { return }
        let before = try ConsentStore(transaction.connection).find(found.channel, purpose, of: subject)
        guard before?.state != .withdrawn else { return }
        let consent = Consent(
            channel: found.channel,
            purpose: purpose,
            state: .withdrawn,
            source: "unsubscribe",
            evidence: "message \(found.recipient.message)",
            at: transaction.now,
            by: nil
        )
        try ConsentService(transaction).put(consent, of: record)
    }

    private struct Found {
        let recipient: MessageRecipient
        let channel: MessageChannel
    }

    private func find(_ token: String) throws -> Found? {
        guard let link = try Links(transaction).find(token), link.purpose == .unsubscribe, let subject = link.subject,
            let recipient = try RecipientStore(transaction.connection).find(subject.id)
        else { return nil }
        let name = try transaction.connection.first(
            "SELECT channel FROM messages WHERE id = ?",
            [.integer(recipient.message)]
        ) { $0.text(0) }
        return name.flatMap(MessageChannel.init(rawValue:)).map { Found(recipient: recipient, channel: $0) }
    }
}

extension DeliveryFailure {
    static let noUnsubscribeLink = DeliveryFailure(
        "no_public_url",
        "Advertising needs a link by which its reader can end it, and so the public address of Koi in the settings.",
        "营销邮件必须含有退订链接，请在设置中填写 Koi 的公开网址。"
    )
}
