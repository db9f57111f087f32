import KoiJSON

/// A ticket: what a customer asks for, complains of, sends back or suggests, from its receipt to the customer's satisfaction.
package enum Ticket {
    package static let resource = Resource(
        "tickets",
        singular: "ticket",
        Text("ticket", "工单"),
        plural: Text("tickets", "工单"),
        owner: "owner",
        rules: TicketRules(),
        fields: matter + subject + people + progress + times + outcome + conduct + TicketSatisfaction.fields
            + Person.shared.filter { $0.name != "preferences" }
    )

    private static let matter: [Field] = [
        .text("number", "Ticket number", "工单号", max: 20).readOnly().impersonal().searched(as: .code)
            .noted(
                "What customers are told. Its last digit checks the others.",
                "告知客户的号码，末位为校验位。"
            ).example("57240199"),
        .text("subject", "Subject", "主题", max: 200).required().searched(as: .text).example("水泵漏水"),
        .text("description", "Description", "描述", max: 20_000, .multiline).unsorted(),
        .choice("kind", "Kind", "类型", kinds).fallback("inquiry"),
        .reference("category", "Category", "分类", to: TicketCategory.resource.name),
        .choice("phase", "Phase", "阶段", phases),
        .choice("channel", "Channel", "渠道", channels).fallback("other"),
        .choice("severity", "Severity", "严重程度", severities)
            .noted(
                "How bad it is for the customer; how soon it is to be seen to is the priority.",
                "对客户的影响程度；处理的先后由优先级决定。"
            ),
        .choice("priority", "Priority", "优先级", priorities).fallback("normal"),
        .choice("conflict", "Conflict", "冲突程度", conflicts),
        .text("remedySought", "Remedy sought", "期望的补救", max: 2_000, .multiline).unsorted().example("换新"),
        .text("expectation", "Expected", "原本的期望", max: 2_000, .multiline).unsorted()
            .noted("What they had expected of the goods or the service.", "客户原本对商品或服务的期望。"),
    ]

    private static let subject: [Field] = [
        .reference("product", "Product", "产品", to: Product.resource.name),
        .reference("deal", "Deal", "商机", to: Deal.resource.name),
        .text("orderReference", "Order reference", "订单号", max: 100).searched(as: .code),
    ]

    private static let people: [Field] = [
        .reference("customer", "Customer", "客户", to: Customer.resource.name)
            .noted(
                "That of the deal, or the only one of the contact, where none is given.",
                "未填写时取商机的客户，或联系人唯一所属的客户。"
            ),
        .reference("contact", "Contact", "联系人", to: Contact.resource.name),
        .choice("tier", "Customer's tier", "客户等级", Customer.tiers).derived()
            .noted("As it was when the ticket was last changed.", "以工单最近一次更改时为准。"),
        .text("reporterName", "Reporter", "报告人", max: 200).searched(as: .name)
            .noted("Who wrote, where no record is known yet.", "尚无对应记录时的来信人。"),
        .text("reporterEmail", "Reporter's e-mail", "报告人邮箱", max: 254, .email).searched(as: .email),
        .text("reporterPhone", "Reporter's phone", "报告人电话", max: 40, .phone).searched(as: .phone),
        .choice("language", "Language", "语言", [Choice("zh", "Chinese", "中文"), Choice("en", "English", "英文")])
            .noted(
                "In which the customer is written to; that of the company where none is given.",
                "与客户沟通所用的语言，默认为公司的语言。"
            ),
    ]

    private static let progress: [Field] = [
        .reference("status", "Status", "状态", to: TicketStatus.resource.name)
            .noted(
                "Changed along the transitions; the main one for new tickets where none is given.",
                "按流转规则更改；新工单默认为“新建”类的主状态。"
            ),
        .choice("state", "State", "状态类别", TicketState.choices).derived().fallback("new")
            .noted("The category of the status.", "由状态的类别决定。"),
        .date("deferredUntil", "Deferred until", "暂缓至").impersonal()
            .noted("Of tickets that cannot be solved at present.", "仅用于暂时无法解决的工单。"),
        .reference("owner", "Case owner", "负责人", to: "users")
            .noted("Who stays with it from the receipt to the end.", "自受理到结束始终负责的人。"),
        .reference("assignee", "Assignee", "处理人", to: "users")
            .noted("Who works on it; the owner where nobody is named.", "实际处理人；未填写时为负责人。"),
        .reference("parent", "Part of", "上级工单", to: "tickets"),
        .reference("follows", "Follows", "接续工单", to: "tickets").readOnly()
            .noted("The ended ticket of which it is the continuation.", "本工单所接续的已结束工单。"),
    ]

    private static let times: [Field] = [
        .time("receivedAt", "Received", "受理时间").fixed()
            .noted("When it is stored, where nothing is given.", "默认为录入时间。"),
        .time("firstResponseAt", "First answered", "首次答复时间").derived(),
        .time("lastIncomingAt", "Customer last wrote", "客户最近来信时间").derived(),
        .time("lastReplyAt", "Last answered", "最近答复时间").derived(),
        .time("resolvedAt", "Resolved", "解决时间").derived(),
        .time("closedAt", "Closed", "关闭时间").derived(),
        .time("nextDueAt", "Next deadline", "下一时限").derived(),
    ]

    private static let outcome: [Field] = [
        .integer("reopened", "Reopened", "重开次数", 0...Int64.max).derived().fallback(0),
        .integer("handovers", "Hand-overs", "转手次数", 0...Int64.max).derived().fallback(0),
        .choice("cause", "Cause", "原因", LossReason.choices),
        .choice("causeClass", "Whose fault", "责任方", LossReason.classes).derived()
            .noted("Follows from the cause.", "由原因得出。"),
    ]

    // MARK: Choices

    static let kinds = [
        Choice("inquiry", "Inquiry", "咨询"), Choice("complaint", "Complaint", "投诉"),
        Choice("return", "Return", "退货"), Choice("exchange", "Exchange", "换货"), Choice("repair", "Repair", "维修"),
        Choice("suggestion", "Suggestion", "建议"), Choice("praise", "Praise", "表扬"),
    ]
    static let phases = [
        Choice("pre_sale", "Before the sale", "售前"), Choice("in_sale", "During the sale", "售中"),
        Choice("after_sale", "After the sale", "售后"),
    ]
    static let channels = [
        Choice("email", "E-mail", "电子邮件"), Choice("form", "Form", "表单"), Choice("phone", "Phone", "电话"),
        Choice("wechat", "WeChat", "微信"), Choice("visit", "In person", "面谈"), Choice("api", "Other program", "接口"),
        Choice("page", "Customer's page", "客户页面"), Choice("other", "Other", "其他"),
    ]
    static let severities = [
        Choice("critical", "Critical", "严重"), Choice("major", "Major", "较大"), Choice("minor", "Minor", "较小"),
        Choice("trivial", "Trivial", "轻微"),
    ]
    static let priorities = [
        Choice("urgent", "Urgent", "紧急"), Choice("high", "High", "高"), Choice("normal", "Normal", "普通"),
        Choice("low", "Low", "低"),
    ]
    private static let conflicts = [
        Choice("calm", "Calm", "平静"), Choice("annoyed", "Annoyed", "不满"), Choice("angry", "Angry", "愤怒"),
        Choice("threatening", "Threatening", "威胁"),
    ]
}
