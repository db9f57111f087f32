import KoiJSON

/// A form by which strangers make themselves heard, on a page of Koi or on the company's own: what comes by it is a lead.
package enum IntakeForm {
    package static let resource = Resource(
        "forms",
        singular: "form",
        Text("form", "表单"),
        plural: Text("forms", "表单"),
        takesExternalIDs: false,
        // Its counts move without an event for each.
        isMirrored: false,
        rules: IntakeFormRules(),
        fields: [
            .text("name", "Name", "名称", max: 200).required().example("Contact us"),
            .boolean("active", "Active", "启用").fallback(true),
            .text("token", "Token", "令牌", max: 100).readOnly()
                .noted("The last part of the form's address: /intake/{token}.", "表单网址的最后一段：/intake/{token}。"),
            .choice(
                "makes",
                "Makes",
                "生成",
                [Choice("lead", "Leads", "线索"), Choice("ticket", "Tickets", "工单")]
            ).fallback("lead").fixed()
                .noted("What comes of what is sent.", "提交后生成的记录。"),
            .list("asks", "Asks for", "询问字段", max: 50, of: TextRule(maximum: 60)).fallback(usualFields)
                .noted(
                    "What it asks for, in this order: fields of leads or tickets, the company's own as custom.key. All else that is sent is left out.",
                    "表单询问的线索或工单字段（自定义字段写作 custom.key），按此顺序；其他内容不予接收。"
                )
                .example(["name", "company", "mobile", "need"]),
            .list("required", "Required", "必填", max: 50, of: TextRule(maximum: 60))
                .noted("Those of them without which it is not taken.", "其中必填的字段。").example(["name"]),
            .choice("source", "Source", "来源", LeadSource.choices).fallback(.string(LeadSource.webForm)),
            .text("channel", "Channel", "渠道", max: 100)
                .noted("That of the leads; the form's name where none is given.", "线索的渠道，默认为表单名称。"),
            .reference("campaign", "Campaign", "营销活动", to: Campaign.resource.name),
            .reference("leadOwner", "Owner", "负责人", to: "users")
                .noted("Of the leads or tickets; null for nobody yet.", "线索或工单的负责人，留空表示暂不分配。"),
            .text("redirect", "Where to go then", "提交后跳转", max: 500, .web)
                .noted("A page of the company's; Koi's own where none is given.", "提交后前往的网页，默认为系统页面。")
                .example("https://www.example.com/thanks"),
            .text("trap", "Trap", "陷阱字段", max: 40, .key).fallback("homepage")
                .noted(
                    "A field that people do not see: what fills it in is a machine.",
                    "访客看不到的字段，填写它的即为机器。"
                ),
            .integer("minimumSeconds", "Seconds to fill it in", "最短填写秒数", 0...3_600).fallback(2)
                .noted(
                    "What is sent sooner after the form was fetched, or without the stamp that it came with, is by a machine. 0 for forms that have no stamp.",
                    "获取表单后过快提交或没有时间戳的即为机器。表单不含时间戳时填 0。"
                ),
            count("accepted", "Accepted", "已接收"),
            count("discarded", "Discarded", "已丢弃"),
        ]
    )

    static let usualFields: JSONValue = ["name", "company", "mobile", "email", "need"]

    private static func count(_ name: String, _ en: String, _ zh: String) -> Field {
        Field.integer(name, en, zh, 0...Int64.max).fallback(0).readOnly()
    }

    /// The fields of leads that a stranger may fill in.
    static let offered: Set<String> = [
        "name", "company", "title", "phone", "mobile", "email", "wechat", "website", "industry", "region", "size",
        "need",
        "needWhen", "needBudget", "currency", "expectations", "notes",
    ]
    /// At least one of these makes a lead.
    static let telling = ["name", "company", "email", "mobile", "phone", "wechat", "need"]

    /// What comes of what is sent.
    static func target(of form: Record) -> Resource { form["makes"] == "ticket" ? Ticket.resource : Lead.resource }

    /// The fields of the target that a stranger may fill in.
    static func offered(by form: Record) -> Set<String> {
        form["makes"] == "ticket" ? IntakeTicket.offered : offered
    }

    /// Those that it asks for and is not taken without; a field that is gone is asked for no more.
    static func required(of form: Record, _ custom: CustomFields) -> [String] {
        let required = Set((form["required"].arrayValue ?? []).compactMap(\.stringValue))
        return fields(of: form, custom).map(\.name).filter(required.contains)
    }

    /// The fields of a form in its order, with how each is read, of those that there are.
    static func fields(of form: Record, _ custom: CustomFields) -> [(name: String, kind: FieldKind, label: Text)] {
        let (target, offered) = (target(of: form), offered(by: form))
        return (form["asks"].arrayValue ?? []).compactMap(\.stringValue).compactMap { name in
            if let own = custom.field(name, of: target) { return (name, own.kind, own.label) }
            guard offered.contains(name), let field = target.field(name) else { return nil }
            return (name, field.kind, field.label)
        }
    }
}

