import Foundation
import Testing

@testable import Koi

/// What lies within working hours, and what follows from that.
struct `Working time` {
    private static let second: Int64 = 1_000
    private static let hour: Int64 = 3_600_000

    private static func window(_ from: String, _ to: String) throws -> WorkingWindow {
        try #require(
            WorkingWindow(from: WorkingWindow.minute(of: from) ?? -1, to: WorkingWindow.minute(of: to) ?? -1)
        )
    }

    private static func day(_ text: String) throws -> Int64 { try #require(CalendarDate(text)).daysSince1970 }

    private static func zone(_ name: String) throws -> TimeZone { try #require(TimeZone(identifier: name)) }

    /// Monday to Friday from 10 to 18, as in the examples of others.
    private static func office(
        _ zone: String = "UTC",
        holidays: [String] = [],
        pauses: [(String, String)] = []
    ) throws -> WorkingTime {
        var exceptions: [Int64: [WorkingWindow]] = [:]
        for holiday in holidays { exceptions[try day(holiday)] = [] }
        return WorkingTime(
            zone: try self.zone(zone),
            week: Array(repeating: [try window("10:00", "18:00")], count: 5),
            exceptions: exceptions,
            absences: try pauses.map { try time($0.0)..<time($0.1) }
        )
    }

    private static func time(_ text: String) throws -> Int64 { try #require(Timestamp.read(text), "\(text)") }

    /// 2026-11-23 is a Monday.
    private static func november(_ day: Int64, _ clock: String) throws -> Int64 {
        try time("2026-11-\(day)T\(clock.count == 5 ? clock + ":00" : clock)Z")
    }

    /// What the deadlines of Frappe Helpdesk are tested with: hours of work after a moment.
    @Test(
        arguments: [
            (23, "12:00", 1.0, [], 23, "13:00"), (23, "12:00", 4, [], 23, "16:00"),
            (23, "08:00", 1, [], 23, "11:00"), (23, "08:00", 4, [], 23, "14:00"),
            (23, "20:00", 0.5, [], 24, "10:30"), (23, "20:00", 2, [], 24, "12:00"),
            (21, "15:00", 24, [], 25, "18:00"),
            (27, "19:00", 1, [], 30, "11:00"), (27, "19:00", 4, [], 30, "14:00"),
            (26, "15:00", 0.5, ["2026-11-26", "2026-11-27"], 30, "10:30"),
            (26, "15:00", 2, ["2026-11-26", "2026-11-27"], 30, "12:00"),
            // Urgent, within 2 hours, with a pause of 3,600 seconds, and of one more.
            (26, "15:00", 3, [], 26, "18:00"), (26, "15:00", 3 + 1.0 / 3_600, [], 27, "10:00:01"),
        ] as [(Int64, String, Double, [String], Int64, String)]
    )
    func `gives the deadlines that others have`(
        day: Int64,
        clock: String,
        hours: Double,
        holidays: [String],
        dueDay: Int64,
        dueClock: String
    ) throws {
        let due = try Self.office(holidays: holidays)
            .moment(after: Int64((hours * 3_600_000).rounded()), from: Self.november(day, clock))
        #expect(try due == Self.november(dueDay, dueClock))
    }

    @Test func `gives the far deadline that others have`() throws {
        // 72 hours are nine days of work.
        let due = try Self.office().moment(after: 72 * Self.hour, from: Self.november(21, "15:00"))
        #expect(try due == Self.time("2026-12-03T18:00:00Z"))
    }

    @Test func `counts pauses as no work`() throws {
        let created = try Self.november(23, "12:00")
        let paused = try Self.office(pauses: [("2026-11-23T12:30:00Z", "2026-11-23T13:00:00Z")])
        #expect(try paused.moment(after: 4 * Self.hour, from: created) == Self.november(23, "16:30"))
        #expect(try paused.work(from: created, to: Self.november(23, "13:30")) == 3_600 * Self.second)
        // Over a holiday: from Thursday 17:50 to Monday 12:30, in all 160 minutes of work.
        let friday = ["2026-11-27"]
        let open = try Self.office(holidays: friday)
        let (from, to) = (try Self.november(26, "17:50"), try Self.november(30, "12:30"))
        #expect(open.work(from: from, to: to) == 9_600 * Self.second)
        let whole = try (Self.november(26, "17:30"), Self.november(30, "13:00"))
        #expect(open.work(from: whole.0, to: whole.1) == 12_600 * Self.second)
        #expect(open.without([from..<to]).work(from: whole.0, to: whole.1) == 3_000 * Self.second)
    }

    @Test func `knows breaks, holidays and the days that make up for them`() throws {
        let week = Array(repeating: [try Self.window("09:00", "12:00"), try Self.window("13:30", "18:00")], count: 5)
        let days: [Int64: [WorkingWindow]] = [
            try Self.day("2026-10-01"): [], try Self.day("2026-10-02"): [], try Self.day("2026-10-10"): week[4],
        ]
        let time = WorkingTime(zone: try Self.zone("Asia/Shanghai"), week: week, exceptions: days)
        func china(_ text: String) throws -> Int64 { try Self.time(text + "+08:00") }
        #expect(try time.isWorking(at: china("2026-09-30T09:00:00")))
        #expect(try !time.isWorking(at: china("2026-09-30T12:00:00")))
        #expect(try !time.isWorking(at: china("2026-10-01T10:00:00")))
        #expect(try time.isWorking(at: china("2026-10-10T10:00:00")))
        #expect(try !time.isWorking(at: china("2026-10-11T10:00:00")))
        #expect(try time.opening(from: china("2026-09-30T18:00:00")) == china("2026-10-05T09:00:00"))
        #expect(
            try time.moment(after: 2 * Self.hour, from: china("2026-09-30T17:00:00")) == china("2026-10-05T10:00:00")
        )
        #expect(
            try time.moment(after: 4 * Self.hour, from: china("2026-10-09T17:30:00")) == china("2026-10-10T14:00:00")
        )
    }

    /// Berlin has a day of 23 hours and one of 25; Havana changes its clock at midnight; Samoa had no 30 December 2011.
    @Test(
        arguments: [
            ("Europe/Berlin", "2026-03-29T00:00:00+01:00", 23), ("Europe/Berlin", "2026-10-25T00:00:00+02:00", 25),
            ("Europe/Berlin", "2026-06-14T00:00:00+02:00", 24), ("America/Havana", "2026-03-08T01:00:00-04:00", 23),
            ("Pacific/Apia", "2011-12-29T00:00:00-10:00", 24),
        ] as [(String, String, Int64)]
    )
    func `has as many hours on a day as the day has`(zone: String, midnight: String, hours: Int64) throws {
        // All but the last hour of each day.
        let time = WorkingTime(
            zone: try Self.zone(zone),
            week: Array(repeating: [try Self.window("00:00", "23:00")], count: 7)
        )
        let from = try Self.time(midnight)
        #expect(time.work(from: from, to: from + hours * Self.hour) == (hours - 1) * Self.hour)
        #expect(time.moment(after: (hours - 1) * Self.hour + 1, from: from) == from + hours * Self.hour + 1)
    }

    @Test func `knows the days on which the clock is changed`() throws {
        let night = WorkingTime(
            zone: try Self.zone("Europe/Berlin"),
            week: Array(repeating: [try Self.window("01:00", "04:00")], count: 7)
        )
        func work(_ from: String, _ to: String) throws -> Int64 {
            try night.work(from: Self.time(from), to: Self.time(to))
        }
        #expect(try work("2026-03-28T00:00:00+01:00", "2026-03-29T00:00:00+01:00") == 3 * Self.hour)
        #expect(try work("2026-03-29T00:00:00+01:00", "2026-03-30T00:00:00+02:00") == 2 * Self.hour)
        #expect(try work("2026-10-25T00:00:00+02:00", "2026-10-26T00:00:00+01:00") == 4 * Self.hour)
        let due = try night.moment(after: Self.hour + 1, from: Self.time("2026-03-29T00:00:00+01:00"))
        #expect(try due == Self.time("2026-03-29T03:00:00.001+02:00"))
    }

    @Test func `never comes where there is none`() throws {
        let start = try Self.november(23, "12:00")
        let none = WorkingTime(zone: .gmt, week: [])
        #expect(none.opening(from: start) == nil)
        #expect(none.moment(after: 1, from: start) == nil)
        #expect(none.moment(after: 0, from: start) == start)
        #expect(none.work(from: start, to: .max) == 0)
        let away = try Self.office().without([start..<Int64.max])
        #expect(away.opening(from: start) == nil)
        #expect(away.moment(after: Self.hour, from: start) == nil)
        #expect(try away.moment(after: Self.hour, from: Self.november(23, "11:00")) == start)
        #expect(try Self.office().moment(after: .max, from: start) == nil)
        #expect(try Self.office().opening(from: .min) == nil)
        #expect(try Self.office().work(from: .min, to: .max) == 0)
    }

    @Test func `counts backwards with a sign`() throws {
        let (early, late) = (try Self.november(23, "12:00"), try Self.november(24, "11:00"))
        #expect(try Self.office().work(from: early, to: late) == 7 * Self.hour)
        #expect(try Self.office().work(from: late, to: early) == -7 * Self.hour)
    }
}
