import KoiHTTP
import KoiJSON

/// `/v1/mail-tests`: whether mail works.
package enum MailTestRoutes {
    package static let routes: [Route] = [
        .post("/v1/mail-tests", create).permitted(.area(.settings, .change)).documented(createDocumentation),
        .get("/v1/mail-tests/{id}", show).permitted(.area(.settings, .change)).documented(showDocumentation),
    ]

    private static func create(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let message = try MailTest.add(call.object(), call.language, in: call.transaction())
        return .created(message.bytes(call.language), at: "/v1/mail-tests/\(message.id)")
    }

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        return .json(try MailTest.find(call.id(), in: call.transaction()).bytes(call.language))
    }

    // MARK: Documentation

    private static let createDocumentation: RouteDocumentation = {
        var docs = RouteDocumentation("createMailTest", tag: "settings", "Sends a mail, to see whether mail works.")
        docs.request = MailTest.fields.schema
        docs.status = .created
        docs.answer = answer
        docs.answerFields = ["Location": "Where to see what came of it."]
        docs.problems = [
            .badRequest, .forbidden, .conflict, .unsupportedMediaType, .unprocessableContent, .tooManyRequests,
        ]
        return docs
    }()

    private static let showDocumentation: RouteDocumentation = {
        var docs = RouteDocumentation("showMailTest", tag: "settings", "Shows what came of it.")
        docs.parameters = [Schema.idParameter]
        docs.answer = answer
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    private static let answer: JSONValue = {
        let time: JSONValue = ["type": "string", "format": "date-time"]
        let error = Schema.object(
            ["code": ["type": "string"], "message": ["type": "string"]],
            required: ["code", "message"]
        )
        let properties: JSONObject = [
            "id": Schema.idSchema,
            "to": ["type": "string"],
            "state": ["type": "string", "enum": .array(OutboxMessage.State.allCases.map { .string($0.rawValue) })],
            "error": [
                "anyOf": [error, ["type": "null"]],
                "description": "Why it failed, in the server's words where it has any.",
            ],
            "createdAt": time,
            "finishedAt": ["anyOf": [time, ["type": "null"]]],
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()
}

extension OutboxMessage {
    fileprivate func bytes(_ language: Language) -> [UInt8] {
        Array(testDocument(language).text.utf8)
    }
}
