import KoiJSON

/// What a task must keep to beyond its field list.
struct TaskRules: RecordRules {
    func begin(_ record: inout Record, in transaction: Transaction) {
        record["owner"] = transaction.actor.user.map(JSONValue.integer) ?? .null
    }

    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        try Concern.complete(&record, before: before, in: transaction)
        if let done = record.time("doneAt"), done > transaction.now {
            issues.append(TaskRules.future.issue(field: "doneAt"))
        }
        if !record["recurrence"].isNull, record["due"].isNull {
            issues.append(TaskRules.undated.issue(field: "due"))
        }
        try TaskRecurrence(transaction).setTime(of: &record, before: before)
    }

    func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        try TaskReminders(transaction).follow(record, before: before)
        if let before, before.isOpen, !record["doneAt"].isNull {
            try TaskRecurrence(transaction).makeNext(after: record)
        }
    }

    func related(to record: Record) -> [EventSubject] { Concern.subjects(of: record) }

    private static let future = ValueRefusal(
        "in_future",
        "A task cannot have been done in the future.",
        "完成时间不能晚于当前时间。"
    )
    private static let undated = ValueRefusal(
        "recurs_without_due",
        "Say when a recurring task is due.",
        "重复任务必须填写截止时间。"
    )
}

extension Record {
    /// Of a task: whether it is still to be done.
    var isOpen: Bool { self["doneAt"].isNull && !isRemoved }

    /// The value of a field that holds a time, in milliseconds since 1970.
    func time(_ name: String) -> Int64? { self[name].stringValue.flatMap(Timestamp.read) }
}
