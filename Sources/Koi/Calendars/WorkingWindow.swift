/// A part of a day in which there is work, in minutes since midnight by the clock on the wall.
package struct WorkingWindow: Sendable, Equatable {
    /// Of the day's first minute and behind its last.
    package static let day: ClosedRange<Int64> = 0...1_440

    package let from: Int64
    /// The minute that is no part of it any more.
    package let to: Int64

    /// Nil where it has no minute of a day.
    package init?(from: Int64, to: Int64) {
        guard WorkingWindow.day.contains(from), WorkingWindow.day.contains(to), from < to else { return nil }
        self.from = from
        self.to = to
    }

    /// Reads `09:30`; `24:00` is the end of the day.
    package static func minute(of text: String) -> Int64? {
        var scanner = DigitScanner(text)
        guard let hour = scanner.digits(2), scanner.skip(":"), let minute = scanner.digits(2), scanner.isAtEnd,
            minute < 60, hour < 24 || hour == 24 && minute == 0
        else { return nil }
        return hour * 60 + minute
    }

    /// The same minutes in the order of the day, each once.
    static func merged(_ windows: [WorkingWindow]) -> [WorkingWindow] {
        var merged: [WorkingWindow] = []
        for window in windows.sorted(by: { ($0.from, $0.to) < ($1.from, $1.to) }) {
            guard let last = merged.last, window.from <= last.to else {
                merged.append(window)
                continue
            }
            guard window.to > last.to, let longer = WorkingWindow(from: last.from, to: window.to) else { continue }
            merged[merged.count - 1] = longer
        }
        return merged
    }
}
