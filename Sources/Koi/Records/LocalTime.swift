import Foundation

/// Days and times of day by the clocks of a time zone.
struct LocalTime {
    private let zone: TimeZone

    /// - Parameter name: of IANA; UTC where there is no such zone.
    init(zone name: String) {
        self.init(TimeZone(identifier: name) ?? .gmt)
    }

    init(_ zone: TimeZone) {
        self.zone = zone
    }

    /// The day and the milliseconds since its midnight that clocks show at a time.
    func parts(_ time: Int64) -> (day: Int64, rest: Int64) {
        let local = time + offset(time.flooredQuotient(1_000)) * 1_000
        let day = local.flooredQuotient(LocalTime.day)
        return (day, local - day * LocalTime.day)
    }

    /// The time at which clocks show these: the first of two where they are set back.
    ///
    /// Where they are put forward past it, the time that it would have been without that.
    func time(day: Int64, rest: Int64) -> Int64 {
        let local = day * LocalTime.day + rest
        let seconds = local.flooredQuotient(1_000)
        let offsets = [offset(seconds - 86_400), offset(seconds + 86_400)]
        let found = offsets.first { offset(seconds - $0) == $0 } ?? offsets[0]
        return local - found * 1_000
    }

    private static let day: Int64 = 86_400_000

    /// In seconds, at a time in seconds since 1970.
    private func offset(_ time: Int64) -> Int64 {
        Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval(time))))
    }
}
