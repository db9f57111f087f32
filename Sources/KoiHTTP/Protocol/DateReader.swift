import Glibc

extension DateField {
    /// The seconds since 1970 of a date in any of the three forms that a recipient must take (RFC 9110 §5.6.7); nil for
    /// anything else.
    package static func seconds(_ text: String) -> Int? {
        let parts = text.split(separator: " ")
        switch parts.count {
        case 6 where parts[5] == "GMT" && parts[0].hasSuffix(","):
            // Sun, 06 Nov 1994 08:49:37 GMT
            return seconds(day: parts[1], month: parts[2], year: parts[3], time: parts[4])
        case 4 where parts[3] == "GMT" && parts[0].hasSuffix(","):
            // Sunday, 06-Nov-94 08:49:37 GMT
            let date = parts[1].split(separator: "-", omittingEmptySubsequences: false)
            guard date.count == 3, date[2].utf8.count == 2, let year = number(date[2], 0...99) else { return nil }
            return seconds(
                day: date[0],
                month: date[1],
                year: "\(fullYear(year))",
                time: parts[2]
            )
        case 5:
            // Sun Nov  6 08:49:37 1994
            return seconds(day: parts[2], month: parts[1], year: parts[4], time: parts[3])
        default: return nil
        }
    }

    private static func seconds(day: Substring, month: Substring, year: Substring, time: Substring) -> Int? {
        let clock = time.split(separator: ":", omittingEmptySubsequences: false)
        guard let day = number(day, 1...31), let month = months.firstIndex(of: String(month)),
            year.utf8.count == 4, let year = number(year, 1...9999), clock.count == 3,
            let hour = number(clock[0], 0...23), let minute = number(clock[1], 0...59),
            let second = number(clock[2], 0...60)
        else { return nil }
        var parts = tm()
        parts.tm_mday = Int32(day)
        parts.tm_mon = Int32(month)
        parts.tm_year = Int32(year - 1900)
        parts.tm_hour = Int32(hour)
        parts.tm_min = Int32(minute)
        parts.tm_sec = Int32(second)
        let seconds = timegm(&parts)
        // timegm takes the 31st of November for the 1st of December.
        return Int(parts.tm_mday) == day || second == 60 ? seconds : nil
    }

    /// RFC 9110 §5.6.7: more than 50 years in the future is the past.
    private static func fullYear(_ twoDigits: Int) -> Int {
        let thisYear = 1970 + time(nil) / 31_556_952
        let year = thisYear / 100 * 100 + twoDigits
        return year > thisYear + 50 ? year - 100 : year
    }

    private static func number(_ digits: Substring, _ range: ClosedRange<Int>) -> Int? {
        guard (1...4).contains(digits.utf8.count), digits.utf8.allSatisfy(\.isDigit) else { return nil }
        let number = digits.utf8.reduce(0) { $0 * 10 + Int($1 &- 48) }
        return range.contains(number) ? number : nil
    }
}
