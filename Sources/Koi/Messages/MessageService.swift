import KoiJSON
import KoiSQLite

/// Sends messages: the message, its recipients and their rows of the outbox are written in one transaction, or by a job
/// for those of a filter.
struct MessageService {
    private let transaction: Transaction
    private let recipients: RecipientStore
    /// Whether messages go into a folder, so that no mail server is needed.
    private var isDry: Bool { transaction.catalog.isDry }

    init(_ transaction: Transaction) {
        self.transaction = transaction
        recipients = RecipientStore(transaction.connection)
    }

    /// - Throws: `Problem.invalid`; 403 where the actor may send none; 409 where the channel is not set up.
    func send(_ body: JSONObject) throws -> Record {
        try transaction.actor.require(.create, on: Message.resource.name)
        let order = try MessageOrder(body)
        try requireWayOut(order)
        let gateway = try gateway(of: order)
        try check(order)
        let targets = try MessageTargets(order, transaction)
        let message = try RecordService(Message.resource, transaction).add(stored(order))
        // Whoever sends need not see gateways.
        try transaction.connection.run(
            "UPDATE messages SET gateway = ? WHERE id = ?",
            [SQLValue(gateway), .integer(message.id)]
        )
        try keep(order.attachments, of: message.id)
        let dispatch = MessageDispatch(message.id, gateway, key: transaction.actor.key, transaction)
        for target in targets.all { try dispatch.add(target) }
        if let filter = targets.filter { try beginJob(message, filter) }
        return message
    }

    private func stored(_ order: MessageOrder) -> JSONObject {
        [
            "channel": .string(order.channel.rawValue),
            "purpose": .string(order.purpose.rawValue),
            "template": order.template.map(JSONValue.integer) ?? .null,
            "subject": order.words?.subject.map(JSONValue.string) ?? .null,
            "text": (order.words?.text).map(JSONValue.string) ?? .null,
            "html": order.words?.html.map(JSONValue.string) ?? .null,
            "language": .string((order.language ?? transaction.catalog.settings.current.language).rawValue),
            "parameters": .object(order.parameters),
            "references": .array(order.references.map(JSONValue.string)),
        ]
    }

    private func keep(_ attachments: [MailAttachment], of message: Int64) throws {
        for (position, attachment) in attachments.enumerated() {
            try transaction.connection.run(
                "INSERT INTO message_attachments (message, \"position\", name, type, content) VALUES (?, ?, ?, ?, ?)",
                [
                    .integer(message), .integer(Int64(position)), .text(attachment.name), .text(attachment.type),
                    .blob(attachment.content),
                ]
            )
        }
    }

    private func beginJob(_ message: Record, _ filter: MessageFilter) throws {
        let id = try transaction.jobs.add(
            NewJob(
                MessageJob.name,
                subject: EventSubject(resource: Message.resource.name, id: message.id),
                parameters: filter.json,
                isBoundToKey: true
            )
        )
        try transaction.connection.run(
            "UPDATE messages SET job = ? WHERE id = ?",
            [.integer(id), .integer(message.id)]
        )
    }

    // MARK: What is refused

    /// Whoever sends is told at once where nothing can go out.
    private func requireWayOut(_ order: MessageOrder) throws {
        let settings = transaction.catalog.settings.current
        if order.channel == .mail, settings.mail == nil, !isDry { throw Problem.noMailServer }
        if order.channel == .mail, order.purpose == .marketing, settings.publicURL == nil {
            throw Problem.noPublicURL
        }
    }

    private func gateway(of order: MessageOrder) throws -> Int64? {
        guard order.channel != .mail else { return nil }
        let found = try transaction.connection.first(
            """
            SELECT id FROM gateways WHERE channel = ? AND active = 1 AND "removedAt" IS NULL AND (?2 IS NULL OR id = ?2)
            ORDER BY id LIMIT 1
            """,
            [.text(order.channel.rawValue), SQLValue(order.gateway)]
        ) { $0.int(0) }
        guard let found else { throw Problem.noGateway(order.channel) }
        return found
    }

