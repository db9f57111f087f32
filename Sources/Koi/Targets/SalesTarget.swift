import KoiJSON

/// A target: what somebody, a team or the whole company is to reach within a period.
package enum SalesTarget {
    package static let resource = Resource(
        "targets",
        singular: "target",
        Text("target", "目标"),
        plural: Text("targets", "目标"),
        owner: "user",
        team: "team",
        rules: TargetRules(),
        fields: [
            .reference("user", "User", "个人", to: "users").fixed()
                .noted("Whose target it is; with neither user nor team it is the company's.", "个人目标填写；个人和团队均不填则为公司目标。"),
            .reference("team", "Team", "团队", to: "teams").fixed()
                .noted("The team with all teams below it.", "含其下级团队。"),
            .choice("measure", "Measure", "指标", TargetMeasure.choices).fallback("won_amount"),
            .integer("value", "Target", "目标值", 1...Money.range.upperBound).required()
                .noted("A number, or a sum in the smallest unit of the currency.", "数量，或以货币最小单位计的金额。").example(
                    50_000_000
                ),
            .choice("currency", "Currency", "货币", Currency.choices)
                .noted(
                    "Of a sum, the company's where none is given; null for numbers.",
                    "金额类指标的货币，默认为公司货币；数量类指标为空。"
                ),
            .choice("period", "Period", "周期", TargetPeriod.choices)
                .noted("Where given, to follows from it.", "填写后结束日期由此得出。"),
            .date("from", "From", "开始日期").required().impersonal()
                .noted("The first day, by the company's time zone.", "第一天，以公司时区为准。").example("2027-01-01"),
            .date("to", "To", "结束日期").impersonal()
                .noted("The last day.", "最后一天。"),
            .text("notes", "Notes", "备注", max: 2_000, .multiline).unsorted(),
        ]
    )
}

/// What can be counted for a target.
enum TargetMeasure: String, CaseIterable {
    /// What the deals came to that were won.
    case wonAmount = "won_amount"
    case wonDeals = "won_deals"
    /// Customers that bought for the first time.
    case newCustomers = "new_customers"
    case leadsAnswered = "leads_answered"

    var label: Text {
        switch self {
        case .wonAmount: Text("Amount of won deals", "赢单金额")
        case .wonDeals: Text("Won deals", "赢单数")
        case .newCustomers: Text("New customers", "新客户数")
        case .leadsAnswered: Text("Answered leads", "已响应线索数")
        }
    }

    static let choices = allCases.map { Choice($0.rawValue, $0.label.en, $0.label.zh) }
}

/// A span of the calendar by its name.
enum TargetPeriod: String, CaseIterable {
    case month
    case quarter
    case year

    private var label: Text {
        switch self {
        case .month: Text("Month", "月")
        case .quarter: Text("Quarter", "季度")
        case .year: Text("Year", "年")
        }
    }

    private var months: Int64 {
        switch self {
        case .month: 1
        case .quarter: 3
        case .year: 12
        }
    }

    static let choices = allCases.map { Choice($0.rawValue, $0.label.en, $0.label.zh) }

    /// Its last day; nil where it cannot begin on this one: years of a company may begin in any month, but with its first day.
    func last(from day: CalendarDate) -> CalendarDate? {
        guard day.day == 1 else { return nil }
        let next = CalendarDate.first(ofMonth: day.year * 12 + day.month - 1 + months)
        return CalendarDate(daysSince1970: next.daysSince1970 - 1)
    }
}
