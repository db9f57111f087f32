package import Foundation

/// When somebody works: the windows of a week by the clock on the wall of a time zone, other windows on single days such as
/// holidays and the days that make up for them (调休), and absences.
///
/// A moment is one of work where the clock on the wall, at that moment, shows a time within a window of that day. So an hour
/// that is skipped in spring is none, and one that comes twice in autumn is two. Times are milliseconds since 1970, work is
/// counted in milliseconds.
///
/// ```swift
/// let due = time.moment(after: 8 * 3_600_000, from: received)
/// ```
package struct WorkingTime: Sendable {
    /// How far ahead is looked: what lies beyond is never, so that nothing is looked for without an end.
    package static let horizon: Int64 = 3_660 * day

    private static let day: Int64 = 86_400_000
    private static let minute: Int64 = 60_000

    private let offsets: ZoneOffsets
    /// Of Monday to Sunday.
    private let week: [[WorkingWindow]]
    /// Of days that are not as their weekday is, by their number since 1970-01-01.
    private let exceptions: [Int64: [WorkingWindow]]
    /// In their order, and none touches another.
    private let absences: [Range<Int64>]

    /// - Parameters:
    ///   - week: the windows of Monday to Sunday; days that are not given have none.
    ///   - exceptions: the windows of single days, by their number since 1970-01-01, in place of those of their weekday.
    ///   - absences: when there is no work in spite of all that.
    package init(
        zone: TimeZone,
        week: [[WorkingWindow]],
        exceptions: [Int64: [WorkingWindow]] = [:],
        absences: [Range<Int64>] = []
    ) {
        offsets = ZoneOffsets(zone: zone)
        self.week = (0..<7).map { $0 < week.count ? WorkingWindow.merged(week[$0]) : [] }
        self.exceptions = exceptions.mapValues(WorkingWindow.merged)
        self.absences = WorkingTime.merged(absences)
    }

    private init(_ other: WorkingTime, absences: [Range<Int64>]) {
        offsets = other.offsets
        week = other.week
        exceptions = other.exceptions
        self.absences = absences
    }

    package var zone: TimeZone { offsets.zone }

    /// The same without these periods as well: absences, or the time for which a clock is stopped.
    package func without(_ periods: [Range<Int64>]) -> WorkingTime {
        periods.isEmpty ? self : WorkingTime(self, absences: WorkingTime.merged(absences + periods))
    }

    private static func merged(_ periods: [Range<Int64>]) -> [Range<Int64>] {
        var merged: [Range<Int64>] = []
        for period in periods.sorted(by: { $0.lowerBound < $1.lowerBound }) where !period.isEmpty {
            guard let last = merged.last, period.lowerBound <= last.upperBound else {
                merged.append(period)
                continue
            }
            merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, period.upperBound)
        }
        return merged
    }

    // MARK: Questions

    /// Whether there is work at a moment.
    package func isWorking(at time: Int64) -> Bool {
        opening(from: time, within: 1) == time
    }

    /// The first moment of work at or after another; nil for never.
    package func opening(from start: Int64) -> Int64? {
        opening(from: start, within: WorkingTime.horizon)
    }

    private func opening(from start: Int64, within span: Int64) -> Int64? {
        var found: Int64?
        forEachStretch(from: start, within: span) { stretch in
            found = stretch.lowerBound
            return false
        }
        return found
    }

    /// The first moment by which so much was worked since another: that other one where it is nothing, the end of a window
    /// rather than the beginning of the next.
    ///
    /// - Returns: nil for never.
    package func moment(after work: Int64, from start: Int64) -> Int64? {
        guard work > 0 else { return start }
        var rest = work
        var found: Int64?
        forEachStretch(from: start, within: WorkingTime.horizon) { stretch in
            let length = stretch.upperBound - stretch.lowerBound
            guard rest > length else {
                found = stretch.lowerBound + rest
                return false
            }
            rest -= length
            return true
        }
        return found
    }

    /// How much is worked from one moment to another, as far as the horizon of the earlier one; negative where the second is the
    /// earlier.
    package func work(from start: Int64, to end: Int64) -> Int64 {
        guard start <= end else { return -work(from: end, to: start) }
        let (span, isTooLong) = end.subtractingReportingOverflow(start)
        var sum: Int64 = 0
        forEachStretch(from: start, within: isTooLong ? WorkingTime.horizon : min(span, WorkingTime.horizon)) {
            stretch in
            sum += stretch.upperBound - stretch.lowerBound
            return true
        }
        return sum
    }

    // MARK: Walking

    /// Calls `body` with stretches of work in their order, none empty, until it returns false.
    private func forEachStretch(from start: Int64, within span: Int64, _ body: (Range<Int64>) -> Bool) {
        guard Timestamp.range.contains(start), hasWork else { return }
        let end = start + span
        var place = start
        var ahead = absences.drop { $0.upperBound <= start }
        while place < end {
            let (offset, until) = offsets.stretch(at: place)
            let next = min(until, end)
            guard forEachWindow(in: place..<next, offset, { forEachPart(of: $0, without: &ahead, body) }) else {
                return
            }
            place = next
        }
    }

    private var hasWork: Bool {
        week.contains { !$0.isEmpty } || exceptions.values.contains { !$0.isEmpty }
    }

    /// The windows within a period in which the clock is not changed.
    private func forEachWindow(in period: Range<Int64>, _ offset: Int64, _ body: (Range<Int64>) -> Bool) -> Bool {
        let first = (period.lowerBound + offset).flooredQuotient(WorkingTime.day)
        let last = (period.upperBound + offset - 1).flooredQuotient(WorkingTime.day)
        guard first <= last else { return true }
        for number in first...last {
            let midnight = number * WorkingTime.day - offset
            for window in windows(of: number) {
                let from = max(midnight + window.from * WorkingTime.minute, period.lowerBound)
                let to = min(midnight + window.to * WorkingTime.minute, period.upperBound)
                if from < to, !body(from..<to) { return false }
            }
        }
        return true
    }

    /// 1970-01-01 was a Thursday.
    private func windows(of number: Int64) -> [WorkingWindow] {
        if let exception = exceptions[number] { return exception }
        let weekday = number + 3 - (number + 3).flooredQuotient(7) * 7
        return week[Int(weekday)]
    }

    /// A stretch without the absences in it, of which those that end before it are dropped.
    private func forEachPart(
        of stretch: Range<Int64>,
        without ahead: inout ArraySlice<Range<Int64>>,
        _ body: (Range<Int64>) -> Bool
    ) -> Bool {
        var from = stretch.lowerBound
        while let absence = ahead.first, absence.lowerBound < stretch.upperBound {
            if from < absence.lowerBound, !body(from..<absence.lowerBound) { return false }
            from = max(from, absence.upperBound)
            guard from < stretch.upperBound else { return true }
            ahead = ahead.dropFirst()
        }
        return body(from..<stretch.upperBound)
    }
}
