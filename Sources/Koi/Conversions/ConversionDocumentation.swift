import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the routes of conversions.
enum ConversionDocumentation {
    static let show: RouteDocumentation = {
        var docs = RouteDocumentation("showConversion", tag: "leads", "Shows what became of the lead.")
        docs.parameters = [Schema.idParameter]
        docs.answer = conversion
        docs.problems = [.badRequest, .notFound]
        return docs
    }()

    static let convert: RouteDocumentation = {
        var docs = RouteDocumentation(
            "convertLead",
            tag: "leads",
            """
            Makes a customer of the lead, with a contact and a need as far as it says of them, or has it join the customer and \
            contact that it certainly is. 409 names those that it may be. To convert again changes nothing and answers the same.
            """
        )
        docs.parameters = [
            Schema.idParameter, match,
            Schema.queryParameter(
                DuplicateCheck.parameter,
                ["type": "boolean"],
                "Makes new records, however alike others are."
            ),
        ]
        docs.request = ConversionOrder.body.schema
        docs.answer = conversion
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .preconditionFailed, .unsupportedMediaType,
            .unprocessableContent,
        ]
        return docs
    }()

    static let undo: RouteDocumentation = {
        var docs = RouteDocumentation(
            "undoConversion",
            tag: "leads",
            """
            Undoes the conversion: what was made lies in the bin, and the lead is as before. 409 names what was changed or used \
            since.
            """
        )
        docs.parameters = [
            Schema.idParameter, match,
            Schema.queryParameter(
                "rest",
                ["type": "string", "enum": ["leave"]],
                "Leaves what was changed or used since as it is."
            ),
        ]
        docs.status = .noContent
        docs.problems = [.badRequest, .forbidden, .notFound, .conflict, .preconditionFailed]
        return docs
    }()

    private static let match = Schema.headerParameter(
        "If-Match",
        "Carry it out only if the lead still has the version of this tag."
    )

    private static let idOrNull: JSONValue = ["anyOf": [Schema.idSchema, ["type": "null"]]]

    private static let conversion: JSONValue = {
        let properties: JSONObject = [
            "lead": Schema.idSchema, "customer": idOrNull, "contact": idOrNull, "need": idOrNull,
            "deal": idOrNull,
            "at": ["type": ["string", "null"], "format": "date-time"], "user": idOrNull,
            "made": [
                "type": "array",
                "items": Schema.object(
                    ["resource": ["type": "string"], "id": Schema.idSchema],
                    required: ["resource", "id"]
                ),
                "description": "What is new; all else was there before.",
            ],
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()
}
