import KoiJSON

/// A lead: somebody who may become a customer, as they were heard of or made themselves heard.
package enum Lead {
    package static let resource = Resource(
        "leads",
        singular: "lead",
        Text("lead", "线索"),
        plural: Text("leads", "线索"),
        owner: "owner",
        describesPeople: true,
        rules: LeadRules(),
        fields: who + origin + need + progress + Pool.fields + Person.shared.filter { $0.name != "preferences" }
    )

    private static let who: [Field] = [
        .text("name", "Name", "名称", max: 200).required().searched(as: .name)
            .sorted(by: "nameKey").recognised(.personName)
            .noted("Of the person, or of the matter where nobody is known yet.", "联系人姓名；尚不知联系人时填写事由。")
            .example("王芳"),
        .text("company", "Company", "公司", max: 200).searched(as: .name).recognised(.place),
        .text("title", "Title", "职务", max: 100),
        .text("phone", "Phone", "电话", max: 40, .phone).searched(as: .phone).recognised(.alone),
        .text("mobile", "Mobile", "手机", max: 40, .phone).searched(as: .phone).recognised(.alone)
            .example("139 0013 9000"),
        .text("email", "E-mail", "电子邮件", max: 254, .email).searched(as: .email).recognised(.alone),
        .text("wechat", "WeChat", "微信", max: 100).searched(as: .text).recognised(.alone),
        .text("website", "Website", "网站", max: 300, .web).searched(as: .web),
        .text("industry", "Industry", "行业", max: 100).impersonal(),
        .text("region", "Region", "地区", max: 100).impersonal(),
        .integer("size", "Employees", "人数", 0...100_000_000),
    ]

    private static let origin: [Field] = [
        .choice("source", "Source", "来源", LeadSource.choices),
        .text("channel", "Channel", "渠道", max: 100).impersonal()
            .noted("More closely than the source: the site, the hotline, the stand.", "比来源更具体：网站、热线、展位等。"),
        .reference("campaign", "Campaign", "营销活动", to: Campaign.resource.name),
        .integer("collisions", "Other campaigns", "其他营销活动", 0...Int64.max).fallback(0).derived()
            .noted(
                "By how many other campaigns the same person came not long before or after.",
                "同一人在相近时间内还通过多少其他营销活动联系。"
            ),
        .reference("referrerCustomer", "Referred by customer", "推荐客户", to: Customer.resource.name),
        .reference("referrerContact", "Referred by contact", "推荐联系人", to: Contact.resource.name),
    ]

    private static let need: [Field] = [
        .text("need", "Need", "需求", max: 2_000, .multiline).unsorted().example("200 bearings a month"),
        .date("needWhen", "Needed on", "需求日期").impersonal(),
        .integer("needBudget", "Budget", "预算", Money.range).noted(Money.note.en, Money.note.zh),
        Money.currency(),
        .reference("product", "Product", "产品", to: Product.resource.name),
        .text("expectations", "Expectations", "期望", max: 2_000, .multiline).unsorted()
            .noted("What they said that they expect, of goods and of service.", "对方明确表达的对产品和服务的期望。"),
    ]

    private static let progress: [Field] = [
        .choice("status", "Status", "状态", LeadStatus.choices).fallback(.string(LeadStatus.new.rawValue)),
        .reference("owner", "Owner", "负责人", to: "users").noted("Null while nobody has it yet.", "尚未分配时为空。"),
        .integer("score", "Score", "评分", 0...LeadScore.highest).derived()
            .telling(of: LeadTrait.allCases.flatMap(\.fields))
            .noted(
                "How likely it becomes a customer, as of its last change; GET /v1/leads/{id}/score says it as of now, and why.",
                "成为客户的可能性（截至最近一次更改）；GET /v1/leads/{id}/score 给出当前评分及原因。"
            ),
        .time("receivedAt", "Received", "收到时间").fixed()
            .noted("When they made themselves heard; now where none is given.", "对方提出联系的时间，默认为当前时间。"),
        .time("firstResponseAt", "First response", "首次响应时间").derived()
            .noted("When the lead was first answered, or left the status new.", "首次答复或离开“新线索”状态的时间。"),
        .time("responseDueAt", "Answer due", "响应期限").derived()
            .noted("When the first answer is due, by the rule that assigned the lead.", "首次响应的期限，由分配规则确定。"),
        .reference("customer", "Customer", "客户", to: Customer.resource.name).readOnly()
            .noted("What it was converted to.", "转换所得的客户。"),
        .reference("contact", "Contact", "联系人", to: Contact.resource.name).readOnly()
            .noted("What it was converted to.", "转换所得的联系人。"),
        .reference("deal", "Deal", "商机", to: "deals").readOnly()
            .noted("What it was converted to.", "转换所得的商机。"),
        .time("convertedAt", "Converted", "转换时间").readOnly(),
    ]
}
