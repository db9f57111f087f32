import KoiHTTP
import KoiJSON

/// Many requests in one.
package enum BatchRoutes {
    static let maximumBody = 4 << 20

    package static let routes: [Route] = [
        Route(.post, "/v1/batch", .composed(run)).permitted(.anyone).alone().bodyLimit(maximumBody)
            .documented(documentation)
    ]

    private static func run(_ call: Call, _ app: App) throws -> Answer {
        try call.refuseParameters()
        let order = try BatchOrder(call.object())
        // The batch itself was counted as its first.
        let others = order.operations.count - 1
        try app.rates.count(call.actor, from: call.request.peer, times: others, at: app.clock.now())?.require()
        var runner = try BatchRunner(order, call, app)
        return .json(BatchResult.document(try runner.run()))
    }

    private static let documentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "runBatch",
            tag: "batch",
            """
            Carries out up to \(BatchOrder.maximumOperations) writes and reads of single records in order, each under the \
            right and rules of the request that it would be by itself: atomic for all or nothing, which names the operation \
            that failed, else one by one. {"$ref": "acme"} in a body and $acme in a path stand for the number of the record \
            with which the operation of that id answered, {"$ref": "acme.owner"} for another member. Each operation counts \
            as a request of its quota.
            """
        )
        docs.request = Schema.object(
            [
                "atomic": ["type": "boolean", "default": false],
                "operations": [
                    "type": "array", "minItems": 1, "maxItems": .integer(Int64(BatchOrder.maximumOperations)),
                    "items": operation,
                ],
            ],
            required: ["operations"]
        )
        docs.answer = Schema.object(
            [
                "failed": ["type": "integer", "minimum": 0],
                "results": Schema.array(result),
            ],
            required: ["failed", "results"]
        )
        docs.problems = [
            .badRequest, .forbidden, .notFound, .conflict, .preconditionFailed, .unsupportedMediaType,
            .unprocessableContent,
        ]
        return docs
    }()

    private static let operation = Schema.object(
        [
            "id": [
                "type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$",
                "description": "By which later operations name what came of it.",
            ],
            "method": ["type": "string", "enum": .array(BatchOperation.methods.map { .string($0.rawValue) })],
            "path": [
                "type": "string", "maxLength": .integer(Int64(BatchOperation.maximumPath)), "pattern": "^/v1/",
                "examples": ["/v1/customers/$acme"],
            ],
            "body": ["description": "JSON, as the path takes it."],
            "ifMatch": ["type": ["string", "null"]],
            "ifNoneMatch": ["type": ["string", "null"]],
        ],
        required: ["method", "path"]
    )

    private static let result = Schema.object(
        [
            "id": ["type": "string"],
            "status": ["type": "integer"],
            "location": ["type": "string"],
            "etag": ["type": "string"],
            "body": ["description": "What the operation answered, or its problem."],
            "omitted": [
                "type": "boolean",
                "description": "Set where the body was left out, since all together were too large.",
            ],
        ],
        required: ["status"]
    )
}
