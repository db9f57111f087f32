import KoiHTTP
import KoiJSON

/// How likely a deal is won: by its stage, by what somebody put in the place of that, and by what came of other deals.
enum DealProbability {
    static func routes(of resources: [Resource]) -> [Route] {
        guard resources.contains(where: { $0.name == Deal.resource.name }) else { return [] }
        return [
            .get("/v1/deals/{id}/probability", show).permitted(.records).documented(documentation)
        ]
    }

    /// - Throws: `Problem.notFound` where the actor sees no such deal, or not this of it.
    private static func show(_ call: Call) throws -> Answer {
        try call.refuseParameters()
        let transaction = try call.transaction()
        let deal = try RecordService(Deal.resource, transaction).find(call.id())
        let held = call.actor.access.restrictions(of: Deal.resource.name)
        guard ["stage", "probability"].allSatisfy({ held.reading($0) == .clear }),
            let stage = try deal["stage"].integerValue.flatMap({ try PipelineStage.find($0, transaction.connection) })
        else { throw Problem.notFound(Text("probability", "成功概率")) }
        let outcome = try StageOutcomes(transaction.connection).of(stage.id)
        let document: JSONValue = [
            "probability": deal["probability"].isNull ? .integer(stage.probability) : deal["probability"],
            "byStage": .integer(stage.probability),
            "override": deal["probability"],
            "byHistory": outcome.share,
            "history": [
                "stage": .integer(stage.id), "won": .integer(outcome.won), "lost": .integer(outcome.lost),
                "enough": .integer(StageOutcomes.fewest),
            ],
        ]
        return .json(Array(document.text.utf8))
    }

    private static let documentation: RouteDocumentation = {
        var docs = RouteDocumentation(
            "showProbabilityOfDeal",
            tag: Deal.resource.name,
            "How likely the deal is won: by its stage, by its own field, and by what came of the deals that were in the same stage."
        )
        docs.parameters = [Schema.idParameter]
        let percent: JSONValue = ["type": "integer", "minimum": 0, "maximum": 100]
        let count: JSONValue = ["type": "integer", "minimum": 0]
        let history = Schema.object(
            [
                "stage": Schema.idSchema, "won": count, "lost": count,
                "enough": ["type": "integer", "minimum": 1, "description": "Fewer closed deals tell nothing."],
            ],
            required: ["stage", "won", "lost", "enough"]
        )
        docs.answer = Schema.object(
            [
                "probability": percent, "byStage": percent,
                "override": [
                    "type": ["integer", "null"], "minimum": 0, "maximum": 100,
                    "description": "What stands in the deal, which then counts.",
                ],
                "byHistory": [
                    "type": ["number", "null"], "minimum": 0, "maximum": 100,
                    "description":
                        "The share of the company's closed deals won that were in the stage; null where these are too few.",
                ],
                "history": history,
            ],
            required: ["probability", "byStage", "override", "byHistory", "history"]
        )
        docs.problems = [.badRequest, .notFound]
        return docs
    }()
}
