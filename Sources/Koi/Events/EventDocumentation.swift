import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the log.
enum EventDocumentation {
    static let list: RouteDocumentation = {
        var docs = RouteDocumentation(
            "readEvents",
            tag: "events",
            """
            Lists what happened, the oldest first, as far as the actor may read the records. With Accept: text/event-stream \
            it goes on with what happens, one server-sent event for each, whose data is an item of the list and whose id its \
            position, until the client leaves or its key or session ends; without after it begins with what happens next.
            """
        )
        docs.isStreamed = true
        docs.parameters =
            [
                Schema.queryParameter(
                    "after",
                    LogDocumentation.place,
                    "The events after this position or number: the next of the page before, or the last one that was seen."
                ),
                Schema.queryParameter("type", words, "What happened, such as customer.changed."),
                Schema.queryParameter("resource", words, "What it is about, such as customers."),
                Schema.queryParameter("record", numbers, "The number of the record; needs resource."),
                Schema.queryParameter("user", numbers, "Who did it; me for oneself."),
            ] + LogDocumentation.period + [
                Schema.limitParameter,
                Schema.headerParameter(
                    "Last-Event-ID",
                    "For a stream, in place of after: the id of the last event that was seen."
                ),
            ]
        docs.answer = Schema.object(
            [
                "items": Schema.array(Schema.reference("Event")),
                "next": [
                    "type": ["string", "null"],
                    "description": "The position after which the next page begins; null at the end.",
                ],
            ],
            required: ["items", "next"]
        )
        docs.problems = [.badRequest, .forbidden, .notAcceptable, .conflict]
        return docs
    }()

    static func timeline(of resource: Resource) -> RouteDocumentation {
        var docs = RouteDocumentation(
            "read\(Schema.component(resource))Timeline",
            tag: resource.name,
            "Lists what happened to one \(resource.label.en) and to what belongs to it, the newest first."
        )
        docs.parameters = [Schema.idParameter] + Schema.page
        docs.answer = LogDocumentation.answer(Schema.reference("Event"))
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    /// An event as clients see it.
    static let event: JSONValue = {
        let properties: JSONObject = [
            "sequence": ["type": "integer", "format": "int64", "minimum": 1],
            "at": ["type": "string", "format": "date-time"],
            "actor": Schema.object(
                [
                    "kind": [
                        "type": "string",
                        "enum": ["key", "session", "link", "system", "anonymous"],
                    ],
                    "id": ["type": ["integer", "null"], "description": "Of the key, session or user."],
                ],
                required: ["kind", "id"]
            ),
            "user": ["type": ["integer", "null"], "description": "On whose behalf; null for Koi itself."],
            "request": ["type": ["string", "null"]],
            "type": ["type": "string", "description": "What happened: customer.changed."],
            "resource": ["type": "string"],
            "record": ["type": ["integer", "null"], "description": "Null where it is about no single record."],
            "related": Schema.array(
                Schema.object(
                    ["resource": ["type": "string"], "record": Schema.idSchema],
                    required: ["resource", "record"]
                )
            ),
            "before": ["type": ["object", "null"], "description": "The changed fields as they were."],
            "after": [
                "type": ["object", "null"],
                "description": "The changed fields as they became; null, like before, where they were erased.",
            ],
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()

    static let words: JSONValue = [
        "type": "array", "minItems": 1, "items": ["type": "string", "pattern": "^[^\\u0000,]*$", "maxLength": 100],
    ]
    static let numbers: JSONValue = ["type": "array", "minItems": 1, "items": Schema.idSchema]
}

/// What lists of happenings have alike.
enum LogDocumentation {
    /// Where in the log to go on, as clients give it.
    static let place: JSONValue = ["type": "string", "pattern": .string(LogPosition.pattern), "examples": ["1207"]]

    /// Where in the log something is, as Koi gives it.
    static func position(_ description: String) -> JSONValue {
        [
            "type": "string", "pattern": "^[0-9]+-[0-9a-f]{16}$", "example": "1207-5f0c9a3be1d24c77",
            "description": .string(description),
        ]
    }

    static let period = [
        Schema.queryParameter("from", moment, "At this time or after it; a day begins in the user's time zone."),
        Schema.queryParameter("to", moment, "Before this time."),
    ]

    /// A page of such a list.
    static func answer(_ item: JSONValue) -> JSONValue {
        Schema.object(
            [
                "items": Schema.array(item),
                "next": [
                    "type": ["string", "null"],
                    "description": "The cursor of the next page; null at the end.",
                ],
            ],
            required: ["items", "next"]
        )
    }

    private static let moment: JSONValue = [
        "anyOf": [["type": "string", "format": "date-time"], ["type": "string", "format": "date"]]
    ]
}
