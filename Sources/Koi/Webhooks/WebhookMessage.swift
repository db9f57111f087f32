import KoiHTTP
import KoiJSON
import KoiSQLite

/// What a webhook is told, made when it is sent: as its maker may see it by then, and nothing of what was erased meanwhile.
struct WebhookMessage {
    private let delivery: WebhookDelivery
    private let transaction: Transaction

    /// - Parameter transaction: of the webhook's maker.
    init(_ delivery: WebhookDelivery, _ transaction: Transaction) {
        self.delivery = delivery
        self.transaction = transaction
    }

    /// The request that tells it; nil where there is nothing to tell any more.
    ///
    /// - Throws: `Problem` 409 where the secret cannot be read.
    func request(to url: OutgoingURL) throws -> OutgoingRequest? {
        guard let body = try delivery.sequence.map(self.body) ?? test else { return nil }
        let timestamp = transaction.now.flooredQuotient(1_000)
        let id = delivery.messageID(in: transaction.catalog.log)
        let signature = WebhookSignature.field(
            id: id,
            timestamp: timestamp,
            body: body,
            secrets: try WebhookSecrets(transaction).all(of: delivery.webhook)
        )
        let fields = Fields([
            ("Content-Type", "application/json"), ("Accept", "*/*"), ("webhook-id", id),
            ("webhook-timestamp", String(timestamp)), ("webhook-signature", signature),
        ])
        return OutgoingRequest(url: url, fields: fields, body: body)
    }

    private func body(of sequence: Int64) throws -> [UInt8]? {
        var found: Change?
        let resources = delivery.subject.map { Set([$0.resource]) }
        _ = try ChangeReader(transaction, of: resources, withResets: false).each(
            after: sequence - 1,
            through: sequence,
            ChangeSelection()
        ) { change in
            found = change
            return false
        }
        return found.map(document)
    }

    private func document(_ change: Change) -> [UInt8] {
        var json = JSONWriter(capacity: 2_048)
        json.beginObject()
        json.key("type")
        json.string(change.type)
        json.key("timestamp")
        json.timestamp(change.at)
        json.key("data")
        json.beginObject()
        json.key("sequence")
        json.integer(change.sequence)
        json.key("effect")
        json.string(change.effect.rawValue)
        json.key("subject")
        change.writeSubject(into: &json)
        json.key("record")
        if let record = change.json { record.withUnsafeBufferPointer { json.raw($0) } } else { json.null() }
        // What is out of sight is not told of.
        let payload = change.effect == .left ? nil : change.payload
        EventWriter(transaction).writeChange(
            payload ?? [:],
            of: change.record,
            change.resource?.name ?? "",
            into: &json
        )
        json.endObject()
        json.endObject()
        return json.bytes
    }

    private var test: [UInt8] {
        let body: JSONValue = [
            "type": "webhook.test", "timestamp": .string(Timestamp.text(transaction.now)),
            "data": ["webhook": .integer(delivery.webhook)],
        ]
        return Array(body.text.utf8)
    }
}
