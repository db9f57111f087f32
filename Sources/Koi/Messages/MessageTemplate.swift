import KoiJSON
import KoiSQLite

/// A message that is written once and sent often: subject, text and HTML in one or both languages, with placeholders.
package enum MessageTemplate {
    static let maximumText = 20_000

    package static let resource = Resource(
        "templates",
        singular: "template",
        Text("template", "模板"),
        plural: Text("templates", "模板"),
        isMirrored: false,
        rules: MessageTemplateRules(),
        fields: [
            .text("name", "Name", "名称", max: 100).required().example("Welcome"),
            .choice("channel", "Channel", "渠道", MessageChannel.choices).required().fixed().example("mail"),
            .list("parameters", "Parameters", "参数", max: 50, of: TextRule(maximum: 50, format: .key)).unfiltered()
                .noted(
                    "What every message made of it has to bring along: {{code}} in a text.",
                    "每条消息须提供的参数，在文本中写作 {{code}}。"
                )
                .example(["code"]),
            .facts("variants", "Texts", "内容", max: Language.allCases.count, of: variant)
                .noted(
                    "One for each language; the first is for all others. Placeholders are {{customer.name}}, {{contact.title}}, {{company}}, {{sender}}, {{unsubscribe}} and the parameters.",
                    "每种语言一份，第一份用于其他语言。占位符有 {{customer.name}}、{{contact.title}}、{{company}}、{{sender}}、{{unsubscribe}} 及各参数。"
                )
                .unfiltered()
                .example([["language": "zh", "subject": "您好", "text": "您好，{{customer.name}}"]]),
        ]
    )

    static let languages = [Choice("zh", "Chinese", "中文"), Choice("en", "English", "英文")]

    private static let variant: [Field] = [
        .choice("language", "Language", "语言", languages).required(),
        .text("subject", "Subject", "主题", max: 500),
        .text("text", "Text", "文本", max: maximumText, .multiline).required(),
        .text("html", "HTML", "HTML", max: 200_000, .multiline),
    ]
}

/// The words of a message in one language, with their placeholders.
struct MessageWords: Sendable, Equatable {
    var subject: String?
    var text: String
    var html: String?

    init(subject: String?, text: String, html: String?) {
        self.subject = subject
        self.text = text
        self.html = html
    }

    /// Those of a template in a language, or in its first one.
    init?(_ template: Record, _ language: Language) {
        let variants = (template["variants"].arrayValue ?? []).compactMap(\.objectValue)
        guard let chosen = variants.first(where: { $0["language"]?.stringValue == language.rawValue }) ?? variants.first
        else { return nil }
        self.init(
            subject: chosen["subject"]?.stringValue,
            text: chosen["text"]?.stringValue ?? "",
            html: chosen["html"]?.stringValue
        )
    }

    /// By the name of the field.
    var parts: [(name: String, text: String)] {
        [("subject", subject), ("text", text), ("html", html)].compactMap { part in part.1.map { (part.0, $0) } }
    }
}

/// What a template must keep to beyond its field list: every placeholder is known, and a mail has a subject.
struct MessageTemplateRules: RecordRules {
    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        let parameters = Set((record["parameters"].arrayValue ?? []).compactMap(\.stringValue))
        let known = PlaceholderList(parameters, transaction.catalog)
        let variants = (record["variants"].arrayValue ?? []).compactMap(\.objectValue)
        if variants.isEmpty { issues.append(ValueRefusal.required.issue(field: "variants")) }
        var languages: Set<String> = []
        for (index, variant) in variants.enumerated() {
            let place = "variants[\(index)]"
            if let language = variant["language"]?.stringValue, !languages.insert(language).inserted {
                issues.append(MessageTemplateRules.repeated.issue(field: place + ".language"))
            }
            let words = MessageWords(
                subject: variant["subject"]?.stringValue,
                text: variant["text"]?.stringValue ?? "",
                html: variant["html"]?.stringValue
            )
            words.check(MessageChannel(rawValue: record["channel"].stringValue ?? ""), known, at: place, &issues)
        }
    }

    private static let repeated = ValueRefusal("repeated", "There is a text in this language.", "该语言已有内容。")
}

extension MessageWords {
    /// Finds what a channel cannot take, and placeholders that nobody knows.
    func check(
        _ channel: MessageChannel?,
        _ known: PlaceholderList,
        at place: String,
        _ issues: inout [Problem.Issue]
    ) {
        func path(_ name: String) -> String { place.isEmpty ? name : place + "." + name }
        if channel == .mail, subject == nil { issues.append(ValueRefusal.required.issue(field: path("subject"))) }
        if let channel, channel != .mail, html != nil {
            let refusal = ValueRefusal("mail_only", "Only mail has HTML; leave it out.", "只有邮件支持 HTML，请勿填写。")
            issues.append(refusal.issue(field: path("html")))
        }
        for part in parts {
            for name in Placeholders(part.text).names where !known.contains(name) {
                guard issues.count < Problem.maximumIssues else { return }
                let refusal = ValueRefusal(
                    "unknown_placeholder",
                    "There is no placeholder {{\(name)}}. /v1/schema lists the fields; parameters are to be named in the template.",
                    "没有占位符 {{\(name)}}。/v1/schema 列出了字段；参数须在模板中列出。"
                )
                issues.append(refusal.issue(field: path(part.name)))
            }
        }
    }
}
