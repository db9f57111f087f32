import KoiJSON
import KoiSQLite

/// The backup that Koi makes by itself every night.
enum BackupJob {
    static let name = "backup"
    /// At 02:00 in UTC.
    private static let minute: Int64 = 120
    private static let day: Int64 = 86_400_000

    static func kind(isDaily: Bool) -> JobKind {
        JobKind(
            name,
            retry: JobRetry(firstDelay: 600_000),
            recurrence: isDaily ? .daily(minute: minute) : nil,
            dueAtStart: { isDaily ? try dueAtStart($0) : nil },
            task: { task in
                let made = try task.app.backUp { try task.checkInterruption() }
                return ["name": .string(made.name.text), "events": .integer(made.head.sequence)]
            }
        )
    }

    /// At once where the newest backup is older than a day, or where there is none though there is something to lose.
    private static func dueAtStart(_ app: App) throws -> Int64? {
        let now = app.clock.now()
        if let newest = try Backups(app).list().first {
            return newest.createdAt < now - day ? now : nil
        }
        let head = try app.database.writer.sync { try EventLog.head($0).sequence }
        return head > 0 ? now : nil
    }
}
