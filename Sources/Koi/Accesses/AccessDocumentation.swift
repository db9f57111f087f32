import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the list of accesses.
enum AccessDocumentation {
    static let list: RouteDocumentation = {
        var docs = RouteDocumentation(
            "readAccesses",
            tag: "accesses",
            """
            Lists who read what is held back from others, what was refused, and who failed to sign in, the newest first.
            """
        )
        docs.parameters =
            [
                Schema.queryParameter("user", EventDocumentation.numbers, "Who it was; me for oneself."),
                Schema.queryParameter("resource", EventDocumentation.words, "What it was about, such as customers."),
                Schema.queryParameter(
                    "record",
                    EventDocumentation.numbers,
                    "The number of the record; needs resource."
                ),
                Schema.queryParameter(
                    "kind",
                    ["type": "array", "minItems": 1, "items": ["type": "string", "enum": .array(kinds)]],
                    "Of these kinds."
                ),
            ] + LogDocumentation.period + Schema.page
        docs.answer = LogDocumentation.answer(entry)
        docs.problems = [.badRequest, .forbidden]
        return docs
    }()

    private static let kinds = AccessList.kinds.map(JSONValue.string)

    private static let entry: JSONValue = {
        let properties: JSONObject = [
            "id": Schema.idSchema,
            "at": ["type": "string", "format": "date-time"],
            "kind": ["type": "string", "enum": .array(kinds)],
            "actor": [
                "anyOf": [
                    Schema.object(
                        ["kind": ["type": "string"], "id": ["type": ["integer", "null"]]],
                        required: ["kind", "id"]
                    ), ["type": "null"],
                ],
                "description": "Null where nobody knows who it was.",
            ],
            "user": ["type": ["integer", "null"]],
            "request": ["type": ["string", "null"]],
            "address": [
                "type": "string",
                "description":
                    "Empty for the socket in the data folder. Where nobody knows who it was, of IPv6 the first 64 bits, and others beyond a thousand places in a minute.",
            ],
            "account": [
                "type": ["string", "null"],
                "description": "Whose sign-in failed: a user's number, or unknown where there is no such user.",
            ],
            "method": ["type": ["string", "null"], "description": "What was refused, as are path and code."],
            "path": ["type": ["string", "null"]],
            "resource": ["type": ["string", "null"]],
            "records": Schema.array(["type": "integer"]),
            "fields": Schema.array(["type": "string"]),
            "code": ["type": ["string", "null"]],
            "count": [
                "type": "integer", "minimum": 1,
                "description": "How often, within the minute of at: one for each read.",
            ],
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()
}
