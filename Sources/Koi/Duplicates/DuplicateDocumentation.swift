import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of records that may be of the same thing.
struct DuplicateDocumentation {
    private let resource: Resource

    init(_ resource: Resource) {
        self.resource = resource
    }

    var find: RouteDocumentation {
        var docs = documentation(
            "browseDuplicatesOf",
            """
            Lists which other \(resource.pluralLabel.en) may be the same, the likeliest first, at most \
            \(DuplicateSearch.maximumFound), with a score of 100 and what they have in common.
            """
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = Self.page(
            Schema.object(
                Duplicate.schemas(beside: "record", Schema.idSchema),
                required: ["record", "score", "reasons"]
            ),
            next: ["type": "null"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    static func list(_ resources: [Resource]) -> RouteDocumentation {
        var docs = RouteDocumentation(
            "browseDuplicates",
            tag: "duplicates",
            """
            Lists the pairs of records that may be the same, the likeliest first, as far as the actor sees both and nobody has \
            said that they are not. A page may be short and have a next one all the same.
            """
        )
        let names = resources.map { JSONValue.string($0.name) }
        docs.parameters =
            [
                Schema.queryParameter(
                    "resource",
                    ["type": "string", "enum": .array(names)],
                    required: true,
                    "Of which resource."
                ),
                Schema.queryParameter("score", Duplicate.scoreSchema, "The lowest score."),
            ] + Schema.page
        let record = Schema.object(["id": Schema.idSchema, "name": ["type": "string"]], required: ["id"])
        docs.answer = page(
            Schema.object(
                Duplicate.schemas(beside: "records", Schema.array(record)),
                required: ["records", "score", "reasons"]
            ),
            next: ["type": ["string", "null"]]
        )
        docs.problems = [.badRequest]
        return docs
    }

    // MARK: What is not the same

    var distinctions: RouteDocumentation {
        var docs = documentation(
            "browseDistinctionsOf",
            "Lists of which other \(resource.pluralLabel.en) somebody has said that they are not the same as this one."
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = Self.page(Self.decision, next: ["type": "null"])
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    var distinguish: RouteDocumentation {
        var docs = documentation(
            "distinguish",
            "Says that two \(resource.pluralLabel.en) are not the same: they are in no list of duplicates then."
        )
        docs.parameters = [Schema.idParameter, Self.other]
        docs.answer = Self.decision
        docs.problems = [.badRequest, .forbidden, .notFound, .conflict]
        return docs
    }

    var confuse: RouteDocumentation {
        var docs = documentation("undistinguish", "Takes that back.")
        docs.parameters = [Schema.idParameter, Self.other]
        docs.status = .noContent
        docs.problems = [.badRequest, .forbidden, .notFound, .conflict]
        return docs
    }

    private func documentation(_ operation: String, _ summary: String) -> RouteDocumentation {
        RouteDocumentation(operation + Schema.component(resource), tag: resource.name, summary)
    }

    private static let other: JSONValue = [
        "name": "other", "in": "path", "required": true, "description": "The number of the other record.",
        "schema": Schema.idSchema,
    ]

    private static let decision = Schema.object(
        [
            "record": Schema.idSchema, "at": ["type": "string", "format": "date-time"],
            "user": ["type": ["integer", "null"]],
        ],
        required: ["record", "at", "user"]
    )

    private static func page(_ item: JSONValue, next: JSONValue) -> JSONValue {
        Schema.object(["items": Schema.array(item), "next": next], required: ["items", "next"])
    }
}

extension Duplicate {
    static let scoreSchema: JSONValue = ["type": "integer", "minimum": 1, "maximum": .integer(highestScore)]

    fileprivate static func schemas(beside name: String, _ schema: JSONValue) -> JSONObject {
        JSONObject([
            .init(name: name, value: schema), .init(name: "score", value: scoreSchema),
            .init(name: "reasons", value: Schema.array(reasonSchema)),
        ])
    }

    /// One thing that two records have in common.
    static let reasonSchema: JSONValue = {
        let kinds = Reason.Kind.allCases.map { JSONValue.string($0.rawValue) }
        return Schema.object(
            ["field": ["type": "string"], "kind": ["type": "string", "enum": .array(kinds)], "points": scoreSchema],
            required: ["field", "kind", "points"]
        )
    }()
}
