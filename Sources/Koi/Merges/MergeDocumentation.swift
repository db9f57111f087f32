import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the routes of merges.
enum MergeDocumentation {
    static func merge(_ resource: Resource) -> RouteDocumentation {
        var docs = RouteDocumentation(
            "merge" + Schema.component(resource),
            tag: resource.name,
            """
            Merges another \(resource.label.en) into this one, by field; all that names the other names this one then, and its \
            number leads here. With preview it only says what would be done: 200.
            """
        )
        docs.parameters = [
            Schema.idParameter,
            Schema.headerParameter("If-Match", "Carry it out only if the survivor still has the version of this tag."),
        ]
        docs.request = MergeOrder.body.schema
        docs.status = .created
        docs.otherStatus = .ok
        docs.answer = ["anyOf": [merge, preview]]
        docs.answerFields = ["Location": "Where the merge is."]
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .preconditionFailed, .unsupportedMediaType,
            .unprocessableContent,
        ]
        return docs
    }

    static let list: RouteDocumentation = {
        var docs = RouteDocumentation(
            "browseMerges",
            tag: "merges",
            "Lists merges, the newest first, as far as the actor may see the survivors."
        )
        docs.parameters =
            [
                Schema.queryParameter("resource", ["type": "array", "items": Schema.queryText], "Of which resource."),
                Schema.queryParameter("survivor", numbers, "The record that both are now."),
                Schema.queryParameter("loser", numbers, "The record that was merged."),
                Schema.queryParameter("state", ["type": "array", "minItems": 1, "items": state], "How far it is."),
                Schema.queryParameter("user", numbers, "Who did it."),
            ] + LogDocumentation.period + Schema.page
        docs.answer = LogDocumentation.answer(merge)
        docs.problems = [.badRequest]
        return docs
    }()

    static let show: RouteDocumentation = {
        var docs = RouteDocumentation(
            "showMerge",
            tag: "merges",
            "Shows one merge, with both records as they were, for as long as it can be undone."
        )
        docs.parameters = [Schema.idParameter]
        var properties = merge.objectValue?["properties"]?.objectValue ?? [:]
        properties["before"] = [
            "anyOf": [["type": "object"], ["type": "null"]],
            "description": "survivor and loser; null where it was undone or erased.",
        ]
        docs.answer = Schema.object(properties, required: properties.members.map(\.name))
        docs.problems = [.badRequest, .notFound]
        return docs
    }()

    static let undo: RouteDocumentation = {
        var docs = RouteDocumentation(
            "undoMerge",
            tag: "merges",
            """
            Undoes a merge: both records and what named them are as before, and what was changed since stays with the survivor. \
            409 names what cannot be given back; 202 where a job goes on with it.
            """
        )
        docs.parameters = [
            Schema.idParameter,
            Schema.queryParameter(
                "rest",
                ["type": "string", "enum": ["leave"]],
                "Leaves what cannot be given back with the survivor."
            ),
        ]
        docs.status = .noContent
        docs.otherStatus = .accepted
        docs.problems = [.badRequest, .forbidden, .notFound, .conflict]
        return docs
    }()

    // MARK: Schemas

    private static let numbers: JSONValue = [
        "type": "array", "minItems": 1,
        "items": ["type": "integer", "minimum": .integer(.min), "maximum": .integer(.max)],
    ]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let state: JSONValue = [
        "type": "string", "enum": .array(Merge.State.allCases.map { .string($0.rawValue) }),
    ]
    private static let nullableID: JSONValue = ["anyOf": [Schema.idSchema, ["type": "null"]]]

    private static let merge: JSONValue = {
        let properties: JSONObject = [
            "id": Schema.idSchema, "resource": ["type": "string"], "survivor": Schema.idSchema,
            "loser": Schema.idSchema, "state": state, "at": time, "user": nullableID,
            "moved": ["type": "integer", "minimum": 0],
            "undoneAt": ["anyOf": [time, ["type": "null"]]], "undoneBy": nullableID,
        ]
        return Schema.object(properties, required: properties.members.map(\.name))
    }()

    private static let preview: JSONValue = {
        let field: JSONObject = [
            "field": ["type": "string"], "survivor": [:], "loser": [:], "result": [:],
            "choice": ["type": "string", "enum": ["survivor", "loser", "both", "value"]],
            "conflict": [
                "type": "boolean", "description": "Whether the loser's value goes and nobody has chosen so.",
            ],
        ]
        let reference: JSONObject = [
            "resource": ["type": "string"], "field": ["type": "string"], "count": ["type": "integer", "minimum": 1],
        ]
        return Schema.object(
            [
                "survivor": Schema.idSchema, "loser": Schema.idSchema,
                "fields": Schema.array(Schema.object(field, required: field.members.map(\.name))),
                "references": Schema.array(Schema.object(reference, required: reference.members.map(\.name))),
            ],
            required: ["survivor", "loser", "fields", "references"]
        )
    }()
}
