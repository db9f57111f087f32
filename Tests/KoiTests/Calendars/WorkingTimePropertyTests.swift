import Foundation
import Testing

@testable import Koi

/// Working time against a look at each minute by itself.
struct `Any working time` {
    private static let zones = [
        "UTC", "Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "America/Havana", "Africa/Casablanca",
        "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia",
    ]
    /// Among them those on which one of these zones changes its clock.
    private static let starts = [
        "2026-03-27T00:00:00Z", "2026-10-24T00:00:00Z", "2026-03-07T00:00:00Z", "2026-10-31T00:00:00Z",
        "2026-02-13T00:00:00Z", "2026-04-03T00:00:00Z", "2011-12-28T00:00:00Z", "2006-10-28T00:00:00Z",
        "1969-12-30T00:00:00Z",
    ]
    private static let minute: Int64 = 60_000
    private static let span: Int64 = 5 * 1_440

    private struct Dice {
        private var state: UInt64

        init(seed: UInt64) { state = seed }

        mutating func roll(_ sides: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: state >> 33) % sides
        }

        mutating func pick<T>(_ all: [T]) -> T { all[roll(all.count)] }
    }

    /// What working time is by its definition: what the clock on the wall shows.
    private struct Walls {
        let zone: TimeZone
        let week: [[WorkingWindow]]
        let exceptions: [Int64: [WorkingWindow]]
        let absences: [Range<Int64>]

        func isWorking(_ time: Int64) -> Bool {
            guard !absences.contains(where: { $0.contains(time) }) else { return false }
            let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time) / 1_000))
            let local = time + Int64(offset) * 1_000
            let day = local.flooredQuotient(86_400_000)
            let minute = (local - day * 86_400_000) / 60_000
            var gregorian = Foundation.Calendar(identifier: .gregorian)
            gregorian.timeZone = .gmt
            let weekday = gregorian.component(.weekday, from: Date(timeIntervalSince1970: Double(day) * 86_400))
            let windows = exceptions[day] ?? week[(weekday + 5) % 7]
            return windows.contains { $0.from <= minute && minute < $0.to }
        }
    }

    private func windows(_ dice: inout Dice) -> [WorkingWindow] {
        (0..<dice.roll(3)).compactMap { _ in
            let from = Int64(dice.roll(1_440))
            return WorkingWindow(from: from, to: min(1_440, from + 1 + Int64(dice.roll(700))))
        }
    }

    private func walls(_ dice: inout Dice, from start: Int64) throws -> Walls {
        var exceptions: [Int64: [WorkingWindow]] = [:]
        let first = start.flooredQuotient(86_400_000)
        for _ in 0..<dice.roll(3) { exceptions[first + Int64(dice.roll(5))] = windows(&dice) }
        let absences = (0..<dice.roll(4)).map { _ in
            let from = start + Int64(dice.roll(Int(Self.span))) * Self.minute
            return from..<from + Int64(dice.roll(1_500)) * Self.minute
        }
        return Walls(
            zone: try #require(TimeZone(identifier: dice.pick(Self.zones))),
            week: (0..<7).map { _ in windows(&dice) },
            exceptions: exceptions,
            absences: absences
        )
    }

    @Test(arguments: 0..<60)
    func `is what the clock on the wall shows`(seed: Int) throws {
        var dice = Dice(seed: UInt64(seed) + 1)
        let start = try #require(Timestamp.read(dice.pick(Self.starts)))
        let walls = try walls(&dice, from: start)
        let time = WorkingTime(
            zone: walls.zone,
            week: walls.week,
            exceptions: walls.exceptions,
            absences: walls.absences
        )
        let minutes = (0..<Self.span).map { walls.isWorking(start + $0 * Self.minute) }
        for _ in 0..<50 {
            let place = dice.roll(Int(Self.span))
            let from = start + Int64(place) * Self.minute
            #expect(time.isWorking(at: from) == minutes[place])
            let end = place + dice.roll(Int(Self.span) - place)
            let worked = Int64(minutes[place..<end].count { $0 })
            #expect(time.work(from: from, to: start + Int64(end) * Self.minute) == worked * Self.minute)
            if let opening = minutes[place...].firstIndex(of: true) {
                #expect(time.opening(from: from) == start + Int64(opening) * Self.minute)
            }
            // The moment by which so much is worked, and the first such.
            guard worked > 0, let due = time.moment(after: worked * Self.minute, from: from) else { continue }
            #expect(due <= start + Int64(end) * Self.minute)
            #expect(time.work(from: from, to: due) == worked * Self.minute)
            #expect(time.work(from: from, to: due - 1) == worked * Self.minute - 1)
        }
    }

    @Test func `adds up`() throws {
        var dice = Dice(seed: 7)
        for _ in 0..<200 {
            let start = try #require(Timestamp.read(dice.pick(Self.starts)))
            let walls = try walls(&dice, from: start)
            let time = WorkingTime(
                zone: walls.zone,
                week: walls.week,
                exceptions: walls.exceptions,
                absences: walls.absences
            )
            let (one, other) = (Int64(dice.roll(9_000_000)), Int64(dice.roll(9_000_000)))
            let middle = time.moment(after: one, from: start)
            #expect(
                time.moment(after: one + other, from: start) == middle.flatMap { time.moment(after: other, from: $0) }
            )
        }
    }
}
