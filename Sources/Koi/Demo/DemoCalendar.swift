/// The year in which the demo company worked: records arise on weekdays, from nine to six in Shanghai.
struct DemoCalendar {
    private static let day: Int64 = 86_400_000
    private static let workday: Int64 = 9 * 3_600_000
    /// Nine in Shanghai is one in UTC.
    private static let start: Int64 = 1 * 3_600_000

    /// The weekdays of the year, as days since 1970.
    private let days: [Int64]

    /// - Parameter end: the last day of the year.
    init(end: CalendarDate) {
        let last = end.daysSince1970
        // 1970-01-01 was a Thursday: Saturday and Sunday are the days 2 and 3 after it.
        days = ((last - 364)...last).filter { ![2, 3].contains(($0 % 7 + 7) % 7) }
    }

    /// The moment when the given part of the year's work was done, in milliseconds since 1970.
    func moment(_ done: Int, of all: Int) -> Int64 {
        let total = Int64(days.count) * DemoCalendar.workday
        let elapsed = Int64(Double(total) * Double(done) / Double(max(all, 1)))
        let position = min(max(elapsed, 0), total - 1)
        let index = Int(position / DemoCalendar.workday)
        return days[index] * DemoCalendar.day + DemoCalendar.start + position % DemoCalendar.workday
    }

    /// A day up to the given number of days before a moment, as `YYYY-MM-DD`.
    static func dayBefore(_ moment: Int64, _ days: Int64) -> String {
        CalendarDate(daysSince1970: moment.flooredQuotient(day) - days).text
    }
}
