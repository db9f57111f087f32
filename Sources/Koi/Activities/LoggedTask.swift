import KoiJSON
import KoiSQLite

/// The task that an activity carries out: to log what came of it completes it.
struct LoggedTask {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// An activity without anything of its own is about what the task is about, as far as the actor sees that.
    ///
    /// - Throws: `Problem` 403 where the actor may not change the task.
    func check(_ activity: inout Record, before: Record?) throws {
        guard let id = activity["task"].integerValue, activity["task"] != before?["task"],
            let task = try RecordStore(WorkTask.resource, transaction.connection)
                .find(id, transaction.visibility(of: WorkTask.resource))
        else { return }
        try RecordPermission(WorkTask.resource, transaction).check(.change, task)
        guard Concern.subjects(of: activity).isEmpty else { return }
        for subject in try Concern.seen(of: task, in: transaction) {
            activity[subject.field] = .integer(subject.record)
        }
    }

    /// Brings the tasks of an activity up to date once it was stored.
    func follow(_ activity: Record, before: Record?) throws {
        guard ["task", "happenedAt", "removedAt"].contains(where: { activity[$0] != before?[$0] }) else { return }
        let tasks = Set([activity, before].compactMap { $0?["task"].integerValue })
        for task in tasks.sorted() { try renew(task, by: activity) }
    }

    private func renew(_ id: Int64, by activity: Record) throws {
        let before = try RecordStore(WorkTask.resource, transaction.connection).findAny(id, .all)
        let newest = try transaction.connection.first(
            """
            SELECT id FROM activities WHERE task = ? AND "removedAt" IS NULL ORDER BY "happenedAt" DESC, id DESC LIMIT 1
            """,
            [.integer(id)]
        ) { $0.int(0) }
        var task = before
        task["activity"] = newest.map(JSONValue.integer) ?? .null
        // What was done stays done, though nobody says any more what came of it.
        if task["doneAt"].isNull, newest == activity.id { task["doneAt"] = .string(Timestamp.text(transaction.now)) }
        let fields = WorkTask.resource.declared.filter { task[$0.name] != before[$0.name] }
        _ = try RecordService(WorkTask.resource, transaction).save(task, before: before, fields: fields)
    }
}
