import KoiJSON

/// A message that was sent to people outside of the company, or is being sent.
package enum Message {
    package static let resource = Resource(
        "messages",
        singular: "message",
        Text("message", "消息"),
        plural: Text("messages", "消息"),
        operations: [],
        owner: "sender",
        takesExternalIDs: false,
        // Its counts move without an event for each.
        isMirrored: false,
        rules: MessageRules(),
        fields: [
            .choice("channel", "Channel", "渠道", MessageChannel.choices).required().fixed().example("mail"),
            .reference("gateway", "Gateway", "网关", to: Gateway.resource.name).readOnly(),
            .choice("purpose", "Purpose", "用途", MessagePurpose.choices).required().fixed()
                .noted(
                    "Marketing goes to those who have agreed, service to all who have not opted out, and what is transactional, such as an answer, to everybody.",
                    "营销消息只发给已同意者，服务消息发给未退订者，事务性消息（例如答复）发给所有人。"
                )
                .example("service"),
            .reference("template", "Template", "模板", to: MessageTemplate.resource.name).fixed(),
            .text("subject", "Subject", "主题", max: 500).fixed().unsorted(),
            .text("text", "Text", "文本", max: MessageTemplate.maximumText, .multiline).fixed().unsorted(),
            .text("html", "HTML", "HTML", max: 200_000, .multiline).fixed().unsorted().unfiltered(),
            .choice("language", "Language", "语言", MessageTemplate.languages).fixed(),
            Field("parameters", .object, Text("Parameters", "参数")).fallback(.object([:])).fixed().unfiltered(),
            .list("references", "Answers", "回复", max: 20, of: TextRule(maximum: 252)).fixed().unfiltered()
                .noted("The Message-IDs of the mails that it answers, the oldest first.", "所回复邮件的 Message-ID，最早的在前。"),
            .reference("sender", "Sender", "发送人", to: "users").fixed(),
            .integer("job", "Job", "任务", 1...Int64.max).readOnly()
                .noted("What finds the recipients of a filter.", "查找筛选条件所对应收件人的任务。"),
            count("queued", "Queued", "待发送"),
            count("sent", "Sent", "已发送"),
            count("failed", "Failed", "失败"),
            count("refused", "Refused", "未发送"),
        ]
    )

    private static func count(_ name: String, _ en: String, _ zh: String) -> Field {
        Field.integer(name, en, zh, 0...Int64.max).fallback(0).readOnly()
    }

    /// Words of its own, where it has no template.
    static func words(of message: Record) -> MessageWords? {
        guard let text = message["text"].stringValue else { return nil }
        return MessageWords(subject: message["subject"].stringValue, text: text, html: message["html"].stringValue)
    }
}

struct MessageRules: RecordRules {
    func begin(_ record: inout Record, in transaction: Transaction) {
        record["sender"] = transaction.actor.user.map(JSONValue.integer) ?? .null
    }
}

/// What came of a message for one recipient.
enum RecipientState: String, Sendable, CaseIterable {
    /// To be sent, or to be tried again.
    case queued
    /// Taken by the mail server or gateway.
    case sent
    /// Could not be delivered.
    case failed
    /// Not sent, as a rule forbids it.
    case refused
}
