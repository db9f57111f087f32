import KoiJSON
import KoiSQLite

/// Reminds people of what they have to do, at the time that the task says.
///
/// What is still to be told lies in a table of its own, and one job waits for the first of it.
struct TaskReminders {
    private static let name = "remindTasks"
    /// Looks again, should somebody have cancelled the one that waited.
    private static let hour: Int64 = 3_600_000

    static let kind = JobKind(name, recurrence: .every(hour)) { chunk in
        let reminders = TaskReminders(chunk.transaction)
        while chunk.hasTime {
            guard let next = try reminders.first() else { return .done(["reminded": .integer(chunk.done)]) }
            guard next.at <= chunk.transaction.now else { return .later(next.at) }
            try reminders.tell(next)
            chunk.done += 1
        }
        return .more
    }

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Keeps what is to be told in step with a task that was stored.
    func follow(_ task: Record, before: Record?) throws {
        guard let at = task.time("remindAt"), task.isOpen else {
            if let before, !before["remindAt"].isNull { try forget(task.id) }
            return
        }
        let isAnother = task["remindAt"] != before?["remindAt"]
        // One that was open all the time has been told of, or will be.
        guard isAnother || (before.map { !$0.isOpen } ?? false && at > transaction.now) else { return }
        try transaction.connection.run(
            "INSERT INTO task_reminders (task, at) VALUES (?, ?) ON CONFLICT (task) DO UPDATE SET at = excluded.at",
            [.integer(task.id), .integer(at)]
        )
        try wake(at)
    }

    private struct Reminder {
        let task: Int64
        let at: Int64
        let owner: Int64?
    }

    private func first() throws -> Reminder? {
        try transaction.connection.first(
            """
            SELECT r.task, r.at, t.owner FROM task_reminders AS r JOIN tasks AS t ON t.id = r.task
            ORDER BY r.at, r.task LIMIT 1
            """
        ) { Reminder(task: $0.int(0), at: $0.int(1), owner: $0.intOrNil(2)) }
    }

    private func tell(_ reminder: Reminder) throws {
        try forget(reminder.task)
        guard let owner = reminder.owner else { return }
        let subject = EventSubject(resource: WorkTask.resource.name, id: reminder.task)
        try transaction.notifications.add(to: owner, .taskReminder, about: subject)
    }

    private func forget(_ task: Int64) throws {
        try transaction.connection.run("DELETE FROM task_reminders WHERE task = ?", [.integer(task)])
    }

    /// The job is Koi's own, whoever made the task.
    private func wake(_ at: Int64) throws {
        guard try !transaction.jobs.hurry(named: TaskReminders.name, to: at) else { return }
        try transaction.acting(as: .system) {
            _ = try $0.jobs.add(NewJob(TaskReminders.name, name: TaskReminders.name, due: at))
        }
    }
}
