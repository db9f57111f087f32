/// How somebody makes themselves heard in the demo company's year, and when.
struct DemoArrival: Sendable {
    let source: String
    let campaign: DemoCampaign?
    /// Whether it is somebody who did so not long before.
    let isAgain: Bool

    private static let day: Int64 = 86_400_000
    private static let hour: Int64 = 3_600_000

    private static let sources: [(share: Int64, value: String)] = [
        (32, "web_form"), (16, "phone"), (7, "email"), (14, "exhibition"), (12, "referral"), (7, "advertisement"),
        (6, "social"), (3, "purchase_list"), (3, "visit"),
    ]

    /// How busy each twelfth of a year is that ends with October.
    private static let seasons: [Int64] = [90, 70, 60, 35, 90, 100, 90, 70, 55, 60, 95, 85]

    /// So many over the year, with the time of each.
    static func all(_ count: Int, _ calendar: DemoCalendar, _ dice: inout DemoDice) -> [(Int64, DemoArrival)] {
        (0..<count).map { _ in
            let source = dice.share(sources)
            let fairs = DemoCampaign.all.filter { $0.source == source && $0.days.count < 10 }
            // Some come too late to be answered before the year is over.
            let isLast = dice.happens(4)
            let day = isLast ? 364 : fairs.isEmpty ? day(&dice) : dice.number(dice.pick(fairs).days)
            let time = time(on: calendar.first + day, source, &dice)
            let arrival = DemoArrival(source, day: day, isAgain: dice.happens(4))
            return (time, arrival)
        }
    }

    private init(_ source: String, day: Int64, isAgain: Bool) {
        self.source = source
        self.isAgain = isAgain
        campaign = DemoCampaign.all.first { $0.source == source && $0.days.contains(day) }
    }

    private static func day(_ dice: inout DemoDice) -> Int64 {
        while true {
            let day = dice.number(0...364)
            let season = seasons[Int(min(day / 31, Int64(seasons.count) - 1))]
            if dice.number(0...99) < season { return day }
        }
    }

    /// Web pages are read also in the evening and at weekends; all else comes while somebody is there.
    private static func time(on day: Int64, _ source: String, _ dice: inout DemoDice) -> Int64 {
        let isOnline = ["web_form", "social", "email"].contains(source)
        let start = isOnline ? 0 : hour
        let length = isOnline ? 15 * hour : 9 * hour
        return day * DemoArrival.day + start + dice.number(0...length - 1)
    }
}
