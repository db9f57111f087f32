import KoiHTTP
import KoiJSON

/// How likely leads become customers.
package enum LeadScoreRoutes {
    package static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == Lead.resource.name }) else { return [] }
        return [.get("/v1/leads/{id}/score", show).permitted(.records).documented(documentation)]
    }

    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let lead = try RecordService(Lead.resource, transaction).find(call.id())
        let held = call.actor.access.restrictions(of: Lead.resource.name)
        let score = try LeadScore(of: lead, LeadCounts(transaction.connection)) { held.reading($0) == .clear }
        transaction.saw(
            call.actor.access.watched(score.reasons.flatMap(\.trait.fields), of: lead.resource.name),
            of: lead
        )
        return .json(Array(score.json.text.utf8))
    }

    private static let documentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "showScoreOfLead",
            tag: "leads",
            """
            Says how likely the lead becomes a customer, and why: from what became of other leads once there are enough of them, by \
            points before.
            """
        )
        let count: JSONValue = ["type": "integer", "format": "int64", "minimum": 0]
        let countOrNull: JSONValue = ["anyOf": [count, ["type": "null"]]]
        let reason = Schema.object(
            [
                "trait": ["type": "string", "enum": .array(LeadTrait.allCases.map { .string($0.rawValue) })],
                "value": ["type": "string"],
                "points": countOrNull, "converted": countOrNull, "unqualified": countOrNull,
                "factor": [
                    "type": ["number", "null"],
                    "description": "How much likelier it makes that the lead becomes a customer.",
                ],
            ],
            required: ["trait", "value", "points", "converted", "unqualified", "factor"]
        )
        docs.parameters = [Schema.idParameter]
        docs.answer = Schema.object(
            [
                "score": ["type": "integer", "minimum": 0, "maximum": .integer(LeadScore.highest)],
                "basis": ["type": "string", "enum": ["points", "history"]],
                "history": Schema.object(
                    ["converted": count, "unqualified": count, "fewestOfEach": count],
                    required: ["converted", "unqualified", "fewestOfEach"]
                ),
                "reasons": Schema.array(reason),
            ],
            required: ["score", "basis", "history", "reasons"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }()
}
