import Foundation

/// How far the clock on the wall is ahead of UTC, and for how long.
///
/// All in milliseconds.
struct ZoneOffsets: Sendable {
    /// A zone that changes its clock twice within so short a time, back to what it was, would not be noticed; none has done
    /// so since 1970 within less than a week.
    private static let step: Int64 = 3 * 86_400_000

    let zone: TimeZone

    func offset(at time: Int64) -> Int64 {
        let date = Date(timeIntervalSince1970: TimeInterval(time.flooredQuotient(1_000)))
        return Int64(zone.secondsFromGMT(for: date)) * 1_000
    }

    /// The offset at a time, and a later time up to which it stays the same.
    func stretch(at time: Int64) -> (offset: Int64, until: Int64) {
        let offset = offset(at: time)
        let end = (time.flooredQuotient(ZoneOffsets.step) + 1) * ZoneOffsets.step
        guard self.offset(at: end) != offset else { return (offset, end) }
        return (offset, change(from: offset, after: time, until: end))
    }

    /// The second in which the clock is changed.
    private func change(from offset: Int64, after start: Int64, until end: Int64) -> Int64 {
        var same = start.flooredQuotient(1_000)
        var other = end.flooredQuotient(1_000)
        while other - same > 1 {
            let middle = same + (other - same) / 2
            if self.offset(at: middle * 1_000) == offset { same = middle } else { other = middle }
        }
        return other * 1_000
    }
}
