import KoiJSON
import KoiSQLite

/// Tasks that come again: one that is done makes the next, at the same time of day by the clocks of its owner.
struct TaskRecurrence {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Keeps at which minute of the day a recurring task falls, and on which day of the month a monthly one, so that one of the 31st
    /// comes back to it after February, and one of an hour that was skipped the day after.
    func setTime(of record: inout Record, before: Record?) throws {
        guard !record["recurrence"].isNull, let due = record.time("due") else {
            for name in TaskRecurrence.times { record[name] = .null }
            return
        }
        // A task that follows another has the time of that one.
        let isMoved = before.map { $0["due"] != record["due"] } ?? false
        let (day, rest) = try clocks(of: record).parts(due)
        let isMonthly = record["recurrence"] == "monthly"
        if isMoved || record["recurrenceMinute"].isNull {
            record["recurrenceMinute"] = .integer(rest / TaskRecurrence.minute)
        }
        if !isMonthly {
            record["recurrenceDay"] = .null
        } else if isMoved || record["recurrenceDay"].isNull {
            record["recurrenceDay"] = .integer(CalendarDate(daysSince1970: day).day)
        }
    }

    private static let times = ["recurrenceDay", "recurrenceMinute"]
    private static let minute: Int64 = 60_000

    /// Makes the task that follows one that was just done, once.
    func makeNext(after task: Record) throws {
        guard let recurrence = task["recurrence"].stringValue.flatMap(Step.init(rawValue:)), let due = task.time("due"),
            try !hasNext(task.id)
        else { return }
        let clocks = try clocks(of: task)
        let next = nextDue(after: due, recurrence, of: task, by: clocks)
        let day = CalendarDate(daysSince1970: clocks.parts(next).day).text
        guard Timestamp.range.contains(next), task["recurrenceUntil"].stringValue.map({ day <= $0 }) ?? true else {
            return
        }
        let fields = WorkTask.resource.declared.filter { !TaskRecurrence.own.contains($0.name) }
        var record = Record(WorkTask.resource)
        for field in fields { record[field.name] = task[field.name] }
        record["due"] = .string(Timestamp.text(next))
        record["previous"] = .integer(task.id)
        record["cause"] = .string(WorkTask.Cause.recurrence.rawValue)
        if let remind = task.time("remindAt") { record["remindAt"] = .string(Timestamp.text(remind + (next - due))) }
        _ = try RecordService(WorkTask.resource, transaction).add(made: record)
    }

    private enum Step: String {
        case daily
        case weekly
        case monthly
    }

    /// What each task has for itself.
    private static let own: Set<String> = ["doneAt", "activity", "previous", SystemField.externalIDs.name]

    private func hasNext(_ id: Int64) throws -> Bool {
        try transaction.connection.first("SELECT 1 FROM tasks WHERE previous = ? LIMIT 1", [.integer(id)]) { _ in true }
            ?? false
    }

    /// The first turn after the task's own that is still to come: turns that were missed are not made up for.
    private func nextDue(after due: Int64, _ step: Step, of task: Record, by clocks: LocalTime) -> Int64 {
        let (day, due) = clocks.parts(due)
        let rest =
            (task["recurrenceMinute"].integerValue ?? due / TaskRecurrence.minute) * TaskRecurrence.minute
            + due % TaskRecurrence.minute
        let today = clocks.parts(transaction.now).day
        let every = max(task["recurrenceEvery"].integerValue ?? 1, 1)
        func time(_ turn: Int64) -> Int64 {
            let days =
                switch step {
                case .daily: day + turn * every
                case .weekly: day + turn * every * 7
                case .monthly: TaskRecurrence.day(task["recurrenceDay"].integerValue, turn * every, monthsAfter: day)
                }
            return clocks.time(day: days, rest: rest)
        }
        let length =
            switch step {
            case .daily: every
            case .weekly: every * 7
            case .monthly: every * 31
            }
        // Never too far, since no month is longer.
        var turn = max(1, (today - day).flooredQuotient(length))
        while time(turn) <= transaction.now { turn += 1 }
        return time(turn)
    }

    /// The day of the month so many months later, or the last of a month that is shorter.
    private static func day(_ wanted: Int64?, _ months: Int64, monthsAfter start: Int64) -> Int64 {
        let date = CalendarDate(daysSince1970: start)
        let month = date.year * 12 + date.month - 1 + months
        let first = CalendarDate.first(ofMonth: month).daysSince1970
        let next = CalendarDate.first(ofMonth: month + 1).daysSince1970
        return min(first + (wanted ?? date.day) - 1, next - 1)
    }

    private func clocks(of task: Record) throws -> LocalTime {
        let own = try task["owner"].integerValue.flatMap { owner in
            try transaction.connection.first("SELECT \"timeZone\" FROM users WHERE id = ?", [.integer(owner)]) {
                $0.textOrNil(0)
            } ?? nil
        }
        return LocalTime(zone: own ?? transaction.catalog.settings.current.timeZone)
    }
}