/// What a form must keep to beyond its field list.
struct IntakeFormRules: RecordRules {
    private static let tokenLength = 16

    func begin(_ record: inout Record, in transaction: Transaction) {
        record["token"] = .string(Base64URL.encode(transaction.randomness.bytes(IntakeFormRules.tokenLength)))
    }

    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        // Nobody has chosen what is asked for by leads.
        if before == nil, record["makes"] == "ticket", record["asks"] == IntakeForm.usualFields {
            record["asks"] = IntakeTicket.usualFields
        }
        let names = (record["asks"].arrayValue ?? []).compactMap(\.stringValue)
        if names.isEmpty { issues.append(ValueRefusal.required.issue(field: "asks")) }
        let custom = transaction.catalog.customFields.current
        for (index, name) in names.enumerated() where record["asks"] != before?["asks"] {
            guard issues.count < Problem.maximumIssues else { return }
            if names[..<index].contains(name) { issues.append(IntakeFormRules.twice.issue(field: "asks[\(index)]")) }
            let target = IntakeForm.target(of: record)
            if IntakeForm.offered(by: record).contains(name) || custom.field(name, of: target) != nil { continue }
            issues.append(IntakeFormRules.notOffered.issue(field: "asks[\(index)]"))
        }
        for (index, name) in (record["required"].arrayValue ?? []).enumerated() {
            guard issues.count < Problem.maximumIssues else { return }
            if let name = name.stringValue, names.contains(name) { continue }
            issues.append(IntakeFormRules.notAsked.issue(field: "required[\(index)]"))
        }
        if let trap = record["trap"].stringValue, names.contains(trap) || trap == IntakeStamp.field {
            issues.append(IntakeFormRules.trapTaken.issue(field: "trap"))
        }
        if let target = record["redirect"].stringValue, PublicURL(target) == nil || !target.utf8.allSatisfy(isVisible) {
            issues.append(IntakeFormRules.badRedirect.issue(field: "redirect"))
        }
    }

    /// As a header field has it.
    private func isVisible(_ byte: UInt8) -> Bool { (0x21...0x7E).contains(byte) }

    private static let notOffered = ValueRefusal(
        "unknown_field",
        "Name a field that a stranger may fill in.",
        "请填写可由访客填写的字段。"
    )
    private static let twice = ValueRefusal("repeated", "Name each field once.", "每个字段只能出现一次。")
    private static let notAsked = ValueRefusal(
        "unknown_field",
        "The form does not ask for this field.",
        "表单不包含此字段。"
    )
    private static let trapTaken = ValueRefusal(
        "taken",
        "This is the name of another field of the form.",
        "此名称已被表单的其他字段使用。"
    )
    private static let badRedirect = ValueRefusal(
        "not_public_url",
        "Send an address that begins with https:// or http://, without ? and #, in ASCII.",
        "请填写以 https:// 或 http:// 开头、不含 ? 和 # 的 ASCII 网址。"
    )
}
