import KoiJSON
import KoiSQLite

/// A mail by which somebody sees whether mail works: one attempt, and what came of it.
enum MailTest {
    /// How often a minute somebody may send one.
    static let perMinute = 10

    static let fields = BodyFields([
        .text("to", "To", "收件人", max: 254, .email).required().example("li@example.com")
    ])

    static func content(_ language: Language) -> MailContent {
        let subject = Text("Koi can send mail", "Koi 可以发送邮件")
        let text = Text(
            "This is a test. Since you can read it, Koi's mail settings are right.",
            "这是一封测试邮件。您能读到它，说明 Koi 的邮件设置正确。"
        )
        return MailContent(subject: subject(language), text: text(language))
    }

    /// Writes one into the outbox.
    ///
    /// - Throws: `Problem` 409 `mail_not_configured`, 422, or 429 where it is too often.
    static func add(_ body: JSONObject, _ language: Language, in transaction: Transaction) throws -> OutboxMessage {
        let to = try fields.read(body)["to"]?.stringValue ?? ""
        guard transaction.catalog.settings.current.mail != nil || transaction.catalog.isDry else {
            throw Problem.noMailServer
        }
        try transaction.catalog.mailTests.count(transaction.actor.user ?? 0, at: transaction.now)
        let id = try transaction.outbox.add(
            NewOutboxMessage(
                recipient: .address(to),
                lane: MailAddress(to)?.domain.lowercased() ?? "",
                template: MailTemplate.test.rawValue,
                parameters: ["language": .string(language.rawValue)],
                maximumAttempts: 1
            )
        )
        return try find(id, in: transaction)
    }

    static func find(_ id: Int64, in transaction: Transaction) throws -> OutboxMessage {
        guard let message = try OutboxStore(transaction.connection).find(id),
            message.template == MailTemplate.test.rawValue
        else { throw Problem.notFound(Text("mail test", "测试邮件")) }
        return message
    }
}

extension Problem {
    static let noMailServer = conflict(
        "mail_not_configured",
        Text(
            "Koi has no mail server yet, and so sends no mail. An administrator enters one on the page Settings, or with PATCH /v1/settings.",
            "Koi 尚未设置邮件服务器，无法发送邮件。请管理员在“设置”页面或通过 PATCH /v1/settings 填写。"
        )
    )
}

extension OutboxMessage {
    /// As whoever sent a test sees it.
    func testDocument(_ language: Language) -> JSONValue {
        let address: JSONValue = if case .address(let text) = recipient { .string(text) } else { .null }
        return [
            "id": .integer(id),
            "to": address,
            "state": .string(state.rawValue),
            "error": failure.map { ["code": .string($0.code), "message": .string($0.message(language))] } ?? .null,
            "createdAt": .string(Timestamp.text(createdAt)),
            "finishedAt": finishedAt.map { .string(Timestamp.text($0)) } ?? .null,
        ]
    }
}
