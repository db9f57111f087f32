import KoiHTTP
import KoiJSON

/// How well customers and leads fit the target profiles.
package enum TargetFitRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        resources.filter { [Customer.resource.name, Lead.resource.name].contains($0.name) }.map { resource in
            Route.get("/v1/\(resource.name)/{id}/fit") { try show(resource, $0) }
                .permitted(.records).documented(documentation(resource))
        }
    }

    private static func show(_ resource: Resource, _ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let record = try RecordService(resource, transaction).find(call.id())
        let fits = try TargetFits(transaction).all(of: record)
        let criteria = TargetCriterion.allCases.map(\.rawValue)
        transaction.saw(call.actor.access.watched(criteria, of: resource.name), of: record)
        let document: JSONValue = [
            "score": fits.first.map { .integer($0.score) } ?? .null,
            "fits": .bool(fits.contains(where: \.fits)),
            "items": .array(fits.map(\.json)),
        ]
        return .json(Array(document.text.utf8))
    }

    private static func documentation(_ resource: Resource) -> RouteDocumentation {
        var docs = RouteDocumentation(
            "showFitOf" + Schema.component(resource),
            tag: resource.name,
            "Says how well the \(resource.label.en) fits each target profile, the best first, and why."
        )
        docs.parameters = [Schema.idParameter]
        let score: JSONValue = ["type": "integer", "minimum": 0, "maximum": .integer(TargetFit.highestScore)]
        let reason = Schema.object(
            [
                "criterion": [
                    "type": "string", "enum": .array(TargetCriterion.allCases.map { .string($0.rawValue) }),
                ],
                "value": ["type": ["string", "integer", "null"], "description": "Null where it is not known."],
                "wanted": ["type": ["array", "object"]],
            ],
            required: ["criterion", "value", "wanted"]
        )
        let fit = Schema.object(
            [
                "profile": Schema.idSchema, "name": ["type": "string"], "score": score, "fits": ["type": "boolean"],
                "matched": Schema.array(reason), "unmatched": Schema.array(reason),
            ],
            required: ["profile", "name", "score", "fits", "matched", "unmatched"]
        )
        docs.answer = Schema.object(
            [
                "score": [
                    "anyOf": [score, ["type": "null"]],
                    "description": "The best; null where there is no profile.",
                ],
                "fits": ["type": "boolean", "description": "Whether it fits any of them."],
                "items": Schema.array(fit),
            ],
            required: ["score", "fits", "items"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }
}
