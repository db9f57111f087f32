import KoiHTTP
import KoiJSON
import KoiSQLite

/// `POST /v1/inbound/bounce`: what mail servers and gateways say afterwards of a message that they had taken.
enum BounceRoutes {
    /// The types in which a mail comes.
    private static let mailTypes: Set<String> = [
        "message/rfc822", "message/global", "multipart/report", "text/plain", "application/octet-stream",
    ]

    static let routes: [Route] = [
        Route(.post, "/v1/inbound/bounce", .chosen(read)).bodyLimit(MailReport.maximumBytes).taking(mailTypes)
            .permitted(.records).alone().documented(documentation)
    ]

    static let fields = BodyFields([
        .text("token", "Token", "标记", max: 64).noted("The message's mark in Koi.", "消息在 Koi 中的标记。"),
        .reference("gateway", "Gateway", "网关", to: Gateway.resource.name).noted("With receipt.", "与 receipt 一起使用。"),
        .text("receipt", "Receipt", "网关编号", max: 200).noted("The gateway's own number of the message.", "网关的消息编号。"),
        .choice(
            "state",
            "State",
            "状态",
            [Choice("delivered", "Delivered", "已送达"), Choice("failed", "Failed", "失败")]
        ).required(),
        .boolean("permanent", "Permanent", "永久").fallback(false)
            .noted("Whether there is no such address: nothing more is sent to it.", "地址是否不存在；如是，则不再向其发送。"),
        .text("reason", "Reason", "原因", max: 500).example("absent subscriber"),
    ])

    /// A mail is read before the writer has it.
    private static func read(_ call: Call) throws -> Route.Work {
        try call.refuseParameters()
        guard call.body.isNull, case .bytes(let bytes) = call.request.body else {
            return .write { try answer(try BounceService($0.transaction()).take(fields.read($0.object()))) }
        }
        let report = MailReport(head(of: call.request) + bytes)
        return .write { try answer(try BounceService($0.transaction()).take(report)) }
    }

    /// What comes as `multipart/report` has its type outside of itself.
    private static func head(of request: Request) -> [UInt8] {
        guard let type = request.head.fields["Content-Type"], type.lowercased().hasPrefix("multipart/") else {
            return []
        }
        return Array("Content-Type: \(type)\r\n\r\n".utf8)
    }

    private static func answer(_ recipient: MessageRecipient) throws -> Answer {
        let body: JSONValue = [
            "message": .integer(recipient.message), "recipient": .integer(recipient.id),
            "state": .string(recipient.state.rawValue),
        ]
        return .json(Array(body.text.utf8))
    }

    private static let documentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "takeBounce",
            tag: "messages",
            "Takes in that a message came back: the mail that says so (message/rfc822, RFC 3464), or JSON of a gateway. Needs the right to change all messages."
        )
        docs.request = fields.schema
        docs.answer = Schema.object(
            ["message": Schema.idSchema, "recipient": Schema.idSchema, "state": MessageDocumentation.state],
            required: ["message", "recipient", "state"]
        )
        docs.problems = [.badRequest, .forbidden, .notFound, .unsupportedMediaType, .unprocessableContent]
        return docs
    }()
}

/// Notes for a recipient that a message came back, and that an address is none.
struct BounceService {
    private let transaction: Transaction
    private let store: RecipientStore

    init(_ transaction: Transaction) {
        self.transaction = transaction
        store = RecipientStore(transaction.connection)
    }

    /// - Throws: `Problem.notFound` where it is about no message of Koi.
    func take(_ report: MailReport) throws -> MessageRecipient {
        try requireRight()
        guard let recipient = try report.tokens.lazy.compactMap({ try store.find(token: $0) }).first else {
            throw BounceService.unknown
        }
        guard report.isFinal else { return recipient }
        let reason = [report.status, report.diagnostic].compactMap { $0 }.joined(separator: " ")
        return try fail(recipient, .bounced(reason, isOfAddress: report.isOfAddress))
    }

    /// - Parameter body: as `BounceRoutes.fields` reads it.
    func take(_ body: JSONObject) throws -> MessageRecipient {
        try requireRight()
        var found: MessageRecipient?
        if let token = body["token"]?.stringValue {
            found = try store.find(token: token)
        } else if let receipt = body["receipt"]?.stringValue, let gateway = body["gateway"]?.integerValue {
            found = try store.find(receipt: receipt, of: gateway)
        }
        guard let recipient = found else { throw BounceService.unknown }
        guard body["state"] == "failed" else { return recipient }
        let isPermanent = body["permanent"]?.boolValue ?? false
        return try fail(recipient, .bounced(body["reason"]?.stringValue ?? "", isOfAddress: isPermanent))
    }

    /// Whoever takes in what comes back does so for everybody's messages.
    private func requireRight() throws {
        guard transaction.actor.access.scope(.change, on: Message.resource.name) == .all else {
            throw Problem.notPermitted(.change, Message.resource.name)
        }
    }

    /// A message that is still to be tried again is refused by itself then.
    private func fail(_ recipient: MessageRecipient, _ failure: DeliveryFailure) throws -> MessageRecipient {
        let state = recipient.state == .sent ? .failed : recipient.state
        try transaction.acting(as: .system) { try MessageOutcome($0).settle(recipient, state, failure) }
        return try store.find(recipient.id) ?? recipient
    }

    private static let unknown = Problem.notFound(Text("message that came back", "被退回的消息"))
}

extension DeliveryFailure {
    static func bounced(_ reason: String, isOfAddress: Bool) -> DeliveryFailure {
        let shown = reason.shown(300)
        return DeliveryFailure(
            "bounced",
            "It came back: \(shown)",
            "消息被退回：\(shown)",
            isFinal: true,
            isOfAddress: isOfAddress
        )
    }
}
