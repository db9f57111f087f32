import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of what a webhook was told.
enum WebhookDocumentation {
    static let deliveries: RouteDocumentation = {
        var docs = RouteDocumentation(
            "readWebhookDeliveries",
            tag: "webhooks",
            "Lists what a webhook was told, or is to be told, the newest first; what has ended is kept for 30 days."
        )
        docs.parameters =
            [
                Schema.idParameter,
                Schema.queryParameter(
                    "state",
                    ["type": "array", "minItems": 1, "items": ["type": "string", "enum": states]],
                    "How they stand."
                ),
                Schema.queryParameter(
                    "sequence",
                    ["type": "array", "minItems": 1, "items": ["type": "integer", "format": "int64"]],
                    "Of these events."
                ),
            ] + Schema.page
        docs.answer = LogDocumentation.answer(delivery)
        docs.problems = [.badRequest, .notFound]
        return docs
    }()

    static let secret: RouteDocumentation = {
        var docs = RouteDocumentation(
            "renewWebhookSecret",
            tag: "webhooks",
            "Gives a webhook another secret, shown this once; for a day messages are signed with the one before as well."
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = Schema.object(
            ["secret": ["type": "string"], "previousUntil": ["type": "string", "format": "date-time"]],
            required: ["secret", "previousUntil"]
        )
        docs.problems = [.badRequest, .forbidden, .notFound, .conflict]
        return docs
    }()

    static let test: RouteDocumentation = {
        var docs = RouteDocumentation(
            "testWebhook",
            tag: "webhooks",
            "Sends a message of the type webhook.test, once, even where the webhook is paused; its deliveries tell how it went."
        )
        docs.parameters = [Schema.idParameter]
        docs.status = .accepted
        docs.answer = delivery
        docs.answerFields = ["Location": "Where the deliveries are."]
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    static let replay: RouteDocumentation = {
        var docs = RouteDocumentation(
            "replayWebhook",
            tag: "webhooks",
            """
            Tells a webhook once more what happened from an event on, as far as it wants it and as the records are by now; \
            each message has the id that it had before. A replay that was under way gives way to this one.
            """
        )
        docs.parameters = [Schema.idParameter]
        let number: JSONValue = ["type": "integer", "format": "int64", "minimum": 1]
        let end: JSONValue = ["type": ["integer", "null"], "format": "int64", "minimum": 1]
        docs.request = Schema.object(["from": number, "to": end], required: ["from"])
        docs.status = .accepted
        docs.answer = Schema.object(["from": number, "to": number], required: ["from", "to"])
        docs.answerFields = ["Location": "Where the deliveries are."]
        docs.problems = [.badRequest, .forbidden, .notFound, .conflict, .gone, .unprocessableContent]
        return docs
    }()

    private static let states = JSONValue.array(WebhookDelivery.State.allCases.map { .string($0.rawValue) })

    private static let delivery: JSONValue = {
        let time: JSONValue = ["type": ["string", "null"], "format": "date-time"]
        let number: JSONValue = ["type": ["integer", "null"], "format": "int64"]
        let properties: JSONObject = [
            "id": Schema.idSchema,
            "message": ["type": "string", "description": "The webhook-id of its message, the same for each attempt."],
            "sequence": number,
            "subject": Schema.subjectOrNull,
            "state": ["type": "string", "enum": states],
            "attempts": ["type": "integer", "minimum": 0],
            "nextAttemptAt": time,
            "attemptedAt": time,
            "duration": ["type": ["integer", "null"], "description": "Of the last attempt, in milliseconds."],
            "status": ["type": ["integer", "null"], "description": "What the receiver answered at last."],
            "response": ["type": ["string", "null"], "description": "The beginning of its answer."],
            "error": [
                "anyOf": [
                    Schema.object(
                        ["code": ["type": "string"], "message": ["type": "string"]],
                        required: ["code", "message"]
                    ),
                    ["type": "null"],
                ]
            ],
            "createdAt": time,
            "finishedAt": time,
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()
}
