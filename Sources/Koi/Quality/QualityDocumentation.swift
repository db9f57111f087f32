import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the quality of records.
enum QualityDocumentation {
    static func show(_ resource: Resource) -> RouteDocumentation {
        var docs = RouteDocumentation(
            "showQualityOf" + Schema.component(resource),
            tag: resource.name,
            "Shows how complete a \(resource.label.en) is, what is to be mended, and who is to see to it."
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = quality
        docs.problems = [.badRequest, .notFound]
        return docs
    }

    static func list(_ resources: [Resource]) -> RouteDocumentation {
        var docs = RouteDocumentation(
            "browseQuality",
            tag: "quality",
            """
            Lists the records that are to be mended, the least complete first. It takes the filters of the list of the \
            resource as well, such as owner=3.
            """
        )
        let faults: JSONValue = ["type": "array", "minItems": 1, "items": fault]
        docs.parameters =
            [
                resource(resources), Schema.queryParameter("fault", faults, "Only those that have one of these."),
                Schema.queryParameter(
                    "score",
                    ["type": "integer", "minimum": 0, "maximum": 100],
                    "Only those that are no more complete."
                ),
            ] + Schema.page
        docs.answer = page(quality, next: ["type": ["string", "null"]])
        docs.problems = [.badRequest]
        return docs
    }

    static func counts(_ resources: [Resource]) -> RouteDocumentation {
        var docs = RouteDocumentation(
            "countQuality",
            tag: "quality",
            "Tells of each owner or team how many records there are, how complete they are, and how many have which fault."
        )
        docs.parameters = [
            resource(resources),
            Schema.queryParameter("by", ["type": "string", "enum": ["owner", "team"]], "By whom: owner if not said."),
        ]
        let number: JSONValue = ["type": ["integer", "null"]]
        docs.answer = page(
            Schema.object(
                [
                    "owner": number, "team": number, "records": ["type": "integer"], "score": ["type": "integer"],
                    "faults": ["type": "object", "additionalProperties": ["type": "integer"]],
                ],
                required: ["records", "score", "faults"]
            ),
            next: ["type": "null"]
        )
        docs.problems = [.badRequest, .forbidden]
        return docs
    }

    private static func resource(_ resources: [Resource]) -> JSONValue {
        let names = resources.map { JSONValue.string($0.name) }
        return Schema.queryParameter(
            "resource",
            ["type": "string", "enum": .array(names)],
            required: true,
            "Of which resource."
        )
    }

    private static let fault: JSONValue = [
        "type": "string", "enum": .array(QualityFault.allCases.map { .string($0.rawValue) }),
    ]

    private static let quality = Schema.object(
        [
            "record": Schema.object(["id": Schema.idSchema, "name": ["type": "string"]], required: ["id"]),
            "score": ["type": "integer", "minimum": 0, "maximum": 100],
            "missing": Schema.array(
                Schema.object(
                    ["field": ["type": "string"], "weight": ["type": "integer"]],
                    required: ["field", "weight"]
                )
            ),
            "faults": Schema.array(fault), "steward": ["type": ["integer", "null"]],
            "updatedAt": ["type": "string", "format": "date-time"],
        ],
        required: ["record", "score", "missing", "faults", "steward", "updatedAt"]
    )

    private static func page(_ item: JSONValue, next: JSONValue) -> JSONValue {
        Schema.object(["items": Schema.array(item), "next": next], required: ["items", "next"])
    }
}
