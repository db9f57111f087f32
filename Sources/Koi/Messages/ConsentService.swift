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
    /// the address that the record has by now, as far as it was not blocked later.
    ///
    /// - Throws: `Problem.conflict` for what was said before what is known already, as an old file has it.
    func put(_ consent: Consent, of record: Record) throws {
        let subject = EventSubject(resource: record.resource.name, id: record.id)
        let before = try store.find(consent.channel, consent.purpose, of: subject)
        if let before, before.at > consent.at { throw ConsentService.saidLater }
        if let address = consent.channel.address(of: record), let reason = Suppressions.Reason(consent.purpose) {
            let digest = consent.channel.digest(of: address)
            switch consent.state {
            case .withdrawn: try Suppressions(transaction).add(reason, digest, on: consent.channel)
            case .given: try Suppressions(transaction).remove(reason, digest, on: consent.channel, until: consent.at)
            }
        }
        guard before != consent else { return }
        try set(consent, before: before, of: subject)
    }

    /// Stores what holds for a record alone, and for no address.
    func set(_ consent: Consent, before: Consent?, of subject: EventSubject) throws {
        try store.put(consent, of: subject)
        try log(before, consent, subject)
    }

    /// Takes back what holds for a record alone.
    func remove(_ consent: Consent, of subject: EventSubject) throws {
        try store.remove(consent, of: subject)
        try log(consent, nil, subject)
    }

    private func log(_ before: Consent?, _ after: Consent?, _ subject: EventSubject) throws {
        guard let resource = transaction.catalog.resources[subject.resource] else { return }
        var payload: JSONObject = ["after": ["consent": after.map { .object($0.terms) } ?? .null]]
        if let before { payload["before"] = ["consent": .object(before.terms)] }
        try transaction.events.append(
            Event(type: resource.singular + ".consentChanged", subject: subject, payload: payload),
            in: transaction
        )
    }

    private static let saidLater = Problem.conflict(
        "said_later",
        Text("What is known of this was said later, and stands.", "已有更晚的表示，以其为准。")
    )

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
