import KoiJSON

/// How a deal stands by its stage: open, won or lost, since when, and why it was lost.
enum DealOutcome {
    static func complete(
        _ record: inout Record,
        before: Record?,
        in stage: PipelineStage,
        at now: Int64,
        _ issues: inout [Problem.Issue]
    ) {
        record["state"] = .string(stage.kind.rawValue)
        note("wonAt", of: &record, stage.kind == .won, now)
        note("lostAt", of: &record, stage.kind == .lost, now)
        completeReason(&record, before, stage, &issues)
        let reason = record["lostReason"].stringValue.flatMap(LossReason.init)
        record["lostClass"] = reason.map { .string($0.fault.rawValue) } ?? .null
    }

    /// The time at which it came to this; none where it did not, or does not hold any more.
    private static func note(_ field: String, of record: inout Record, _ holds: Bool, _ now: Int64) {
        guard holds else {
            record[field] = .null
            return
        }
        if record[field].isNull { record[field] = .string(Timestamp.text(now)) }
    }

    private static func completeReason(
        _ record: inout Record,
        _ before: Record?,
        _ stage: PipelineStage,
        _ issues: inout [Problem.Issue]
    ) {
        guard stage.kind != .lost else {
            if record["lostReason"].isNull { issues.append(ValueRefusal.required.issue(field: "lostReason")) }
            return
        }
        guard !record["lostReason"].isNull else { return }
        // Who goes on with a deal leaves behind why it was lost; the log keeps it.
        guard record["lostReason"] != before?["lostReason"] else {
            record["lostReason"] = .null
            return
        }
        let refusal = ValueRefusal(
            "not_lost",
            "Only a lost deal has a reason of its loss; move it to a stage for lost deals as well.",
            "只有输单的商机才有输单原因；请同时移到输单阶段。"
        )
        issues.append(refusal.issue(field: "lostReason"))
    }
}
