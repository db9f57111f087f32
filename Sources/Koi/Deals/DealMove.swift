import KoiJSON

/// Moves a deal to a stage, with a reason, and where the right is there also through a gate that is closed.
struct DealMove {
    static let area = Area.overrides

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    struct Order {
        /// What is changed with the stage, as a merge patch.
        let patch: JSONObject
        let reason: String?
        let isForced: Bool
    }

    /// - Throws: `Problem.invalid` naming all that is missing, 403 where the actor may not change the deal or force it.
    func move(_ before: Record, _ order: Order, match: (Int64) throws -> Void) throws -> Record {
        try RecordPermission(Deal.resource, transaction).check(.change, before)
        try match(before.version)
        if order.isForced { try transaction.actor.require(.change, on: DealMove.area.rawValue) }
        var record = before
        var issues: [Problem.Issue] = []
        RecordDraft(Deal.resource, transaction).fill(&record, from: order.patch, isNew: false, &issues)
        let missing = try DealRules().complete(&record, before: before, &issues, in: transaction)
        try ReferenceCheck(transaction).check(record, before: before, issues: &issues)
        if !order.isForced {
            issues += missing
        } else if order.reason == nil {
            issues.append(ValueRefusal.required.issue(field: "reason"))
        }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        let moved = try RecordService(Deal.resource, transaction).save(record, before: before, reason: order.reason)
        if moved["stage"] != before["stage"] {
            try DealHistory(transaction).explain(moved, order.reason, missing: missing)
        }
        return moved
    }

    /// What a deal would lack in a stage, the next one where none is named; nothing is changed.
    ///
    /// - Throws: `Problem` 400 for a stage that is none of its pipeline's.
    func gate(of deal: Record, to stage: Int64?) throws -> (stage: PipelineStage, missing: [Problem.Issue]) {
        let stages = try PipelineStage.all(of: deal["pipeline"].integerValue ?? 0, transaction.connection)
        let present = stages.first { deal["stage"] == .integer($0.id) }
        let next = stages.first { each in present.map { $0.precedes(each) && each.kind != .lost } ?? false }
        let wanted: PipelineStage? = if let stage { stages.first { $0.id == stage } } else { next ?? present }
        guard let wanted else {
            throw Problem.badParameter(
                "stage",
                Text("Give a stage of the deal's pipeline.", "请填写该商机所属流程的阶段。")
            )
        }
        var moved = deal
        moved["stage"] = .integer(wanted.id)
        return (wanted, try DealGate(transaction).missing(moved, before: deal, for: wanted))
    }
}
