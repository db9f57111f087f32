import KoiJSON
import KoiSQLite

/// A notification as a mail, with what its reader may see by the time it is sent.
struct NotificationMail {
    private let transaction: Transaction
    private let reader: MailReader

    init(_ transaction: Transaction, _ reader: MailReader) {
        self.transaction = transaction
        self.reader = reader
    }

    /// Nil where it is gone, or its reader may not see it any more.
    func content(_ parameters: JSONObject) throws -> MailContent? {
        guard let actor = reader.actor, let user = actor.user, let id = parameters["notification"]?.integerValue else {
            return nil
        }
        return try transaction.acting(as: actor) { transaction in
            let seen = NotificationVisibility(transaction).condition
            let store = NotificationStore(transaction.connection)
            guard let found = try store.find(id, of: user, seen, isShown: false) else { return nil }
            let sentence = try NotificationText(transaction, reader.language).sentence(found)
            return MailContent(subject: subject(found), text: text(sentence, found))
        }
    }

    /// Without names: subjects are read over shoulders and on locked telephones.
    private func subject(_ notification: Notification) -> String {
        let company = transaction.catalog.settings.current.companyName ?? "Koi"
        let label = NotificationKind(rawValue: notification.kind)?.label(reader.language) ?? notification.kind
        return company + Text(": ", "：")(reader.language) + label
    }

    private func text(_ sentence: String, _ notification: Notification) -> String {
        let why = Text(
            "You can choose in Koi what you are told by mail.",
            "您可以在 Koi 中选择通过邮件接收哪些通知。"
        )
        var parts = [sentence]
        if let address = transaction.catalog.settings.current.publicURL {
            parts.append(address + "/#/notifications/" + String(notification.id))
        }
        return (parts + [why(reader.language)]).joined(separator: "\n\n") + "\n"
    }
}
