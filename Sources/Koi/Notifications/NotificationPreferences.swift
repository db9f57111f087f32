import KoiJSON
import KoiSQLite

/// How people want to be told: rows of `notification_preferences`, for those kinds where it is not as usual.
struct NotificationPreferences {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// What is about the own account is always told in both ways, whatever was chosen: who has come into it must not be able
    /// to keep it from its owner.
    func delivery(of kind: NotificationKind, to user: Int64) throws -> NotificationDelivery {
        guard !kind.isAboutAccount else { return kind.usualDelivery }
        let chosen = try connection.first(
            "SELECT delivery FROM notification_preferences WHERE \"user\" = ? AND kind = ?",
            [.integer(user), .text(kind.rawValue)]
        ) { NotificationDelivery(rawValue: $0.text(0)) }
        return (chosen ?? nil) ?? kind.usualDelivery
    }

    /// By kind, as clients see it.
    func document(of user: Int64) throws -> JSONObject {
        JSONObject(
            try NotificationKind.allCases.map { kind in
                .init(name: kind.rawValue, value: .string(try delivery(of: kind, to: user).rawValue))
            }
        )
    }

    /// Takes a whole new choice; kinds that it leaves out are as usual again.
    ///
    /// - Throws: `Problem.invalid`; 409 `mail_not_configured` or `no_address` where mail is chosen anew and would not arrive.
    func replace(_ body: JSONObject, of user: Int64, in transaction: Transaction) throws {
        let choice = try NotificationPreferences.read(body)
        let wantsMail = try choice.contains { kind, delivery in
            try delivery.isMailed && !self.delivery(of: kind, to: user).isMailed
        }
        if wantsMail { try requireMail(user, transaction) }
        try connection.run("DELETE FROM notification_preferences WHERE \"user\" = ?", [.integer(user)])
        for (kind, delivery) in choice where delivery != kind.usualDelivery {
            try connection.run(
                "INSERT INTO notification_preferences (\"user\", kind, delivery) VALUES (?, ?, ?)",
                [.integer(user), .text(kind.rawValue), .text(delivery.rawValue)]
            )
        }
    }

    private func requireMail(_ user: Int64, _ transaction: Transaction) throws {
        guard transaction.catalog.settings.current.mail != nil else { throw Problem.noMailServer }
        let address = try connection.first("SELECT email FROM users WHERE id = ?", [.integer(user)]) { $0.textOrNil(0) }
        guard address ?? nil != nil else {
            throw Problem.conflict(
                "no_address",
                Text(
                    "You have no e-mail address in Koi. Ask an administrator to enter it.",
                    "您在 Koi 中没有电子邮箱，请联系管理员填写。"
                )
            )
        }
    }

    private static func read(_ body: JSONObject) throws -> [(NotificationKind, NotificationDelivery)] {
        var issues: [Problem.Issue] = []
        var choice: [(NotificationKind, NotificationDelivery)] = []
        for member in body.members where issues.count < Problem.maximumIssues {
            guard let kind = NotificationKind(rawValue: member.name) else {
                issues.append(unknown.issue(field: member.name))
                continue
            }
            guard let delivery = member.value.stringValue.flatMap(NotificationDelivery.init(rawValue:)) else {
                issues.append(notADelivery.issue(field: member.name))
                continue
            }
            guard kind.deliveries.contains(delivery) else {
                issues.append(fixed.issue(field: member.name))
                continue
            }
            choice.append((kind, delivery))
        }
        guard issues.isEmpty else { throw Problem.invalid(issues) }
        return choice
    }

    private static let unknown = ValueRefusal(
        "unknown_field",
        "There is no such kind of notification.",
        "没有这种通知。"
    )
    private static let fixed = ValueRefusal(
        "always_told",
        "What happens to your own account is always told in the page and by mail: send both, or leave it out.",
        "与您账号安全有关的通知始终通过页面和邮件发送：请填写 both 或省略。"
    )
    private static let notADelivery = ValueRefusal(
        "not_a_choice",
        "Send one of: page, mail, both, none.",
        "请从以下取值中选择：page、mail、both、none。"
    )
}
