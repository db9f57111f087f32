/// A day without a time, `YYYY-MM-DD`, in the Gregorian calendar unless a lunar one is meant.
package struct CalendarDate: Sendable, Equatable {
    package let year: Int64
    package let month: Int64
    package let day: Int64

    /// Reads `YYYY-MM-DD`; nil where the text is not a day that exists.
    package init?(_ text: String) {
        var scanner = DigitScanner(text)
        guard let date = CalendarDate(scanning: &scanner), scanner.isAtEnd else { return nil }
        self = date
    }

    /// Reads `YYYY-MM-DD` as a day of the Chinese lunar calendar, whose months have up to 30 days.
    package init?(lunar text: String) {
        var scanner = DigitScanner(text)
        guard let date = CalendarDate.parts(&scanner), scanner.isAtEnd, date.day <= 30 else {
            return nil
        }
        self = date
    }

    init?(scanning scanner: inout DigitScanner) {
        guard let date = CalendarDate.parts(&scanner),
            date.day <= CalendarDate.daysInMonth(date.year, date.month)
        else { return nil }
        self = date
    }

    private init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    private static func parts(_ scanner: inout DigitScanner) -> CalendarDate? {
        guard let year = scanner.digits(4), scanner.skip("-"),
            let month = scanner.digits(2), (1...12).contains(month), scanner.skip("-"),
            let day = scanner.digits(2), (1...31).contains(day)
        else { return nil }
        return CalendarDate(year: year, month: month, day: day)
    }

    private static func daysInMonth(_ year: Int64, _ month: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// The day by its number since 1970-01-01.
    ///
    /// The arithmetic counts in eras of 400 years that begin on 1 March, so that the leap day comes last
    /// (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
    package init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The first day of a month, by the number of months since January of the year 0.
    static func first(ofMonth month: Int64) -> CalendarDate {
        let year = month.flooredQuotient(12)
        return CalendarDate(year: year, month: month - year * 12 + 1, day: 1)
    }

    /// The inverse of `init(daysSince1970:)` (days_from_civil of the same source).
    package var daysSince1970: Int64 {
        let marchYear = month <= 2 ? year - 1 : year
        let era = marchYear.flooredQuotient(400)
        let yearOfEra = marchYear - era * 400
        let marchMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Written as `YYYY-MM-DD`; what has no four digits of year as the first or the last day that has: time zones and weeks
    /// lead beyond the times that there are.
    package var text: String {
        guard (0...9_999).contains(year) else { return year < 0 ? "0000-01-01" : "9999-12-31" }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 10) { bytes in
            var digits = DigitWriter(bytes[...])
            digits.write(year, 4, then: "-")
            digits.write(month, 2, then: "-")
            digits.write(day, 2)
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}
