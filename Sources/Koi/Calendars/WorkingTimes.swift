import KoiSQLite

/// Whose working time it is: that of a calendar, of the company, or of a user with the user's absences.
package struct WorkingTimes {
    /// What an absence without an end lasts up to.
    private static let endless = Timestamp.range.upperBound
    /// Beyond so many, the furthest ahead do not count.
    private static let maximumAbsences: Int64 = 1_000

    private let connection: Connection
    private let zone: String
    private let known = Known()

    /// Calendars that were read before: many people have the same.
    private final class Known {
        var calendars: [Int64: WorkingTime] = [:]
    }

    package init(_ transaction: Transaction) {
        connection = transaction.connection
        zone = transaction.catalog.settings.current.timeZone
    }

    /// The company's: that of its main calendar, or else Monday to Friday from 9 to 18.
    package func company() throws -> WorkingTime {
        try main().flatMap(calendar) ?? WorkingCalendar.usual(zone)
    }

    /// - Returns: nil where the calendar is not there any more.
    package func calendar(_ id: Int64) throws -> WorkingTime? {
        if let calendar = known.calendars[id] { return calendar }
        let calendar = try RecordStore(WorkingCalendar.resource, connection).find(id, .all)
            .map { WorkingCalendar.workingTime($0, zone) }
        known.calendars[id] = calendar
        return calendar
    }

    /// Of a calendar where it is given and there, else the company's.
    package func calendarOrCompany(_ id: Int64?) throws -> WorkingTime {
        try id.flatMap(calendar) ?? company()
    }

    /// A user's: that of the own calendar or else the company's, without absences that end after a moment.
    package func user(_ user: Int64, from start: Int64) throws -> WorkingTime {
        let calendar = try connection.first("SELECT calendar FROM users WHERE id = ?", [.integer(user)]) {
            $0.intOrNil(0)
        }
        return try calendarOrCompany(calendar ?? nil).without(absences(of: user, after: start))
    }

    /// The number of the company's calendar.
    func main() throws -> Int64? {
        try connection.first(#"SELECT id FROM calendars WHERE main = 1 AND "removedAt" IS NULL ORDER BY id LIMIT 1"#) {
            $0.int(0)
        }
    }

    private func absences(of user: Int64, after start: Int64) throws -> [Range<Int64>] {
        try connection.rows(
            """
            SELECT "from", coalesce("to", \(WorkingTimes.endless)) FROM absences
            WHERE "user" = ? AND "removedAt" IS NULL AND coalesce("to", \(WorkingTimes.endless)) > ?
            ORDER BY "from" LIMIT ?
            """,
            [.integer(user), .integer(start), .integer(WorkingTimes.maximumAbsences)]
        ) { row in
            let from = row.int(0)
            return from..<max(from, row.int(1))
        }
    }
}
