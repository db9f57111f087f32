import KoiHTTP
import KoiJSON

/// What is said about a ticket, and where it goes.
enum TicketRoutes {
    static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == Ticket.resource.name }) else { return [] }
        let path = "/v1/tickets/{id}"
        let docs = TicketDocumentation()
        let routes: [Route] = [
            .get(path + "/status", ways).documented(docs.ways),
            .put(path + "/status", move).documented(docs.move),
            .get(path + "/messages", messages).documented(docs.messages),
            .post(path + "/messages", say).documented(docs.say),
            .post(path + "/messages/preview", preview).documented(docs.preview),
        ]
        return routes.map { $0.permitted(.records) }
    }

    private static func ticket(_ call: Call, toChange: Bool = false) throws -> Record {
        let transaction = try call.transaction()
        let ticket = try RecordService(Ticket.resource, transaction).find(call.id())
        if toChange { try RecordPermission(Ticket.resource, transaction).check(.change, ticket) }
        return ticket
    }

    private static func json(_ value: JSONValue) -> Answer { .json(Array(value.text.utf8)) }

    // MARK: Status

    private static func ways(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return json(try TicketMove(call.transaction()).ways(of: ticket(call), call.language))
    }

    static let order = BodyFields([
        .reference("status", "Status", "状态", to: TicketStatus.resource.name).required(),
        .text("reason", "Reason", "原因", max: 500),
        .text("message", "Message", "答复", max: TicketMessages.longestText, .multiline)
            .noted("Sent to the customer with the move.", "随状态更改发送给客户。"),
        .date("deferredUntil", "Deferred until", "暂缓至"),
    ])

    private static func move(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let ticket = try ticket(call)
        let transaction = try call.transaction()
        let body = try order.read(call.object(), in: transaction)
        let moved = try TicketMove(transaction).move(
            ticket,
            TicketMove.Order(
                status: body["status"]?.integerValue ?? 0,
                reason: body["reason"]?.stringValue,
                message: body["message"]?.stringValue,
                deferredUntil: body["deferredUntil"] ?? .null
            ),
            match: call.match
        )
        return try RecordRoutes.changed(moved, in: transaction)
    }

    // MARK: Messages

    static let message = BodyFields([
        .choice("kind", "Kind", "类型", TicketMessage.Kind.choices).required(),
        .text("text", "Text", "内容", max: TicketMessages.longestText, .multiline).required()
            .example("我们已收到您的来信，明天上午派人上门。"),
        .time("at", "When", "时间").noted("When it was said, where that was before.", "实际发生的时间，早于录入时填写。"),
        .choice("channel", "Channel", "渠道", Ticket.channels),
        .text("fromName", "From", "来信人", max: 200).noted("Of what comes in.", "仅用于客户来信。"),
        .text("fromAddress", "From address", "来信地址", max: 254),
        .facts(
            "attachments",
            "Attachments",
            "附件",
            max: 20,
            of: [.integer("file", "File", "文件", 1...Int64.max).required()]
        ).noted("Files sent with POST /v1/files.", "用 POST /v1/files 上传的文件。").example([["file": 1]]),
    ])

    private static func messages(_ call: Call) throws -> Answer {
        let ticket = try ticket(call)
        let query = try PageQuery(call.query, of: "tickets/\(ticket.id)/messages")
        return json(try TicketMessages(call.transaction()).page(of: ticket.id, query))
    }

    private static func say(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let ticket = try ticket(call, toChange: true)
        let transaction = try call.transaction()
        var draft = try draft(message.read(call.object(), in: transaction), transaction.now)
        draft.files = try Files(transaction).own(draft.files).map(\.id)
        let added = try TicketMessages(transaction).add(draft, to: ticket)
        return .created(
            Array(JSONValue.object(try TicketMessages(transaction).json(added.message)).text.utf8),
            at: "/v1/tickets/\(added.ticket.id)/messages"
        )
    }

    private static func draft(_ body: JSONObject, _ now: Int64) throws -> TicketMessages.Draft {
        let at = body["at"]?.stringValue.flatMap(Timestamp.read)
        if let at, at > now { throw Problem.invalid([inFuture.issue(field: "at")]) }
        let kind = body["kind"]?.stringValue.flatMap(TicketMessage.Kind.init) ?? .note
        let names = ["fromName", "fromAddress"].filter { body[$0]?.isNull == false }
        if kind != .incoming, let first = names.first { throw Problem.invalid([notIncoming.issue(field: first)]) }
        return TicketMessages.Draft(
            kind: kind,
            text: body["text"]?.stringValue ?? "",
            at: at,
            channel: body["channel"]?.stringValue,
            fromName: body["fromName"]?.stringValue,
            fromAddress: body["fromAddress"]?.stringValue,
            files: (body["attachments"]?.arrayValue ?? []).compactMap { $0.objectValue?["file"]?.integerValue }
        )
    }

    static let previewed = BodyFields([
        .reference("template", "Template", "模板", to: MessageTemplate.resource.name).required()
    ])

    private static func preview(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let ticket = try ticket(call)
        let transaction = try call.transaction()
        let body = try previewed.read(call.object(), in: transaction)
        return json(try TicketDraft(transaction).words(of: body["template"]?.integerValue ?? 0, for: ticket))
    }

    private static let inFuture = ValueRefusal("in_future", "Send a time that has come.", "请填写已经过去的时间。")
    private static let notIncoming = ValueRefusal(
        "not_incoming",
        "Only what comes from the customer has a sender; what you write has you.",
        "只有客户来信才填写来信人。"
    )
}
