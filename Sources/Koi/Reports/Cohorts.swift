/// The months, weeks or days of a period by the clocks of a time zone, in their order.
struct Cohorts {
    enum Unit: String, CaseIterable {
        case month
        case week
        case day
        /// The whole period.
        case none

        static let words = allCases.map(\.rawValue)
    }

    /// The first moment of each.
    let beginnings: [Int64]
    /// Where the last one ends.
    let end: Int64
    /// The first day of each.
    let days: [String]

    /// The first one begins where its unit begins, be that before the period.
    init(_ unit: Unit, of period: ReportPeriod, in clocks: LocalTime) {
        var beginnings: [Int64] = []
        var days: [String] = []
        var day = clocks.parts(period.from).day
        if unit != .none { day = Cohorts.beginning(of: unit, day) }
        repeat {
            beginnings.append(unit == .none ? period.from : clocks.time(day: day, rest: 0))
            days.append(CalendarDate(daysSince1970: day).text)
            day = unit == .none ? .max : Cohorts.next(unit, day)
        } while unit != .none && clocks.time(day: day, rest: 0) < period.to
        self.beginnings = beginnings
        self.days = days
        end = period.to
    }

    /// Those of what is asked, in the time zone of whoever asks.
    init(_ query: ReportQuery, in transaction: Transaction) {
        let unit = query.text("by").flatMap(Unit.init) ?? .month
        self.init(unit, of: query.period, in: LocalTime(zone: transaction.actor.timeZone))
    }

    /// The number of the one in which a time lies, which must not be before the first.
    func place(of time: Int64) -> Int {
        var (low, high) = (0, beginnings.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if beginnings[middle] <= time { low = middle } else { high = middle }
        }
        return low
    }

    var from: Int64 { beginnings.first ?? end }

    private static func beginning(of unit: Unit, _ day: Int64) -> Int64 {
        switch unit {
        // 1970-01-01 was a Thursday; weeks begin on Monday (ISO 8601).
        case .week: day - ((day + 3) - (day + 3).flooredQuotient(7) * 7)
        case .month: CalendarDate.first(ofMonth: month(of: day)).daysSince1970
        case .day, .none: day
        }
    }

    private static func next(_ unit: Unit, _ day: Int64) -> Int64 {
        switch unit {
        case .week: day + 7
        case .month: CalendarDate.first(ofMonth: month(of: day) + 1).daysSince1970
        case .day, .none: day + 1
        }
    }

    private static func month(of day: Int64) -> Int64 {
        let date = CalendarDate(daysSince1970: day)
        return date.year * 12 + date.month - 1
    }
}
