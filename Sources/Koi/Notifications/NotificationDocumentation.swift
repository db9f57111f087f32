import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of notifications.
enum NotificationDocumentation {
    static let reading = BodyFields([
        .integer("upTo", "Up to", "截至", 1...Int64.max).required()
    ])

    static let list: RouteDocumentation = {
        var docs = documentation("listNotifications", "Lists what one is told, the newest first, a page at a time.")
        docs.parameters = [
            Schema.queryParameter("unread", ["type": "boolean"], "Whether to leave out what was read."),
            Schema.queryParameter("total", ["type": "boolean"], "Whether to count all that the filter leaves."),
            Schema.queryParameter(
                "limit",
                [
                    "type": "integer", "minimum": 1, "maximum": .integer(Int64(ListQuery.maximumLimit)),
                    "default": .integer(Int64(ListQuery.defaultLimit)),
                ],
                "The most of a page."
            ),
            Schema.cursorParameter,
        ]
        docs.answer = Schema.object(
            [
                "items": Schema.array(notification),
                "next": ["type": ["string", "null"], "description": "The cursor of the next page; null at the end."],
                "total": ["type": "integer", "description": "Only where total=true was asked."],
            ],
            required: ["items", "next"]
        )
        docs.problems = [.badRequest, .forbidden]
        return docs
    }()

    static let show: RouteDocumentation = {
        var docs = documentation("showNotification", "Shows one of them.")
        docs.parameters = [Schema.idParameter]
        docs.answer = notification
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    static let read: RouteDocumentation = {
        var docs = documentation("readNotification", "Marks one as read.")
        docs.parameters = [Schema.idParameter]
        docs.answer = notification
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    static let readAll: RouteDocumentation = {
        var docs = documentation("readNotifications", "Marks all up to a number as read.")
        docs.request = reading.schema
        docs.answer = Schema.object(
            ["read": ["type": "integer", "minimum": 0, "description": "How many became read."]],
            required: ["read"]
        )
        docs.problems = [.badRequest, .forbidden, .unsupportedMediaType, .unprocessableContent]
        return docs
    }()

    static let remove: RouteDocumentation = {
        var docs = documentation("removeNotification", "Removes one for good.")
        docs.parameters = [Schema.idParameter]
        docs.status = .noContent
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    static let preferences: RouteDocumentation = {
        var docs = documentation("showNotificationPreferences", "Shows how one wants to be told, by kind.")
        docs.answer = choice
        docs.problems = [.badRequest, .forbidden, .notFound]
        return docs
    }()

    static let prefer: RouteDocumentation = {
        var docs = documentation(
            "chooseNotificationPreferences",
            """
            Chooses how one wants to be told; kinds that are left out are as usual again. What is about the own account is \
            always told in both ways.
            """
        )
        docs.request = choice
        docs.answer = choice
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .unsupportedMediaType, .unprocessableContent,
        ]
        return docs
    }()

    private static func documentation(_ operation: String, _ summary: String) -> RouteDocumentation {
        RouteDocumentation(operation, tag: "notifications", summary)
    }

    private static let choice = Schema.object(
        JSONObject(
            NotificationKind.allCases.map { kind in
                .init(
                    name: kind.rawValue,
                    value: [
                        "type": "string",
                        "enum": .array(kind.deliveries.map { .string($0.rawValue) }),
                        "title": .string(kind.label.en + " / " + kind.label.zh),
                    ]
                )
            }
        )
    )

    private static let notification: JSONValue = {
        let subject = Schema.object(
            [
                "resource": ["type": "string"], "record": Schema.idSchema,
                "name": ["type": ["string", "null"], "description": "As far as the reader may see it."],
            ],
            required: ["resource", "record", "name"]
        )
        let time: JSONValue = ["type": "string", "format": "date-time"]
        let properties: JSONObject = [
            "id": Schema.idSchema,
            "kind": ["type": "string"],
            "text": ["type": "string", "description": "In the language asked for."],
            "subject": ["anyOf": [subject, ["type": "null"]], "description": "The record that it is about."],
            "by": [
                "anyOf": [Schema.idSchema, ["type": "null"]], "description": "Who caused it; null for Koi itself.",
            ],
            "parameters": ["type": "object"],
            "createdAt": time,
            "readAt": ["anyOf": [time, ["type": "null"]]],
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()
}
