import Foundation
import KoiJSON
import KoiSQLite

/// What `POST /v1/messages` asks for, read and checked as far as the body alone can be.
struct MessageOrder {
    /// Recipients that a body may name one by one; more are those of a filter.
    static let maximumRecipients = 1_000

    let channel: MessageChannel
    let purpose: MessagePurpose
    let template: Int64?
    let gateway: Int64?
    let words: MessageWords?
    let language: Language?
    let parameters: JSONObject
    let references: [String]
    let to: JSONObject
    let attachments: [MailAttachment]

    static let fields = BodyFields([
        .choice("channel", "Channel", "渠道", MessageChannel.choices).required().example("mail"),
        .reference("gateway", "Gateway", "网关", to: Gateway.resource.name)
            .noted("The first active one of the channel where none is given.", "默认为该渠道第一个启用的网关。"),
        .choice("purpose", "Purpose", "用途", MessagePurpose.choices).required().example("service"),
        .reference("template", "Template", "模板", to: MessageTemplate.resource.name)
            .noted("Or a text.", "或填写文本。"),
        .text("subject", "Subject", "主题", max: 500),
        .text("text", "Text", "文本", max: MessageTemplate.maximumText, .multiline),
        .text("html", "HTML", "HTML", max: 200_000, .multiline),
        .choice("language", "Language", "语言", MessageTemplate.languages)
            .noted("The company's where none is given.", "默认为公司的语言。"),
        Field("parameters", .object, Text("Parameters", "参数")).fallback(.object([:])),
        .list("references", "Answers", "回复", max: 20, of: TextRule(maximum: 252))
            .noted("The Message-IDs of the mails that it answers, the oldest first.", "所回复邮件的 Message-ID，最早的在前。"),
        Field("to", .object, Text("To", "收件人")).required()
            .noted(
                "Numbers of records by resource (customers, contacts), addresses, or a filter: {\"resource\": \"customers\", \"parameters\": {\"tier\": \"vip\"}}.",
                "按对象列出的记录编号（customers、contacts）、addresses 地址，或筛选条件 filter：{\"resource\": \"customers\", \"parameters\": {\"tier\": \"vip\"}}。"
            )
            .example(["customers": [1]]),
        .facts(
            "attachments",
            "Attachments",
            "附件",
            max: MailAttachment.maximumCount,
            of: [
                .text("name", "Name", "名称", max: 200).required().example("报价.pdf"),
                .text("type", "Type", "类型", max: 120).example("application/pdf"),
                .text("content", "Content", "内容", max: 7_200_000).required()
                    .noted("In base64.", "base64 编码。").example("SGVsbG8="),
            ]
        ).noted("Of mail only; 5 MiB together.", "仅限邮件，总计不超过 5 MiB。"),
    ])

    /// - Throws: `Problem.invalid`
    init(_ body: JSONObject) throws {
        let read = try MessageOrder.fields.read(body)
        var issues: [Problem.Issue] = []
        channel = read["channel"]?.stringValue.flatMap(MessageChannel.init(rawValue:)) ?? .mail
        purpose = read["purpose"]?.stringValue.flatMap(MessagePurpose.init(rawValue:)) ?? .marketing
        template = read["template"]?.integerValue
        gateway = read["gateway"]?.integerValue
        words = read["text"]?.stringValue.map {
            MessageWords(subject: read["subject"]?.stringValue, text: $0, html: read["html"]?.stringValue)
        }
        language = read["language"]?.stringValue.flatMap(Language.init(rawValue:))
        parameters = read["parameters"]?.objectValue ?? [:]
        to = read["to"]?.objectValue ?? [:]
        references = MessageOrder.references(read["references"]?.arrayValue ?? [], &issues)
        attachments = MessageOrder.attachments(read["attachments"]?.arrayValue ?? [], &issues)
        if words == nil, template == nil { issues.append(ValueRefusal.required.issue(field: "text")) }
        if template != nil {
            for name in ["subject", "text", "html"] where read[name]?.isNull == false {
                issues.append(MessageOrder.either.issue(field: name))
            }
        }
        if channel == .mail, gateway != nil { issues.append(MessageOrder.notOfMail.issue(field: "gateway")) }
        if channel != .mail, !attachments.isEmpty { issues.append(MessageOrder.ofMail.issue(field: "attachments")) }
        if channel != .mail, !references.isEmpty { issues.append(MessageOrder.ofMail.issue(field: "references")) }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
    }

    private static func references(_ items: [JSONValue], _ issues: inout [Problem.Issue]) -> [String] {
        items.enumerated().compactMap { index, item in
            if let id = item.stringValue.flatMap(MailID.init) { return id.text }
            let refusal = ValueRefusal(
                "not_message_id",
                "Send a Message-ID such as <1@example.com>.",
                "请填写 Message-ID，例如 <1@example.com>。"
            )
            issues.append(refusal.issue(field: "references[\(index)]"))
            return nil
        }
    }

    private static func attachments(_ items: [JSONValue], _ issues: inout [Problem.Issue]) -> [MailAttachment] {
        var total = 0
        return items.enumerated().compactMap { index, item in
            let place = "attachments[\(index)]"
            guard let content = item["content"]?.stringValue.flatMap({ Data(base64Encoded: $0) }) else {
                let refusal = ValueRefusal("not_base64", "Send the file in base64.", "请以 base64 编码填写文件内容。")
                issues.append(refusal.issue(field: place + ".content"))
                return nil
            }
            let type = item["type"]?.stringValue ?? "application/octet-stream"
            if !MailAttachment.isType(type) {
                let refusal = ValueRefusal(
                    "not_type",
                    "Send a media type such as application/pdf.",
                    "请填写媒体类型，例如 application/pdf。"
                )
                issues.append(refusal.issue(field: place + ".type"))
            }
            total += content.count
            if total > MailAttachment.maximumTotal { issues.append(tooLarge.issue(field: place)) }
            return MailAttachment(name: item["name"]?.stringValue ?? "", type: type, content: Array(content))
        }
    }

    private static let either = ValueRefusal(
        "template_or_text",
        "Leave this out: the template has it.",
        "已指定模板，请勿填写。"
    )
    private static let ofMail = ValueRefusal("mail_only", "Only mail has this; leave it out.", "仅限邮件，请勿填写。")
    private static let notOfMail = ValueRefusal("not_of_mail", "Mail goes through no gateway.", "邮件不经过网关。")
    private static let tooLarge = ValueRefusal(
        "too_large",
        "All attachments together have at most 5 MiB.",
        "附件总计不超过 5 MiB。"
    )
}
