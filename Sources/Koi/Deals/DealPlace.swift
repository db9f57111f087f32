import KoiJSON

/// Where a deal stands: pipeline and stage, each of which says what the other is.
struct DealPlace {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// - Returns: the stage; nil where there is none, of which the issues then tell.
    func complete(
        _ record: inout Record,
        before: Record?,
        _ issues: inout [Problem.Issue]
    ) throws -> PipelineStage? {
        guard let stage = try stage(of: &record, before, &issues) else { return nil }
        if record["pipeline"].isNull { record["pipeline"] = .integer(stage.pipeline) }
        guard record["pipeline"] == .integer(stage.pipeline) else {
            issues.append(DealPlace.otherPipeline.issue(field: "stage"))
            return nil
        }
        if record["stage"] != before?["stage"] {
            record["enteredStageAt"] = .string(Timestamp.text(transaction.now))
            record["stageDueAt"] = stage.due(from: transaction.now)
        }
        return stage
    }

    private func stage(
        of record: inout Record,
        _ before: Record?,
        _ issues: inout [Problem.Issue]
    ) throws -> PipelineStage? {
        // A number that is none of a stage is told of by the check of references.
        if let id = record["stage"].integerValue { return try PipelineStage.find(id, transaction.connection) }
        guard before == nil else {
            issues.append(ValueRefusal.required.issue(field: "stage"))
            return nil
        }
        guard let pipeline = try record["pipeline"].integerValue ?? Pipeline.main(transaction.connection) else {
            issues.append(DealPlace.noMain.issue(field: "pipeline"))
            return nil
        }
        guard let first = try PipelineStage.first(of: pipeline, transaction.connection) else {
            issues.append(DealPlace.noStages.issue(field: "pipeline"))
            return nil
        }
        record["stage"] = .integer(first.id)
        return first
    }

    private static let otherPipeline = ValueRefusal(
        "other_pipeline",
        "This is a stage of another pipeline. Send that pipeline along to move the deal into it.",
        "该阶段属于其他销售流程；如需移入，请同时填写该流程。"
    )
    private static let noMain = ValueRefusal(
        "no_main_pipeline",
        "None of the pipelines is the main one: name one.",
        "没有主流程，请指定销售流程。"
    )
    private static let noStages = ValueRefusal(
        "no_stages",
        "This pipeline has no stage in which a deal could begin.",
        "该销售流程没有可供商机开始的阶段。"
    )
}