    /// The words are those that the channel takes, with placeholders and parameters that are known.
    private func check(_ order: MessageOrder) throws {
        var issues: [Problem.Issue] = []
        var parameters = Set(order.parameters.members.map(\.name))
        if let id = order.template {
            let store = RecordStore(MessageTemplate.resource, transaction.connection)
            guard let template = try store.find(id, transaction.visibility(of: MessageTemplate.resource)) else {
                throw Problem.invalid([MessageService.noTemplate.issue(field: "template")])
            }
            if template["channel"].stringValue != order.channel.rawValue {
                issues.append(MessageService.otherChannel.issue(field: "template"))
            }
            let wanted = Set((template["parameters"].arrayValue ?? []).compactMap(\.stringValue))
            for name in wanted.subtracting(parameters).sorted() {
                issues.append(ValueRefusal.required.issue(field: "parameters." + name))
            }
            for name in parameters.subtracting(wanted).sorted() {
                issues.append(MessageService.unknownParameter.issue(field: "parameters." + name))
            }
            parameters = wanted
        }
        for member in order.parameters.members {
            switch member.value {
            case .string(let text) where text.unicodeScalars.count > 2_000:
                issues.append(MessageService.longParameter.issue(field: "parameters." + member.name))
            case .string, .integer, .number, .bool, .null: continue
            case .array, .object: issues.append(MessageService.longParameter.issue(field: "parameters." + member.name))
            }
        }
        order.words?.check(order.channel, PlaceholderList(parameters, transaction.catalog), at: "", &issues)
        guard issues.isEmpty else { throw Problem.invalid(issues) }
    }

    private static let noTemplate = ValueRefusal("not_found", "There is no template with this number.", "没有此编号的模板。")
    private static let otherChannel = ValueRefusal(
        "other_channel",
        "This template is for another channel.",
        "此模板用于其他渠道。"
    )
    private static let unknownParameter = ValueRefusal(
        "unknown_field",
        "The template does not name this parameter.",
        "模板中没有这个参数。"
    )
    private static let longParameter = ValueRefusal(
        "not_text",
        "Send a text of at most 2000 characters, a number, or true or false.",
        "请填写不超过 2000 个字符的文本、数字或 true、false。"
    )
}

/// Adds recipients to a message, each with its row of the outbox.
struct MessageDispatch {
    private let message: Int64
    private let channel: OutboxMessage.Channel
    private let key: Int64?
    private let transaction: Transaction

    /// - Parameter key: whose rights bound those of the sender.
    init(_ message: Int64, _ gateway: Int64?, key: Int64?, _ transaction: Transaction) {
        self.message = message
        self.key = key
        self.transaction = transaction
        channel = gateway.map(OutboxMessage.Channel.gateway) ?? .mail
    }

    /// To whom the message goes already it does not go twice.
    func add(_ target: MessageTargets.Target) throws {
        // In small letters, since it also stands in addresses, where servers may fold them.
        let token = transaction.randomness.bytes(16).map { byte in
            let digits = Array("0123456789abcdef")
            return String(digits[Int(byte >> 4)]) + String(digits[Int(byte & 15)])
        }.joined()
        let store = RecipientStore(transaction.connection)
        guard let id = try store.insert(target.target, of: message, token: token, now: transaction.now) else {
            return
        }
        try transaction.outbox.add(
            NewOutboxMessage(
                channel: channel,
                recipient: .named,
                lane: target.lane,
                template: MessageWriter.template,
                parameters: MessageWriter.parameters(recipient: id, user: transaction.actor.user, key: key),
                token: token
            )
        )
    }
}

extension Problem {
    static let noPublicURL = conflict(
        "no_public_url",
        Text(
            "Advertising needs a link by which its reader can end it, and so the public address of Koi. An administrator enters it on the page Settings, or with PATCH /v1/settings (publicURL).",
            "营销邮件必须含有退订链接，因此需要 Koi 的公开网址。请管理员在“设置”页面或通过 PATCH /v1/settings（publicURL）填写。"
        )
    )

    static func noGateway(_ channel: MessageChannel) -> Problem {
        conflict(
            "gateway_not_configured",
            Text(
                "There is no active gateway for \(channel.rawValue). An administrator adds one with POST /v1/gateways.",
                "没有可用的 \(channel.rawValue) 网关。请管理员通过 POST /v1/gateways 添加。"
            )
        )
    }
}
