import Foundation
import KoiJSON

/// A working calendar: when there is work in a week, and the days that are not as their weekday is.
package enum WorkingCalendar {
    package static let resource = Resource(
        "calendars",
        singular: "calendar",
        Text("calendar", "工作日历"),
        plural: Text("calendars", "工作日历"),
        isMirrored: false,
        rules: WorkingCalendarRules(),
        fields: [
            .text("name", "Name", "名称", max: 100).required().example("重庆"),
            .boolean("main", "The company's", "公司日历").fallback(false)
                .noted(
                    "It holds for all who have no other. One calendar is it: the first, until another is made it.",
                    "适用于未指定日历的人员。仅有一个：默认为第一个，可改设其他。"
                ),
            .text("timeZone", "Time zone", "时区", max: 64, .timeZone)
                .noted("The company's where none is given.", "默认为公司的时区。").example("Asia/Shanghai"),
            .facts("hours", "Hours", "工作时间", max: 100, of: hours)
                .noted(
                    "When there is work in a week, with several windows a day where there are breaks; a night is two windows.",
                    "每周的工作时间；有休息的日子分多段填写，跨夜分成两段。"
                )
                .example([
                    ["day": "monday", "from": "09:00", "to": "12:00"],
                    ["day": "monday", "from": "13:30", "to": "18:00"],
                ]),
            .facts("holidays", "Holidays", "节假日", max: 1_000, of: holidays)
                .noted("Days without work.", "不工作的日期。")
                .example([["from": "2026-10-01", "to": "2026-10-07", "name": "国庆节"]]),
            .facts("makeUpDays", "Make-up days", "调休上班日", max: 1_000, of: makeUpDays)
                .noted(
                    "Days with work that would have none, or other hours: with the hours of a weekday. They win over holidays.",
                    "本应休息而上班的日期，按某个星期几的工作时间；优先于节假日。"
                )
                .example([["date": "2026-10-10", "like": "friday", "name": "国庆节调休"]]),
        ]
    )

    /// The longest holiday, in days.
    static let longestHoliday: Int64 = 62

    static let weekdays = [
        Choice("monday", "Monday", "星期一"),
        Choice("tuesday", "Tuesday", "星期二"),
        Choice("wednesday", "Wednesday", "星期三"),
        Choice("thursday", "Thursday", "星期四"),
        Choice("friday", "Friday", "星期五"),
        Choice("saturday", "Saturday", "星期六"),
        Choice("sunday", "Sunday", "星期日"),
    ]

    private static let hours: [Field] = [
        .choice("day", "Day", "星期", weekdays).required(),
        .text("from", "From", "开始", max: 5, .clock).required().example("09:00"),
        .text("to", "To", "结束", max: 5, .clock).required().example("18:00"),
    ]

    private static let holidays: [Field] = [
        .date("from", "From", "开始日期").required(),
        .date("to", "To", "结束日期").noted("The last day; the same where none is given.", "最后一天，默认为同一天。"),
        .text("name", "Name", "名称", max: 100).example("国庆节"),
    ]

    private static let makeUpDays: [Field] = [
        .date("date", "Date", "日期").required(),
        .choice("like", "Hours of", "按星期", weekdays).fallback("monday"),
        .text("name", "Name", "名称", max: 100),
    ]

    // MARK: Working time

    /// Where the company has no calendar: Monday to Friday from 9 to 18.
    static func usual(_ zone: String) -> WorkingTime {
        let day = [WorkingWindow(from: 540, to: 1_080)].compactMap { $0 }
        return WorkingTime(zone: self.zone(zone), week: Array(repeating: day, count: 5))
    }

    /// - Parameter fallback: the zone of the company.
    static func workingTime(_ record: Record, _ fallback: String) -> WorkingTime {
        var week: [[WorkingWindow]] = Array(repeating: [], count: weekdays.count)
        for item in items(record, "hours") {
            guard let day = weekday(item["day"]), let window = window(item) else { continue }
            week[day].append(window)
        }
        var exceptions: [Int64: [WorkingWindow]] = [:]
        for item in items(record, "holidays") {
            guard let days = days(item) else { continue }
            for day in days { exceptions[day] = [] }
        }
        for item in items(record, "makeUpDays") {
            guard let date = date(item["date"]), let day = weekday(item["like"]) else { continue }
            exceptions[date.daysSince1970] = week[day]
        }
        return WorkingTime(
            zone: zone(record["timeZone"].stringValue ?? fallback),
            week: week,
            exceptions: exceptions
        )
    }

    private static func zone(_ name: String) -> TimeZone { TimeZone(identifier: name) ?? .gmt }

    static func items(_ record: Record, _ field: String) -> [JSONObject] {
        (record[field].arrayValue ?? []).compactMap(\.objectValue)
    }

    /// Counted from Monday.
    private static func weekday(_ value: JSONValue?) -> Int? {
        weekdays.firstIndex { $0.code == value?.stringValue }
    }

    static func window(_ item: JSONObject) -> WorkingWindow? {
        guard let from = item["from"]?.stringValue.flatMap(WorkingWindow.minute),
            let to = item["to"]?.stringValue.flatMap(WorkingWindow.minute)
        else { return nil }
        return WorkingWindow(from: from, to: to)
    }

    /// By their numbers since 1970-01-01; nil for days that are none, or too many.
    static func days(_ item: JSONObject) -> ClosedRange<Int64>? {
        guard let from = date(item["from"])?.daysSince1970 else { return nil }
        let to = date(item["to"])?.daysSince1970 ?? from
        return to >= from && to - from < longestHoliday ? from...to : nil
    }

    private static func date(_ value: JSONValue?) -> CalendarDate? {
        value?.stringValue.flatMap { CalendarDate($0) }
    }
}
