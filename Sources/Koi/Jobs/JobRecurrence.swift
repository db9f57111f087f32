/// When the next job of a row of them is due.
package enum JobRecurrence: Sendable, Equatable {
    /// Once a day, so many minutes after midnight in UTC.
    case daily(minute: Int64)
    /// So many milliseconds after the last one was due.
    case every(Int64)

    private static let day: Int64 = 86_400_000

    /// The first time after `now`.
    ///
    /// Times that passed while Koi was not running are not made up for one by one.
    package func next(after now: Int64) -> Int64 {
        switch self {
        case .daily(let minute):
            let today = now.flooredQuotient(Self.day) * Self.day + minute * 60_000
            return today > now ? today : today + Self.day
        case .every(let period): return now + period
        }
    }

    /// As the column `recurrence` has it.
    package var stored: String {
        switch self {
        case .daily(let minute): "daily \(minute)"
        case .every(let period): "every \(period)"
        }
    }

    package init?(stored text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let number = Digits.integer(String(parts[1])), number >= 0 else {
            return nil
        }
        switch parts[0] {
        case "daily" where number < 1_440: self = .daily(minute: number)
        case "every" where number > 0 && number <= 366 * Self.day: self = .every(number)
        default: return nil
        }
    }
}
