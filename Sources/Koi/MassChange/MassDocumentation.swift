import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of changes of many records at once.
struct MassDocumentation {
    private let resource: Resource
    private let records: RecordDocumentation
    private var many: String { resource.name.prefix(1).uppercased() + resource.name.dropFirst() }

    init(_ resource: Resource) {
        self.resource = resource
        records = RecordDocumentation(resource)
    }

    var change: RouteDocumentation {
        var docs = documentation(
            "changeFiltered",
            """
            Changes all \(resource.pluralLabel.en) that the filters leave by a JSON merge patch (RFC 7396): 202 with the job \
            that does it, or with preview 200 and what it would come to.
            """
        )
        docs.request = Schema.reference(Schema.component(resource) + "Change")
        docs.requestType = "application/merge-patch+json"
        docs.problems.append(.unsupportedMediaType)
        return docs
    }

    var remove: RouteDocumentation {
        documentation(
            "removeFiltered",
            """
            Lays all \(resource.pluralLabel.en) that the filters leave into the bin: 202 with the job that does it, or with \
            preview 200 and what it would come to.
            """
        )
    }

    private func documentation(_ operation: String, _ summary: String) -> RouteDocumentation {
        var docs = RouteDocumentation(operation + many, tag: resource.name, summary)
        docs.parameters =
            records.filters + [
                Schema.queryParameter("preview", ["type": "boolean"], "Says what would be done, and does nothing."),
                Schema.queryParameter(
                    "all",
                    ["type": "boolean"],
                    "Where no filter is given: that every record is meant that is seen."
                ),
                Schema.queryParameter("view", Schema.idSchema, "A saved view, whose filters are applied."),
            ]
        docs.answer = ["anyOf": [MassDocumentation.preview, JobDocumentation.job]]
        docs.otherStatus = .accepted
        docs.answerFields = ["Location": "Where the job is, if one was begun."]
        docs.problems = [.badRequest, .forbidden, .unprocessableContent]
        return docs
    }

    private static let preview = Schema.object(
        [
            "count": ["type": "integer", "minimum": 0],
            "examples": Schema.array(
                Schema.object(
                    ["id": Schema.idSchema, "before": ["type": "object"], "after": ["type": "object"]],
                    required: ["id"]
                )
            ),
            "problems": [
                "type": "array", "description": "Of the first records, those that could not be changed, and why.",
                "items": Schema.object(
                    [
                        "record": Schema.idSchema, "code": ["type": "string"],
                        "errors": Schema.array(
                            Schema.object(["field": ["type": "string"], "code": ["type": "string"]])
                        ),
                    ],
                    required: ["record", "code", "errors"]
                ),
            ],
        ],
        required: ["count", "examples", "problems"]
    )
}
