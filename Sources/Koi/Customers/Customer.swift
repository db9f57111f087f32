import KoiJSON

/// A customer: a company or a person that the company knows, whether or not it ever bought.
package enum Customer {
    package static let resource = resource(fields)

    /// The resource with another field list, as a test needs it.
    package static func resource(_ fields: [Field]) -> Resource {
        Resource(
            "customers",
            singular: "customer",
            Text("customer", "客户"),
            plural: Text("customers", "客户"),
            owner: "owner",
            describesPeople: true,
            rules: CustomerRules(),
            fields: fields
        )
    }

    package static let fields: [Field] =
        identity + standing + Person.birthday + [
            .choice("preferredChannel", "Preferred channel", "首选联系方式", Person.channels),
            .reference("owner", "Owner", "负责人", to: "users").weighed(2),
        ] + Pool.fields + Person.shared

    private static let identity: [Field] =
        [
            .choice("kind", "Kind", "类型", kinds).fallback("company").example("company"),
            .text("name", "Name", "名称", max: 200).required().searched(as: .name)
                .sorted(by: "nameKey").recognised(.name).example("重庆机械有限公司"),
            .text("shortName", "Short name", "简称", max: 100).searched(as: .name),
            .text("phone", "Phone", "电话", max: 40, .phone).searched(as: .phone)
                .recognised(.alone).weighed(3).example("+86 23 6868 1234"),
            .text("email", "E-mail", "电子邮件", max: 254, .email).searched(as: .email).recognised(.alone).weighed(2),
            .text("website", "Website", "网站", max: 300, .web).searched(as: .web).recognised(.alone),
            .text("registrationNumber", "Registration number", "统一社会信用代码", max: 50).searched(as: .code)
                .recognised(.alone)
                .noted("What a register of companies gave, or a tax office.", "工商登记或税务机关给出的编号。"),
            .text("industry", "Industry", "行业", max: 100).impersonal().weighed(1),
            .text("region", "Region", "地区", max: 100).impersonal().recognised(.placeOfCompany).weighed(1),
            .text("address", "Address", "地址", max: 300).searched(as: .text).recognised(.place).weighed(1),
            .integer("size", "Employees", "人数", 0...100_000_000)
                .noted("Companies only.", "仅限公司。"),
            .text("source", "Source", "来源", max: 100).impersonal().weighed(1),
            .reference("campaign", "Campaign", "营销活动", to: "campaigns"),
            .reference("referrerCustomer", "Referred by customer", "推荐客户", to: "customers"),
            .reference("referrerContact", "Referred by contact", "推荐联系人", to: "contacts"),
            .choice("tier", "Tier", "等级", tiers).weighed(1).example("vip"),
        ]

    /// How far a customer is: what follows from its needs, deals, complaints and activities.
    private static let standing: [Field] = [
        .choice("lifecycle", "Lifecycle", "生命周期", CustomerAxis.lifecycle.stages).derived()
            .fallback(.string(CustomerAxis.lifecycle.first))
            .noted("How far it is on the way to a contract, and beyond.", "在签约道路上所处的阶段。"),
        .time("lifecycleSince", "In this stage since", "进入生命周期阶段时间").derived()
            .noted("Null: ever since it was made.", "为空表示自建立以来。"),
        .choice("relationshipStage", "Relationship stage", "关系阶段", CustomerAxis.relationship.stages).derived()
            .fallback(.string(CustomerAxis.relationship.first)),
        .time("relationshipSince", "In this relationship stage since", "进入关系阶段时间").derived(),
        .integer("purchases", "Purchases", "成交次数", 0...1_000_000_000).derived().fallback(0)
            .noted("Deals that were won.", "赢单的商机数。"),
        .time("lastPurchaseAt", "Last purchase", "上次成交时间").derived(),
        .integer("openComplaints", "Open complaints", "未解决的投诉", 0...1_000_000).fallback(0).impersonal()
            .noted("Kept up to date by whoever handles complaints.", "由处理投诉的人员或系统更新。"),
        .time("lastCareAt", "Last care", "最近关怀").readOnly()
            .noted("When the newest of its activities happened; null for never.", "最近一次跟进的时间；从未跟进时为空。"),
    ]

    static let kinds = [
        Choice("company", "Company", "公司"),
        Choice("person", "Person", "个人"),
    ]

    static let tiers = [
        Choice("vip", "VIP", "重点客户"),
        Choice("potential", "Potential", "潜力客户"),
        Choice("general", "General", "一般客户"),
        Choice("low", "Low", "低价值客户"),
    ]
}

/// What a customer must keep to beyond its field list.
package struct CustomerRules: RecordRules {
    package func complete(_ record: inout Record) { Pool.leave(&record) }

    package func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        Person.checkBirthday(record, &issues)
        try Referrals.check(record, before: before, &issues, in: transaction)
        let isPerson = record["kind"] == "person"
        if isPerson, !record["size"].isNull {
            let refusal = ValueRefusal(
                "companies_only",
                "A person has no employees; leave size out.",
                "个人客户没有人数，请勿填写 size。"
            )
            issues.append(refusal.issue(field: "size"))
        }
        if !isPerson, !record["birthday"].isNull {
            let refusal = ValueRefusal(
                "persons_only",
                "A company has no birthday; give it to a contact.",
                "公司没有生日，请填写在联系人上。"
            )
            issues.append(refusal.issue(field: "birthday"))
        }
    }

    /// Complaints say how far a customer is; one that comes back may have been left behind by its deals.
    package func happened(_ record: Record, before: Record?, event: Int64, in transaction: Transaction) throws {
        try ReferrerStages.renew(record, before: before, because: event, in: transaction)
        try TicketRetiming.follow(record, before: before, transaction)
        let complaints = before.map { $0["openComplaints"] } ?? 0
        let isBack = before?.isRemoved == true && !record.isRemoved
        guard record["openComplaints"] != complaints || isBack else { return }
        try CustomerStages(transaction).renew(record.id, because: event)
    }
}
