import KoiFormats
import KoiHTTP
import KoiJSON

/// `POST /v1/inbound/email`: the mails of customers, as a mail server hands them over.
enum InboundMailRoutes {
    /// Of a mail: 25 MiB of files as base64, and its text.
    static let maximumBytes = 36 << 20

    static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == Ticket.resource.name }) else { return [] }
        return [
            Route(.post, "/v1/inbound/email", .deferred(take)).takingFile().bodyLimit(maximumBytes).alone()
                .permitted(.records).documented(documentation)
        ]
    }

    /// To read a mail may take long: on no loop and not in the writer.
    private static func take(_ call: Call, _ app: App, _ reply: @escaping Route.Reply) throws {
        try call.refuseParameters()
        try call.actor.require(.create, on: Ticket.resource.name)
        guard let upload = Upload(call.request.body), upload.size > 0 else { throw empty }
        let (actor, request) = (call.actor, call.request.id)
        try app.transfers.submit(reply) {
            let delivery = try MailIntake.Delivery(upload.bytes(), app.catalog.files, app.randomness)
            let outcome = try app.perform(as: actor, request: request) { try MailIntake($0).take(delivery) }
            return .json(Array(outcome.json(of: IncomingMailSummary(delivery.mail)).text.utf8))
        }
    }

    private static let empty = Problem(
        .unprocessableContent,
        "no_mail",
        Text("Send the mail as the body, as it came (RFC 5322).", "请将收到的原始邮件（RFC 5322）作为请求正文发送。")
    )

    private static let documentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "takeMail",
            tag: "tickets",
            "Takes in a mail of a customer as it came (RFC 5322): a message of the ticket that it answers, or else a ticket. Needs the right to create tickets."
        )
        docs.fileTypes = ["message/rfc822", "text/plain"]
        docs.answer = Schema.object(
            [
                "action": ["type": "string", "enum": names(InboundOutcome.Action.allCases)],
                "reason": ["type": ["string", "null"], "enum": reasons, "description": "Why nothing was stored."],
                "ticket": number, "number": ["type": ["string", "null"]], "message": number,
                "omitted": [
                    "type": "array", "items": ["type": "string", "enum": names(IncomingMail.Omission.allCases)],
                    "description": "What of the mail was left out.",
                ],
            ],
            required: ["action", "reason", "ticket", "number", "message", "omitted"]
        )
        docs.problems = [.badRequest, .forbidden, .contentTooLarge, .unprocessableContent, .serviceUnavailable]
        return docs
    }()

    private static let number: JSONValue = ["anyOf": [Schema.idSchema, ["type": "null"]]]

    private static func names<T: RawRepresentable<String>>(_ all: [T]) -> JSONValue {
        .array(all.map { .string($0.rawValue) })
    }

    private static let reasons: JSONValue = .array(
        InboundOutcome.Reason.allCases.map { .string($0.rawValue) } + [.null]
    )
}

extension Upload {
    /// All of it.
    fileprivate func bytes() throws -> [UInt8] {
        switch self {
        case .bytes(let bytes): bytes
        case .file(let file): try ImportFile.read(file.descriptor, 0, file.size)
        }
    }
}
