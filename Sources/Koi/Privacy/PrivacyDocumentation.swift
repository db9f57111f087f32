import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the routes of erasure and disclosure.
struct PrivacyDocumentation {
    let erase: RouteDocumentation
    let disclose: RouteDocumentation

    init(_ resource: Resource) {
        let name = Schema.component(resource)
        var erase = RouteDocumentation(
            "erase" + name,
            tag: resource.name,
            """
            Erases the person: texts, lists and custom fields, what events say of them, and every trace in the database \
            file. Choices, numbers and references stay. Cannot be undone.
            """
        )
        erase.parameters = [Schema.idParameter, RecordDocumentation.ifMatch]
        erase.answer = PrivacyDocumentation.receipt
        erase.problems = [.badRequest, .forbidden, .notFound, .preconditionFailed]
        self.erase = erase
        var disclose = RouteDocumentation(
            "disclose" + name,
            tag: resource.name,
            "All that is held about the person, in clear and in one document, as the person may ask for it."
        )
        disclose.parameters = [Schema.idParameter]
        disclose.answer = PrivacyDocumentation.document(resource)
        disclose.answerFields = ["Content-Disposition": "The name of a file to keep it in."]
        disclose.problems = [.badRequest, .forbidden, .notFound]
        self.disclose = disclose
    }

    private static func document(_ resource: Resource) -> JSONValue {
        let entries: JSONValue = ["type": "array", "items": ["type": "object"]]
        let reference = Schema.object(
            ["resource": ["type": "string"], "record": Schema.idSchema],
            required: ["resource", "record"]
        )
        var properties: JSONObject = [
            "resource": ["const": .string(resource.name)],
            "at": time("When the document was made."),
            "record": Schema.reference(Schema.component(resource)),
        ]
        for holding in PersonalHoldings.all { properties[holding.name] = entries }
        properties["erasures"] = entries
        properties["references"] = Schema.array(reference)
        properties["mentions"] = [
            "type": "array", "items": reference,
            "description": "Records with the same telephone number or e-mail address.",
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }

    static let show: RouteDocumentation = {
        var docs = RouteDocumentation("showErasure", tag: "erasures", "Shows the receipt of an erasure.")
        docs.parameters = [Schema.idParameter]
        docs.answer = receipt
        docs.problems = [.badRequest, .notFound]
        return docs
    }()

    private static let receipt: JSONValue = {
        let count: JSONValue = ["type": "integer", "minimum": 0]
        let properties: JSONObject = [
            "id": Schema.idSchema,
            "resource": ["type": "string"],
            "record": Schema.idSchema,
            "at": time("When the data was erased."),
            "user": orNull(Schema.idSchema, "On whose behalf; null for Koi itself."),
            "state": [
                "type": "string", "enum": ["erased", "verified"],
                "description": """
                erased: no request finds it any more. verified: the database file has been gone through, and what was \
                left in its unused space is overwritten.
                """,
            ],
            "verifiedAt": orNull(time("When that was done."), nil),
            "erased": [
                "type": "object", "additionalProperties": count,
                "description": "How much was erased: fields, events and so on.",
            ],
            "occurrences": [
                "type": ["integer", "null"], "minimum": 0,
                "description": """
                How often values of the record stood in the file after that, as part of other records; null until \
                then, and where Koi was restarted in between.
                """,
            ],
            "tooShort": [
                "type": "integer", "minimum": 0,
                "description": """
                How many values of the record were too short to be looked for in the file, such as names of two \
                Chinese characters, which others have as well.
                """,
            ],
            "backups": Schema.object(
                [
                    "held": [
                        "type": "array", "items": ["type": "string"],
                        "description": "The backups that were made before and still hold the data.",
                    ],
                    "goneBy": orNull(
                        time("When newer ones have taken the place of the last of them."),
                        "Null where there is none, or no backup is made by itself."
                    ),
                ],
                required: ["held", "goneBy"]
            ),
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()

    private static func time(_ description: String) -> JSONValue {
        ["type": "string", "format": "date-time", "description": .string(description)]
    }

    private static func orNull(_ schema: JSONValue, _ description: String?) -> JSONValue {
        var members = [JSONObject.Member(name: "anyOf", value: [schema, ["type": "null"]])]
        if let description { members.append(.init(name: "description", value: .string(description))) }
        return .object(JSONObject(members))
    }
}
