import KoiHTTP
import KoiJSON
import KoiSQLite

/// What a webhook was told, and how it is told once more.
package enum WebhookRoutes {
    private static let path = "/v1/webhooks/{id}"

    package static let routes: [Route] = all.map { $0.permitted(.records) }

    private static let all: [Route] = [
        .get(path + "/deliveries", deliveries).documented(WebhookDocumentation.deliveries),
        .post(path + "/secret", renewSecret).documented(WebhookDocumentation.secret),
        .post(path + "/test", test).documented(WebhookDocumentation.test),
        .post(path + "/replay", replay).documented(WebhookDocumentation.replay),
    ]

    private static func deliveries(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let webhook = try RecordService(Webhook.resource, transaction).find(call.id())
        return .json(try WebhookDeliveryList(of: webhook.id, call).page(transaction))
    }

    private static func renewSecret(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.refuseBody()
        let transaction = try call.transaction()
        let webhook = try changeable(call)
        let secret = try WebhookSecrets(transaction).make(for: webhook.id)
        try transaction.events.append(
            Event(
                type: "webhook.secretChanged",
                subject: EventSubject(resource: Webhook.resource.name, id: webhook.id),
                payload: [:]
            ),
            in: transaction
        )
        let end = transaction.now + WebhookSecrets.overlap
        let answer: JSONValue = [
            "secret": .string(secret), "previousUntil": .string(Timestamp.text(end)),
        ]
        return .json(Array(answer.text.utf8))
    }

    private static func test(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        try call.refuseBody()
        let transaction = try call.transaction()
        let webhook = try changeable(call)
        let store = WebhookStore(transaction.connection)
        let id = try store.add(nil, nil, for: webhook.id, now: transaction.now)
        ring(transaction)
        guard let delivery = try store.find(id) else { throw Problem.unforeseen }
        return .begun(Array(delivery.document(call.language, transaction.catalog.log).text.utf8), at: place(webhook))
    }

    private static let replayBody = BodyFields(
        [
            .integer("from", "From", "起始序号", 1...Int64.max).required()
                .noted("The first event.", "第一个事件。").example(1),
            .integer("to", "To", "结束序号", 1...Int64.max)
                .noted("The last; the newest where none is given.", "最后一个，默认为最新事件。"),
        ]
    )

    private static func replay(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let webhook = try changeable(call)
        let body = try replayBody.read(call.object())
        let head = try EventLog.head(transaction.connection).sequence
        let from = body["from"]?.integerValue ?? 1
        let to = min(body["to"]?.integerValue ?? head, head)
        guard from <= to else { throw Problem.invalid([WebhookRoutes.nothing.issue(field: "from")]) }
        try ChangePage.check(from - 1, transaction.connection)
        try WebhookStore(transaction.connection).setReplay(of: webhook.id, to: from - 1...to)
        ring(transaction)
        let answer: JSONValue = ["from": .integer(from), "to": .integer(to)]
        return .begun(Array(answer.text.utf8), at: place(webhook))
    }

    /// - Throws: `Problem.notFound`, or 403 where the actor may not change it.
    private static func changeable(_ call: Call) throws -> Record {
        let transaction = try call.transaction()
        let webhook = try RecordService(Webhook.resource, transaction).find(call.id())
        try RecordPermission(Webhook.resource, transaction).check(.change, webhook)
        try WebhookRules.refuseOtherName(webhook, transaction)
        return webhook
    }

    private static func ring(_ transaction: Transaction) {
        let bell = transaction.catalog.webhookBell
        transaction.whenCommitted { bell.ring() }
    }

    private static func place(_ webhook: Record) -> String { "/v1/webhooks/\(webhook.id)/deliveries" }

    private static let nothing = ValueRefusal(
        "nothing_to_replay",
        "There are no events from this number to the other.",
        "该范围内没有事件。"
    )
}
