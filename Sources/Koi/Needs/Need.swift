import KoiJSON

/// A need: what a customer wants to have, by when and for how much, by which a target becomes a potential customer.
package enum Need {
    package static let resource = Resource(
        "needs",
        singular: "need",
        Text("need", "需求"),
        plural: Text("needs", "需求"),
        owner: "owner",
        rules: NeedRules(),
        fields: [
            .reference("customer", "Customer", "客户", to: Customer.resource.name).required(),
            .reference("contact", "Contact", "联系人", to: Contact.resource.name),
            .text("what", "What", "需求内容", max: 2_000, .multiline).required().searched(as: .text).unsorted()
                .example("200 bearings a month"),
            .date("when", "When", "需求日期").impersonal(),
            .integer("budget", "Budget", "预算", Money.range).noted(Money.note.en, Money.note.zh),
            Money.currency(),
            .reference("product", "Product", "产品", to: Product.resource.name)
                .noted(
                    "The one that they ask for; null for whatever fits by its words.",
                    "对方指定的产品；留空则按关键词匹配产品。"
                ),
            .text("expectations", "Expectations", "期望", max: 2_000, .multiline).unsorted()
                .noted("What they said that they expect, of goods and of service.", "对方明确表达的对产品和服务的期望。"),
            .choice("horizon", "Horizon", "时间范围", horizons).fallback("now"),
            .choice("status", "Status", "状态", statuses).fallback("open"),
            .reference("lead", "Lead", "线索", to: Lead.resource.name).readOnly()
                .noted("By whose conversion it came.", "由哪条线索转换而来。"),
            .reference("owner", "Owner", "负责人", to: "users"),
        ]
    )

    private static let horizons = [
        Choice("now", "Now", "当前"),
        Choice("future", "In future", "未来"),
    ]

    private static let statuses = [
        Choice("open", "Open", "未满足"),
        Choice("matched", "Matched by an offer", "已有匹配"),
        Choice("met", "Met", "已满足"),
        Choice("dropped", "Dropped", "已放弃"),
    ]
}

/// What a need must keep to beyond its field list.
struct NeedRules: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        Money.completeCurrency(of: &record, for: ["budget"], in: transaction)
    }

    /// What is needed anew may be what is sold already.
    func saved(_ record: Record, before: Record?, in transaction: Transaction) throws {
        let told = ["what", "product", "budget", "currency", "status", "owner", "removedAt"]
        guard record["status"] == "open", !record.isRemoved,
            before.map({ before in told.contains { record[$0] != before[$0] } }) ?? true
        else { return }
        try ProductMatching.compare(record, in: transaction)
    }

    /// What a customer needs says how far it is.
    func happened(_ record: Record, before: Record?, event: Int64, in transaction: Transaction) throws {
        let stages = CustomerStages(transaction)
        if let before, before["customer"] != record["customer"], let customer = before["customer"].integerValue {
            try stages.renew(customer, because: event)
        }
        if let customer = record["customer"].integerValue { try stages.renew(customer, because: event) }
    }

    func related(to record: Record) -> [EventSubject] {
        [(Customer.resource.name, "customer"), (Contact.resource.name, "contact")].compactMap { resource, field in
            record[field].integerValue.map { EventSubject(resource: resource, id: $0) }
        }
    }
}
