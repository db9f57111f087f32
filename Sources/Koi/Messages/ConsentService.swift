import KoiJSON
import KoiSQLite

/// Whether somebody may be written to, asked in the transaction in which a message is made ready.
struct ConsentCheck {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// What is not known to be allowed is refused.
    ///
    /// - Throws: `DeliveryFailure`
    func require(_ addressee: Addressee) throws {
        let reasons = try Suppressions(transaction).reasons(addressee.digest, on: addressee.channel)
        guard !reasons.contains(.undeliverable) else { throw DeliveryFailure.undeliverable }
        guard let reason = Suppressions.Reason(addressee.purpose) else { return }
        guard !reasons.contains(reason) else { throw DeliveryFailure.optedOut }
        let consent = try addressee.record.flatMap { record in
            try ConsentStore(transaction.connection).find(
                addressee.channel,
                addressee.purpose,
                of: EventSubject(resource: record.resource.name, id: record.id)
            )
        }
        guard consent?.state != .withdrawn else { throw DeliveryFailure.optedOut }
        guard addressee.purpose != .marketing || consent?.state == .given else { throw DeliveryFailure.noConsent }
    }
}

/// Writes down what people say of messages, with an event each time.
struct ConsentService {
    private let transaction: Transaction
    private let store: ConsentStore

    init(_ transaction: Transaction) {
        self.transaction = transaction
        store = ConsentStore(transaction.connection)
    }

    /// What is withdrawn holds for the address as well, and so for every record that has it; what is given lifts that for
    /// the address that the record has by now.
    func put(_ consent: Consent, of record: Record) throws {
        if let address = consent.channel.address(of: record), let reason = Suppressions.Reason(consent.purpose) {
            let digest = consent.channel.digest(of: address)
            switch consent.state {
            case .withdrawn: try Suppressions(transaction).add(reason, digest, on: consent.channel)
            case .given: try Suppressions(transaction).remove(reason, digest, on: consent.channel)
            }
        }
        let subject = EventSubject(resource: record.resource.name, id: record.id)
        let before = try store.find(consent.channel, consent.purpose, of: subject)
        guard before != consent else { return }
        try store.put(consent, of: subject)
        var payload: JSONObject = ["after": ["consent": .object(consent.terms)]]
        if let before { payload["before"] = ["consent": .object(before.terms)] }
        try transaction.events.append(
            Event(type: record.resource.singular + ".consentChanged", subject: subject, payload: payload),
            in: transaction
        )
    }

    /// All that is said of a record, and of the addresses that it has by now.
    func document(of record: Record) throws -> JSONObject {
        let subject = EventSubject(resource: record.resource.name, id: record.id)
        let suppressions = Suppressions(transaction)
        let addresses = try MessageChannel.allCases.compactMap { channel -> JSONValue? in
            guard let address = channel.address(of: record) else { return nil }
            let reasons = try suppressions.reasons(channel.digest(of: address), on: channel)
            guard !reasons.isEmpty else { return nil }
            let names = reasons.map(\.rawValue).sorted().map(JSONValue.string)
            return ["channel": .string(channel.rawValue), "reasons": .array(names)]
        }
        return [
            "items": .array(try store.list(of: subject).map { .object($0.document) }),
            "blocked": .array(addresses),
        ]
    }
}

extension DeliveryFailure {
    static let undeliverable = DeliveryFailure(
        "undeliverable",
        "A message to this address came back for good. Enter another address.",
        "发往该地址的消息曾被永久退回，请更换地址。",
        isRefusal: true
    )
    static let optedOut = DeliveryFailure(
        "opted_out",
        "The recipient does not want such messages on this channel.",
        "收件人已退订该渠道的此类消息。",
        isRefusal: true
    )
    static let noConsent = DeliveryFailure(
        "no_consent",
        "The recipient has not agreed to advertising on this channel.",
        "收件人未同意通过该渠道接收营销消息。",
        isRefusal: true
    )
}
