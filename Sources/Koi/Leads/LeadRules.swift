import KoiJSON

/// What a lead must keep to beyond its field list.
struct LeadRules: RecordRules {
    /// Clocks of other systems may be ahead by so much, in milliseconds.
    private static let clockTolerance: Int64 = 300_000

    func complete(_ record: inout Record) { Pool.leave(&record) }

    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        checkReceipt(&record, &issues, transaction.now)
        checkStatus(record, before, &issues)
        record.noteResponse(before: before, at: transaction.now)
        Money.completeCurrency(of: &record, for: ["needBudget"], in: transaction)
        if issues.isEmpty { try CampaignCollisions(transaction).check(&record, before: before) }
        // As of the last change of what it is told by, so that what changes nothing else does not change it.
        if before.map(LeadTrait.values) != LeadTrait.values(of: record) {
            record["score"] = .integer(try LeadScore(of: record, LeadCounts(transaction.connection)).score)
        }
    }

    func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        try LeadCounts(transaction.connection).follow(record, before: before)
        try LeadFunnel(transaction.connection).follow(record, before: before)
        try ResponseClocks(transaction.part(as: .system)).resume(record, before: before)
    }

    /// What became of a lead stays with it.
    func merging(_ loser: Record, into survivor: Record, in transaction: Transaction) throws {
        guard !loser["convertedAt"].isNull else { return }
        throw Problem.conflict(
            "is_converted",
            Text(
                "Lead \(loser.id) was converted. Merge the other into it, or undo that first: DELETE /v1/leads/\(loser.id)/conversion.",
                "线索 \(loser.id) 已转换。请将另一条线索并入它，或先撤销转换：DELETE /v1/leads/\(loser.id)/conversion。"
            )
        )
    }

    func happened(_ record: Record, before: Record?, event: Int64, in transaction: Transaction) throws {
        try ReferrerStages.renew(record, before: before, because: event, in: transaction)
    }

    private func checkReceipt(_ record: inout Record, _ issues: inout [Problem.Issue], _ now: Int64) {
        guard let received = record["receivedAt"].stringValue.flatMap(Timestamp.read) else {
            record["receivedAt"] = .string(Timestamp.text(now))
            return
        }
        guard received > now + LeadRules.clockTolerance else { return }
        issues.append(LeadRules.inFuture.issue(field: "receivedAt"))
    }

    /// A lead becomes converted, and stops being so, by its conversion; one that another system has converted comes so.
    private func checkStatus(_ record: Record, _ before: Record?, _ issues: inout [Problem.Issue]) {
        guard let before else { return }
        let (old, new) = (LeadStatus(of: before), LeadStatus(of: record))
        guard old != new else { return }
        if new == .converted { issues.append(LeadRules.byConversion.issue(field: "status")) }
        if old == .converted, !before["convertedAt"].isNull {
            issues.append(LeadRules.isConverted.issue(field: "status"))
        }
    }

    func related(to record: Record) -> [EventSubject] {
        let named = [
            (Customer.resource.name, "customer"), (Contact.resource.name, "contact"),
            (Deal.resource.name, "deal"), (Customer.resource.name, "referrerCustomer"),
            (Contact.resource.name, "referrerContact"),
        ]
        var subjects: [EventSubject] = []
        for (resource, field) in named {
            guard let id = record[field].integerValue else { continue }
            let subject = EventSubject(resource: resource, id: id)
            if !subjects.contains(subject) { subjects.append(subject) }
        }
        return subjects
    }

    private static let inFuture = ValueRefusal("in_future", "Send a time that has come.", "请填写已经过去的时间。")
    private static let byConversion = ValueRefusal(
        "by_conversion",
        "A lead is converted by PUT /v1/leads/{id}/conversion.",
        "请用 PUT /v1/leads/{id}/conversion 转换线索。"
    )
    private static let isConverted = ValueRefusal(
        "is_converted",
        "The lead was converted. Undo that first: DELETE /v1/leads/{id}/conversion.",
        "线索已转换，请先撤销：DELETE /v1/leads/{id}/conversion。"
    )
}

extension Record {
    /// Remembers when a lead left the status new, as the first answer to it, where none is known yet.
    ///
    /// One that comes in another status was answered before anybody wrote it down.
    mutating func noteResponse(before: Record?, at now: Int64) {
        guard LeadStatus(of: self) != .new, self["firstResponseAt"].isNull else { return }
        guard let before else {
            self["firstResponseAt"] = self["receivedAt"]
            return
        }
        if LeadStatus(of: before) == .new { self["firstResponseAt"] = .string(Timestamp.text(now)) }
    }
}
