import KoiJSON

/// A campaign: what the company does for a while to be found by new customers, and what that costs.
package enum Campaign {
    package static let resource = Resource(
        "campaigns",
        singular: "campaign",
        Text("campaign", "营销活动"),
        plural: Text("campaigns", "营销活动"),
        owner: "owner",
        rules: CampaignRules(),
        fields: [
            .text("name", "Name", "名称", max: 200).required().searched(as: .name).sorted(by: "nameKey")
                .example("Autumn fair 2026"),
            .date("from", "From", "开始日期").example("2026-10-12"),
            .date("to", "To", "结束日期").example("2026-10-16"),
            .text("channel", "Channel", "渠道", max: 100).example("Fair"),
            .integer("budget", "Budget", "预算", Money.range).noted(Money.note.en, Money.note.zh).example(5_000_000),
            .integer("cost", "Cost", "实际费用", Money.range).noted(Money.note.en, Money.note.zh).example(4_350_000),
            Money.currency(),
            .text("notes", "Notes", "备注", max: 10_000, .multiline).unsorted(),
            .reference("owner", "Owner", "负责人", to: "users"),
        ]
    )
}

/// What a campaign must keep to beyond its field list.
struct CampaignRules: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        if let from = record["from"].stringValue, let to = record["to"].stringValue, to < from {
            issues.append(CampaignRules.endsBeforeStart.issue(field: "to"))
        }
        Money.completeCurrency(of: &record, for: ["budget", "cost"], in: transaction)
    }

    private static let endsBeforeStart = ValueRefusal(
        "ends_before_start",
        "The end must not lie before the start.",
        "结束日期不能早于开始日期。"
    )
}
