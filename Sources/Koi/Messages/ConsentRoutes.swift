import KoiHTTP
import KoiJSON

/// What people have said of messages: for each resource of people.
enum ConsentRoutes {
    static func routes(of resources: [Resource]) -> [Route] {
        resources.filter(\.describesPeople).flatMap(routes)
    }

    private static func routes(of resource: Resource) -> [Route] {
        let path = "/v1/" + resource.name + "/{id}/consents"
        let docs = ConsentDocumentation(resource)
        let routes: [Route] = [
            .get(path) { try list(resource, $0) }.documented(docs.list),
            .put(path + "/{channel}/{purpose}") { try put(resource, $0) }.documented(docs.put),
        ]
        return routes.map { $0.permitted(.records) }
    }

    static let terms = BodyFields([
        .choice("state", "State", "状态", Consent.State.choices).required(),
        .text("source", "Source", "来源", max: 200).noted("Where it was said.", "在何处表示。").example("Trade fair 2026"),
        .text("evidence", "Evidence", "凭据", max: 2_000, .multiline)
            .noted("What proves it, such as the words that were agreed to.", "证明材料，例如所同意的文字。"),
        .time("at", "When", "时间").noted("Now where none is given.", "默认为当前时间。"),
    ])

    private static func list(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let record = try RecordService(resource, transaction).find(call.id())
        return .json(Array(JSONValue.object(try ConsentService(transaction).document(of: record)).text.utf8))
    }

    private static func put(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let record = try RecordService(resource, transaction).find(call.id())
        try RecordPermission(resource, transaction).check(.change, record)
        guard let channel = call.captures["channel"].flatMap(MessageChannel.init(rawValue:)),
            let purpose = call.captures["purpose"].flatMap(MessagePurpose.init(rawValue:)),
            MessagePurpose.optional.contains(purpose)
        else { throw Problem.notFound(Text("channel or purpose of consent", "渠道或用途")) }
        let body = try terms.read(call.object())
        let at = body["at"]?.stringValue.flatMap(Timestamp.read) ?? transaction.now
        guard at <= transaction.now else { throw Problem.invalid([ConsentRoutes.inFuture.issue(field: "at")]) }
        let consent = Consent(
            channel: channel,
            purpose: purpose,
            state: body["state"]?.stringValue.flatMap(Consent.State.init(rawValue:)) ?? .withdrawn,
            source: body["source"]?.stringValue,
            evidence: body["evidence"]?.stringValue,
            at: at,
            by: transaction.actor.user
        )
        try ConsentService(transaction).put(consent, of: record)
        return .json(Array(JSONValue.object(consent.document).text.utf8))
    }

    private static let inFuture = ValueRefusal("in_future", "Send a time that has passed.", "请填写过去的时间。")
}

/// What `openapi.yaml` says of them.
private struct ConsentDocumentation {
    private let resource: Resource
    private let one: String

    init(_ resource: Resource) {
        self.resource = resource
        one = Schema.component(resource)
    }

    var list: RouteDocumentation {
        var docs = RouteDocumentation(
            "browseConsentsOf" + one,
            tag: resource.name,
            "Lists what the \(resource.label.en) has agreed to or does not want, and what blocks its addresses."
        )
        docs.parameters = [Schema.idParameter]
        let blocked = Schema.object(
            [
                "channel": ConsentDocumentation.channel,
                "reasons": Schema.array(
                    ["type": "string", "enum": .array(Suppressions.Reason.allCases.map { .string($0.rawValue) })]
                ),
            ],
            required: ["channel", "reasons"]
        )
        docs.answer = Schema.object(
            ["items": Schema.array(ConsentDocumentation.consent), "blocked": Schema.array(blocked)],
            required: ["items", "blocked"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    var put: RouteDocumentation {
        var docs = RouteDocumentation(
            "putConsentOf" + one,
            tag: resource.name,
            "Writes down that the \(resource.label.en) agrees to messages for a purpose on a channel, or does not want them."
        )
        docs.parameters = [
            Schema.idParameter, ConsentDocumentation.parameter("channel", ConsentDocumentation.channel),
            ConsentDocumentation.parameter("purpose", ConsentDocumentation.purpose),
        ]
        docs.request = ConsentRoutes.terms.schema
        docs.answer = ConsentDocumentation.consent
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .unsupportedMediaType, .unprocessableContent,
        ]
        return docs
    }

    private static func parameter(_ name: String, _ schema: JSONValue) -> JSONValue {
        [
            "name": .string(name), "in": "path", "required": true, "description": .string("The " + name + "."),
            "schema": schema,
        ]
    }

    private static let channel: JSONValue = [
        "type": "string", "enum": .array(MessageChannel.allCases.map { .string($0.rawValue) }),
    ]
    private static let purpose: JSONValue = [
        "type": "string", "enum": .array(MessagePurpose.optional.map { .string($0.rawValue) }),
    ]
    private static let consent: JSONValue = {
        let text: JSONValue = ["type": ["string", "null"]]
        let properties: JSONObject = [
            "channel": channel, "purpose": purpose,
            "state": ["type": "string", "enum": .array(Consent.State.allCases.map { .string($0.rawValue) })],
            "source": text, "evidence": text, "at": ["type": "string", "format": "date-time"],
            "by": ["anyOf": [Schema.idSchema, ["type": "null"]]],
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()
}
