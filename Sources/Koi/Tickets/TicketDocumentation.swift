import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of messages and moves of tickets.
struct TicketDocumentation {
    var ways: RouteDocumentation {
        var docs = documentation(
            "showStatusOfTicket",
            "Where the ticket can go from its status, and what is missing for each; nothing is changed."
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = Schema.object(
            [
                "status": Schema.idSchema, "name": Self.nullableText, "state": Self.text,
                "moves": Schema.array(Self.move),
            ],
            required: ["status", "name", "state", "moves"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    var move: RouteDocumentation {
        var docs = documentation(
            "moveTicket",
            "Moves the ticket to a status, with a reason and a message to the customer: 409 lists all that is missing."
        )
        docs.parameters = [
            Schema.idParameter,
            RecordDocumentation.ifMatch,
        ]
        docs.request = TicketRoutes.order.schema
        docs.answer = Schema.reference(Schema.component(Ticket.resource))
        docs.answerFields = ["ETag": "Version and representation of the record."]
        docs.problems = Self.writing + [.preconditionFailed]
        return docs
    }

    var messages: RouteDocumentation {
        var docs = documentation(
            "browseMessagesOfTicket",
            "Lists what was said about the ticket, the first message first."
        )
        docs.parameters = [Schema.idParameter] + Schema.page
        docs.answer = Schema.object(
            ["items": Schema.array(Self.message), "next": Self.nullableText],
            required: ["items", "next"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    var say: RouteDocumentation {
        var docs = documentation(
            "addMessageToTicket",
            "Adds a reply to the customer, an internal note, or what came from the customer: that opens the ticket again or, where it was closed too long ago, another one that follows it."
        )
        docs.parameters = [Schema.idParameter]
        docs.request = TicketRoutes.message.schema
        docs.status = .created
        docs.answer = Self.message
        docs.problems = Self.writing
        return docs
    }

    var preview: RouteDocumentation {
        var docs = documentation(
            "previewMessageOfTicket",
            "What a template says to the customer of this ticket, in the ticket's language: a draft. Nothing is stored or sent."
        )
        docs.parameters = [Schema.idParameter]
        docs.request = TicketRoutes.previewed.schema
        docs.answer = Schema.object(["subject": Self.nullableText, "text": Self.text], required: ["subject", "text"])
        docs.problems = Self.writing
        return docs
    }

    private func documentation(_ operation: String, _ summary: String) -> RouteDocumentation {
        RouteDocumentation(operation, tag: Ticket.resource.name, summary)
    }

    // MARK: Schemas

    private static let writing: [Status] = [
        .badRequest, .forbidden, .notFound, .conflict, .unsupportedMediaType, .unprocessableContent,
    ]

    private static let text: JSONValue = ["type": "string"]
    private static let nullableText: JSONValue = ["type": ["string", "null"]]
    private static let flag: JSONValue = ["type": "boolean"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let nullableID: JSONValue = ["anyOf": [Schema.idSchema, ["type": "null"]]]

    private static let move = Schema.object(
        [
            "status": Schema.idSchema, "name": text, "state": text, "requires": Schema.array(text), "open": flag,
            "missing": Schema.array(
                Schema.object(["field": text, "code": text, "message": text], required: ["field", "code", "message"])
            ),
        ],
        required: ["status", "name", "state", "requires", "open", "missing"]
    )

    private static let message = Schema.object(
        [
            "id": Schema.idSchema, "ticket": Schema.idSchema,
            "kind": ["type": "string", "enum": .array(TicketMessage.Kind.allCases.map { .string($0.rawValue) })],
            "text": text, "at": time, "storedAt": time, "channel": nullableText, "author": nullableID,
            "from": [
                "anyOf": [
                    Schema.object(["name": nullableText, "address": nullableText], required: ["name", "address"]),
                    ["type": "null"],
                ]
            ],
            "delivery": [
                "type": ["string", "null"],
                "enum": .array(TicketMessage.Delivery.allCases.map { .string($0.rawValue) } + [.null]),
            ],
            "attachments": Schema.array(FileDocumentation.file),
        ],
        required: [
            "id", "ticket", "kind", "text", "at", "storedAt", "channel", "author", "from", "delivery", "attachments",
        ]
    )
}
