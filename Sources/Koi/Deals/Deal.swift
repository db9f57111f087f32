import KoiJSON

/// A deal: what a customer may buy, on its way through the stages of a pipeline.
package enum Deal {
    package static let resource = Resource(
        "deals",
        singular: "deal",
        Text("deal", "商机"),
        plural: Text("deals", "商机"),
        owner: "owner",
        rules: DealRules(),
        fields: subject + place + worth + closing + Person.shared.filter { $0.name != "preferences" }
    )

    private static let subject: [Field] = [
        .text("name", "Name", "名称", max: 200).required().searched(as: .name)
            .sorted(by: "nameKey").example("离心泵 20 台"),
        .reference("customer", "Customer", "客户", to: Customer.resource.name).required(),
        .reference("contact", "Contact", "联系人", to: Contact.resource.name),
        .reference("lead", "Lead", "线索", to: Lead.resource.name).noted("That it came of.", "由哪条线索而来。"),
        .reference("campaign", "Campaign", "营销活动", to: Campaign.resource.name),
        .boolean("existing", "Existing customer", "老客户").derived().fallback(false)
            .noted("Whether the customer had bought before the deal was made.", "商机建立时客户是否已成交过。"),
        .reference("owner", "Owner", "负责人", to: "users"),
    ]

    private static let place: [Field] = [
        .reference("pipeline", "Pipeline", "销售流程", to: "pipelines")
            .noted(
                "That of the stage, or else the main one; with a change of it goes a stage of the other.",
                "默认为阶段所属的流程，否则为主流程；更换流程时须同时指定其阶段。"
            ),
        .reference("stage", "Stage", "阶段", to: "stages")
            .noted("The first one of the pipeline where none is given.", "默认为流程的第一个阶段。"),
        .time("enteredStageAt", "In this stage since", "进入阶段时间").derived(),
        .time("stageDueAt", "Stuck from", "停滞起点").derived()
            .noted(
                "When the days of the stage are over, as they were when the deal came to it: open deals with stageDueAt.lt are stuck.",
                "阶段期限届满时间，按进入阶段时的期限计；用 state=open 和 stageDueAt.lt 可查停滞的商机。"
            ),
        .choice("state", "State", "状态", states).derived().fallback("open")
            .noted("That of the stage.", "由阶段决定。"),
    ]

    private static let worth: [Field] = [
        Money.sum("amount", "Amount", "金额")
            .noted(
                "In the smallest unit of the currency, such as fen; the sum of the lines where there are any.",
                "以货币的最小单位计，例如分；有明细时为明细之和。"
            ),
        Money.currency(),
        .date("expectedClose", "Expected close", "预计成交日期").impersonal(),
        .integer("probability", "Probability", "成功概率", 0...100)
            .noted("Where it is not that of the stage.", "与阶段不同时填写。"),
        .links(
            "lines",
            "Lines",
            "明细",
            LinkTable(table: "deal_lines", holder: "deal", target: "product", maximum: 200, fields: lines)
        ).noted(
            "What is sold. The price is that of the product where none is given; each line is rounded half up.",
            "所售内容。未填单价时取产品单价；每行四舍五入。"
        ).example([["product": 1, "quantity": 20, "price": 199_900, "discount": 5]]),
    ]

    private static let lines: [Field] = [
        .reference("product", "Product", "产品", to: "products").required(),
        .number("quantity", "Quantity", "数量").fallback(1)
            .noted("With at most three decimals.", "最多三位小数。"),
        .integer("price", "Price", "单价", Money.range),
        .number("discount", "Discount", "折扣（%）").fallback(0)
            .noted("Per cent off, with at most two decimals.", "折让百分比，最多两位小数。"),
    ]

    private static let closing: [Field] = [
        .time("wonAt", "Won", "赢单时间").derived(),
        .time("lostAt", "Lost", "输单时间").derived(),
        .list("competitors", "Competitors", "竞争对手", max: 50, of: TextRule(maximum: 200)).impersonal(),
        .choice("lostReason", "Reason of the loss", "输单原因", LossReason.choices)
            .noted("Of deals that are lost, and of no others.", "仅用于输单的商机，且必填。"),
        .choice("lostClass", "Whose fault", "责任方", LossReason.classes).derived()
            .noted("Follows from the reason.", "由输单原因得出。"),
        .text("contractNumber", "Contract number", "合同编号", max: 100).searched(as: .code).example("HT-2026-118"),
        .date("contractFrom", "Contract from", "合同开始日期").impersonal(),
        .date("contractTo", "Contract to", "合同结束日期").impersonal(),
    ]

    private static let states = [
        Choice("open", "Open", "进行中"),
        Choice("won", "Won", "赢单"),
        Choice("lost", "Lost", "输单"),
    ]
}
