import KoiJSON

/// What follows from the category of a ticket's status: since when it is solved or closed, and how often it was opened again.
enum TicketOutcome {
    static func complete(
        _ record: inout Record,
        before: Record?,
        _ state: TicketState,
        at now: Int64,
        _ issues: inout [Problem.Issue]
    ) {
        // What comes from another Koi came to it there.
        let time = before == nil ? record["updatedAt"] : .string(Timestamp.text(now))
        apply(state, to: &record, before: before, at: time)
        guard !record["deferredUntil"].isNull, state != .deferred else { return }
        // What was deferred and goes on is deferred no more.
        guard record["deferredUntil"] != before?["deferredUntil"] else {
            record["deferredUntil"] = .null
            return
        }
        issues.append(notDeferred.issue(field: "deferredUntil"))
    }

    /// - Parameter now: as JSON has it.
    static func apply(_ state: TicketState, to record: inout Record, before: Record?, at now: JSONValue) {
        record["state"] = .string(state.rawValue)
        note("resolvedAt", of: &record, state == .resolved || state == .closed, now)
        note("closedAt", of: &record, state == .closed, now)
        guard let before, !TicketState(of: before).isActive, state.isActive else { return }
        let (count, _) = (record["reopened"].integerValue ?? 0).addingReportingOverflow(1)
        record["reopened"] = .integer(count)
        TicketConduct.begin(again: &record)
    }

    /// The time at which it came to this; none where it did not, or does not hold any more.
    private static func note(_ field: String, of record: inout Record, _ holds: Bool, _ now: JSONValue) {
        guard holds else {
            record[field] = .null
            return
        }
        if record[field].isNull { record[field] = now }
    }

    private static let notDeferred = ValueRefusal(
        "not_deferred",
        "Only a deferred ticket has a date until which it is; move it to such a status as well.",
        "只有暂缓的工单才有此日期；请同时移到暂缓状态。"
    )
}
