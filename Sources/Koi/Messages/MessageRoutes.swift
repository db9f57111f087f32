import KoiHTTP
import KoiJSON

/// `/v1/messages` beside what all records have, previews of templates, and what comes back.
enum MessageRoutes {
    static let routes: [Route] =
        [
            .post("/v1/messages", send).bodyLimit(8 << 20).permitted(.records).documented(MessageDocumentation.send),
            .get("/v1/messages/{id}/recipients", recipients).permitted(.records)
                .documented(MessageDocumentation.recipients),
            Route(.post, "/v1/templates/{id}/preview", .read(preview)).permitted(.records)
                .documented(MessageDocumentation.preview),
        ] + GatewayRoutes.routes + BounceRoutes.routes + UnsubscribeRoutes.routes

    private static func send(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let message = try MessageService(transaction).send(call.object())
        let made = try RecordReader(Message.resource, transaction).written(message.id)
        return .created(made.json, version: made.version, at: "/v1/messages/\(message.id)")
    }

    private static func recipients(_ call: Call) throws -> Answer {
        let transaction = try call.transaction()
        let message = try RecordService(Message.resource, transaction).find(call.id())
        return .json(try RecipientList(transaction).page(of: message, call.query, call.language))
    }

    // MARK: Previews

    static let previewFields = BodyFields([
        .text("resource", "Resource", "对象", max: 40).example("customers"),
        .integer("record", "Record", "记录", 1...Int64.max).example(1),
        .choice("language", "Language", "语言", MessageTemplate.languages),
        Field("parameters", .object, Text("Parameters", "参数")).fallback(.object([:])),
    ])

    /// What a recipient would read, as far as the asker may see it.
    private static func preview(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let template = try RecordService(MessageTemplate.resource, transaction).find(call.id())
        let body = try previewFields.read(call.object())
        let language =
            body["language"]?.stringValue.flatMap(Language.init(rawValue:))
            ?? transaction.catalog.settings.current.language
        guard let words = MessageWords(template, language) else { throw Problem.unforeseen }
        let start = transaction.catalog.settings.current.publicURL ?? ""
        let values = PlaceholderValues(
            language: language,
            parameters: body["parameters"]?.objectValue ?? [:],
            record: try record(body, transaction),
            unsubscribe: start + UnsubscribeLink.path + "…",
            transaction: transaction
        )
        let written = try values.write(words)
        let answer: JSONValue = [
            "language": .string(language.rawValue),
            "subject": written.subject.map(JSONValue.string) ?? .null,
            "text": .string(written.text),
            "html": written.html.map(JSONValue.string) ?? .null,
        ]
        return .json(Array(answer.text.utf8))
    }

    private static func record(_ body: JSONObject, _ transaction: Transaction) throws -> Record? {
        guard let id = body["record"]?.integerValue else { return nil }
        guard let name = body["resource"]?.stringValue, let resource = transaction.catalog.resources[name],
            resource.describesPeople
        else {
            let refusal = ValueRefusal(
                "not_a_choice",
                "Send a resource of people, such as customers or contacts.",
                "请填写人员对象，例如 customers 或 contacts。"
            )
            throw Problem.invalid([refusal.issue(field: "resource")])
        }
        let store = RecordStore(resource, transaction.connection)
        guard let record = try store.find(id, transaction.visibility(of: resource)) else {
            let refusal = ValueRefusal(
                "not_found",
                "There is no \(resource.label.en) with this number.",
                "没有此编号的\(resource.label.zh)。"
            )
            throw Problem.invalid([refusal.issue(field: "record")])
        }
        return record
    }
}

/// What `openapi.yaml` says of messages.
enum MessageDocumentation {
    static let send: RouteDocumentation = {
        var docs = RouteDocumentation(
            "sendMessage",
            tag: "messages",
            "Sends a message to records, addresses, or all whom a filter finds; each recipient has a result of its own."
        )
        docs.request = MessageOrder.fields.schema
        docs.status = .created
        docs.answer = Schema.reference(Schema.component(Message.resource))
        docs.answerFields = ["ETag": "Version and representation of the message.", "Location": "Where the message is."]
        docs.problems = [.badRequest, .forbidden, .conflict, .unsupportedMediaType, .unprocessableContent]
        return docs
    }()

    static let recipients: RouteDocumentation = {
        var docs = RouteDocumentation(
            "browseRecipientsOfMessage",
            tag: "messages",
            "Lists to whom a message goes, and what came of it for each."
        )
        docs.parameters = [
            Schema.idParameter,
            Schema.queryParameter("state", state, "Only those with this result."),
            Schema.queryParameter(
                "limit",
                [
                    "type": "integer", "minimum": 1, "maximum": .integer(Int64(ListQuery.maximumLimit)),
                    "default": .integer(Int64(ListQuery.defaultLimit)),
                ],
                "The most recipients of a page."
            ),
            Schema.cursorParameter,
        ]
        docs.answer = Schema.object(
            ["items": Schema.array(recipient), "next": nullableText],
            required: ["items", "next"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }()

    static let preview: RouteDocumentation = {
        var docs = RouteDocumentation(
            "previewTemplate",
            tag: "templates",
            "Shows what a recipient would read, as far as the asker may see it."
        )
        docs.parameters = [Schema.idParameter]
        docs.request = MessageRoutes.previewFields.schema
        docs.answer = Schema.object(
            [
                "language": ["type": "string", "enum": ["zh", "en"]], "subject": nullableText,
                "text": ["type": "string"], "html": nullableText,
            ],
            required: ["language", "subject", "text", "html"]
        )
        docs.problems = [.badRequest, .notFound, .unsupportedMediaType, .unprocessableContent]
        return docs
    }()

    private static let nullableText: JSONValue = ["type": ["string", "null"]]
    static let state: JSONValue = [
        "type": "string", "enum": .array(RecipientState.allCases.map { .string($0.rawValue) }),
    ]

    private static let recipient: JSONValue = {
        let error = Schema.object(
            ["code": ["type": "string"], "message": ["type": "string"]],
            required: ["code", "message"]
        )
        let properties: JSONObject = [
            "id": Schema.idSchema,
            "resource": nullableText,
            "record": ["anyOf": [Schema.idSchema, ["type": "null"]]],
            "address": nullableText,
            "state": state,
            "error": ["anyOf": [error, ["type": "null"]], "description": "Why it was not sent, or not yet."],
            "receipt": ["type": ["string", "null"], "description": "The gateway's own number of the message."],
            "token": ["type": "string", "description": "In the Message-ID and in the address of bounces."],
            "changedAt": ["type": "string", "format": "date-time"],
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()
}
