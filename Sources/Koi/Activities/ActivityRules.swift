import KoiJSON

/// What an activity must keep to beyond its field list.
struct ActivityRules: RecordRules {
    /// Clocks of telephone systems are not quite those of Koi.
    private static let tolerance: Int64 = 300_000

    func begin(_ record: inout Record, in transaction: Transaction) {
        record["owner"] = transaction.actor.user.map(JSONValue.integer) ?? .null
    }

    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        try LoggedTask(transaction).check(&record, before: before)
        try Concern.complete(&record, before: before, in: transaction)
        // What carries out a task is about that, be it that the actor sees nothing of what that one is about.
        if record["task"].isNull { Concern.require(record, issues: &issues) }
        if record["happenedAt"].isNull { record["happenedAt"] = before?["happenedAt"] ?? record["createdAt"] }
        let happened = record.time("happenedAt") ?? transaction.now
        if record["happenedAt"] != before?["happenedAt"], happened > transaction.now + ActivityRules.tolerance {
            issues.append(ActivityRules.future.issue(field: "happenedAt"))
        }
        measure(&record, before: before, happened, transaction)
    }

    /// What comes from elsewhere was logged elsewhere, and when nobody knows.
    private func measure(_ record: inout Record, before: Record?, _ happened: Int64, _ transaction: Transaction) {
        let isMeasured = before.map { !$0["loggedAfterMinutes"].isNull } ?? (transaction.actor.kind != .system)
        guard isMeasured, let logged = record.time("createdAt") else { return }
        record["loggedAfterMinutes"] = .integer(max(logged - happened, 0) / 60_000)
    }

    func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        try Care(transaction).follow(record, before: before)
        try FirstContact(transaction.connection).follow(record, before: before)
        try LoggedTask(transaction).follow(record, before: before)
        try LeadResponse(transaction).follow(record)
    }

    /// A customer that speaks is not silent any more.
    func happened(_ record: Record, before: Record?, event: Int64, in transaction: Transaction) throws {
        let heard = ["customer", "direction", "happenedAt", "removedAt"]
        guard heard.contains(where: { record[$0] != before?[$0] }) else { return }
        let spoken = [record, before].compactMap { $0 }.filter { $0["direction"] == "in" }
        for customer in Set(spoken.compactMap { $0["customer"].integerValue }).sorted() {
            try CustomerStages(transaction).renew(customer, because: event)
        }
    }

    func related(to record: Record) -> [EventSubject] { Concern.subjects(of: record) }

    private static let future = ValueRefusal(
        "in_future",
        "An activity has happened already. Make a task of what is planned.",
        "跟进记录不能晚于当前时间；计划中的事项请创建任务。"
    )
}
