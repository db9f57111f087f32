import KoiJSON
import KoiSQLite

/// What one user has to do, as a calendar that other programs show (RFC 5545).
struct TaskCalendar {
    /// Most clients that follow a calendar from elsewhere show events only; some know what a task is.
    enum Form: String {
        case events
        case todos
    }

    static let mediaType = "text/calendar; charset=utf-8"
    private static let day: Int64 = 86_400_000
    /// How long past tasks are shown, in days.
    private static let past: Int64 = 90
    private static let maximum = 2_000

    private let transaction: Transaction
    private let form: Form
    /// Unlike that of any other Koi, whose tasks may lie in the same calendar.
    private let system: String

    /// - Parameter transaction: in the name of the user.
    init(_ transaction: Transaction, _ form: Form) throws {
        self.transaction = transaction
        self.form = form
        system = try Company.system(transaction.connection)
    }

    func bytes() throws -> [UInt8] {
        var text = CalendarText()
        text.add("BEGIN", "VCALENDAR")
        text.add("VERSION", "2.0")
        text.add("PRODID", "-//Koi//Koi//EN")
        text.add("CALSCALE", "GREGORIAN")
        text.add("METHOD", "PUBLISH")
        text.add("X-WR-CALNAME", text: transaction.catalog.settings.current.senderName)
        // RFC 7986 §5.7: how often to look again.
        text.add("REFRESH-INTERVAL;VALUE=DURATION", "PT1H")
        try each { add($0, to: &text) }
        text.add("END", "VCALENDAR")
        return text.bytes
    }

    /// The user's own tasks with a time, as the user sees them.
    private func each(_ body: (JSONObject) -> Void) throws {
        let held = transaction.actor.access.restrictions(of: WorkTask.resource.name)
        // Who does not see when tasks are due has no calendar of them.
        guard let user = transaction.actor.user,
            ["owner", "due", "doneAt"].allSatisfy({ held.reading($0) == .clear })
        else { return }
        var parameters: [Parameter] = [
            ("owner", String(user)), ("sort", "due"), ("limit", String(ListQuery.maximumLimit)),
            ("due.gte", Timestamp.text(transaction.now - TaskCalendar.past * TaskCalendar.day)),
            ("expand", "customer,contact"),
        ]
        if form == .events { parameters.append(("doneAt.null", "true")) }
        var query = try ListQueryParser(WorkTask.resource, transaction, isCounted: false).parse(parameters)
        var count = 0
        repeat {
            let json = try RecordReader(WorkTask.resource, transaction).list(query)
            let page = try JSONReader.read(json, limits: JSONLimits(members: .max)).objectValue ?? [:]
            let items = (page["items"]?.arrayValue ?? []).compactMap(\.objectValue)
            items.forEach(body)
            count += items.count
            query.cursor = page["next"]?.stringValue
        } while query.cursor != nil && count < TaskCalendar.maximum
    }

    private func add(_ task: JSONObject, to text: inout CalendarText) {
        guard let id = task["id"]?.integerValue, let due = TaskCalendar.time(task, "due") else { return }
        let component = form == .events ? "VEVENT" : "VTODO"
        text.add("BEGIN", component)
        text.add("UID", "task-\(id)@\(system)")
        text.add("DTSTAMP", time: TaskCalendar.time(task, "updatedAt") ?? transaction.now)
        text.add("CREATED", time: TaskCalendar.time(task, "createdAt") ?? transaction.now)
        text.add("LAST-MODIFIED", time: TaskCalendar.time(task, "updatedAt") ?? transaction.now)
        text.add("SEQUENCE", String(task["version"]?.integerValue ?? 1))
        text.add("SUMMARY", text: summary(of: task))
        if let notes = task["notes"]?.stringValue { text.add("DESCRIPTION", text: notes) }
        text.add("PRIORITY", TaskCalendar.priorities[task["priority"]?.stringValue ?? ""] ?? "0")
        switch form {
        case .events: addTimes(ofEvent: due, to: &text)
        case .todos: addTimes(ofToDo: due, done: TaskCalendar.time(task, "doneAt"), to: &text)
        }
        if let remind = TaskCalendar.time(task, "remindAt"), task["doneAt"]?.isNull ?? true {
            addAlarm(remind, summary(of: task), to: &text)
        }
        text.add("END", component)
    }

    private func addTimes(ofEvent due: Int64, to text: inout CalendarText) {
        text.add("DTSTART", time: due)
        text.add("DURATION", "PT30M")
        // Nobody is busy because something is due.
        text.add("TRANSP", "TRANSPARENT")
        text.add("STATUS", "CONFIRMED")
    }

    private func addTimes(ofToDo due: Int64, done: Int64?, to text: inout CalendarText) {
        text.add("DUE", time: due)
        text.add("STATUS", done == nil ? "NEEDS-ACTION" : "COMPLETED")
        guard let done else { return }
        text.add("COMPLETED", time: done)
        text.add("PERCENT-COMPLETE", "100")
    }

    private func addAlarm(_ time: Int64, _ summary: String, to text: inout CalendarText) {
        text.add("BEGIN", "VALARM")
        text.add("ACTION", "DISPLAY")
        text.add("DESCRIPTION", text: summary)
        text.add("TRIGGER;VALUE=DATE-TIME", time: time)
        text.add("END", "VALARM")
    }

    /// With whom it is about, as far as the user sees that.
    private func summary(of task: JSONObject) -> String {
        let about = ["customer", "contact"].compactMap { task[$0]?.objectValue?["name"]?.stringValue }
        return ([task["name"]?.stringValue ?? ""] + about).filter { !$0.isEmpty }.joined(separator: " · ")
    }

    /// §3.8.1.9: 1 is the highest.
    private static let priorities = ["high": "1", "normal": "5", "low": "9"]

    private static func time(_ task: JSONObject, _ name: String) -> Int64? {
        task[name]?.stringValue.flatMap(Timestamp.read)
    }
}
