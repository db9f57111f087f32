import KoiHTTP
import KoiJSON

/// What `openapi.yaml` says of the handover.
enum HandoverDocumentation {
    static let handOver: RouteDocumentation = {
        var docs = RouteDocumentation(
            "handOverUser",
            tag: "users",
            "Gives the records of a user to others by rules, those in the bin included: 202 with the job that does it, or with preview 200 and what it would come to."
        )
        docs.parameters = [Schema.idParameter]
        docs.request = HandoverOrder.body.schema
        docs.answer = ["anyOf": [preview, JobDocumentation.job]]
        docs.otherStatus = .accepted
        docs.answerFields = ["Location": "Where the job is, if one was begun."]
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .unsupportedMediaType, .unprocessableContent,
        ]
        return docs
    }()

    private static let counts: [JSONObject.Member] = [
        .init(name: "count", value: ["type": "integer", "minimum": 0]),
        .init(name: "examples", value: Schema.array(Schema.idSchema)),
    ]

    private static let preview: JSONValue = Schema.object(
        [
            "resources": Schema.array(
                Schema.object(
                    [
                        "resource": ["type": "string"],
                        "successors": Schema.array(
                            Schema.object(
                                JSONObject([.init(name: "user", value: Schema.idSchema)] + counts),
                                required: ["user", "count", "examples"]
                            )
                        ),
                        "staying": Schema.object(JSONObject(counts), required: ["count", "examples"]),
                    ],
                    required: ["resource", "successors", "staying"]
                )
            )
        ],
        required: ["resources"]
    )
}
