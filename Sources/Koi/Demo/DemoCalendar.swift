/// The year in which the demo company worked: records arise on weekdays, from nine to six in Shanghai.
struct DemoCalendar {
    private static let day: Int64 = 86_400_000
    private static let hour: Int64 = 3_600_000
    private static let workday: Int64 = 9 * hour
    /// Nine in Shanghai is one in UTC.
    private static let start: Int64 = 1 * hour

    /// The weekdays of the year, as days since 1970.
    private let days: [Int64]
    /// The first day of the year, as days since 1970.
    let first: Int64
    /// When all of it is over.
    let end: Int64

    /// - Parameter end: the last day of the year.
    init(end: CalendarDate) {
        let last = end.daysSince1970
        first = last - 364
        self.end = (last + 1) * DemoCalendar.day
        // 1970-01-01 was a Thursday: Saturday and Sunday are the days 2 and 3 after it.
        days = (first...last).filter { ![2, 3].contains(($0 % 7 + 7) % 7) }
    }

    /// When people come to work, on each day.
    var mornings: [Int64] { days.map { $0 * DemoCalendar.day + DemoCalendar.start } }

    /// The moment when the given part of the year's work was done, in milliseconds since 1970.
    func moment(_ done: Int, of all: Int) -> Int64 {
        let elapsed = Int64(Double(total) * Double(done) / Double(max(all, 1)))
        return time(at: min(max(elapsed, 0), total - 1))
    }

    /// So many hours of work later; nil behind the end of the year.
    func later(_ time: Int64, hours: Int64) -> Int64? {
        let position = position(of: time) + hours * DemoCalendar.hour
        return position < total ? self.time(at: position) : nil
    }

    /// The morning of the first weekday that is so many days or more after the first.
    func morning(after days: Int64) -> Int64? {
        self.days.first { $0 >= first + days }.map { $0 * DemoCalendar.day + DemoCalendar.start }
    }

    private var total: Int64 { Int64(days.count) * DemoCalendar.workday }

    private func time(at position: Int64) -> Int64 {
        let index = Int(position / DemoCalendar.workday)
        return days[index] * DemoCalendar.day + DemoCalendar.start + position % DemoCalendar.workday
    }

    /// How much of the year's work is done by a time.
    private func position(of time: Int64) -> Int64 {
        let day = time.flooredQuotient(DemoCalendar.day)
        let index = days.firstIndex { $0 >= day } ?? days.count
        let before = Int64(index) * DemoCalendar.workday
        guard index < days.count, days[index] == day else { return before }
        return before + min(max(time - day * DemoCalendar.day - DemoCalendar.start, 0), DemoCalendar.workday)
    }

    /// The first days of the quarters in which the year lies, as `YYYY-MM-DD`.
    var quarters: [String] {
        let start = CalendarDate(daysSince1970: first)
        let month = (start.year * 12 + start.month - 1) / 3 * 3
        return (0..<5).map { CalendarDate.first(ofMonth: month + $0 * 3).text }
    }

    /// A day of the year, as `YYYY-MM-DD`.
    func date(_ days: Int64) -> String { CalendarDate(daysSince1970: first + days).text }

    /// A day up to the given number of days before a moment, as `YYYY-MM-DD`.
    static func dayBefore(_ moment: Int64, _ days: Int64) -> String {
        CalendarDate(daysSince1970: moment.flooredQuotient(day) - days).text
    }
}
