import KoiJSON
import KoiSQLite

/// Subject and text of a mail, written when it is sent.
struct MailContent: Equatable {
    let subject: String
    let text: String
}

/// From what mails are written.
enum MailTemplate: String {
    /// The mail by which somebody sees whether mail works.
    case test
    case notification

    /// Nil where there is nothing to be said any more.
    ///
    /// - Parameter reader: whom it goes to, if a user; the content is what this user may see.
    func content(_ message: OutboxMessage, for reader: MailReader, in transaction: Transaction) throws -> MailContent? {
        switch self {
        case .test: MailTest.content(reader.language)
        case .notification: try NotificationMail(transaction, reader).content(message.parameters)
        }
    }
}

/// Who reads a mail.
struct MailReader {
    /// Nil where it is nobody who works with Koi.
    let actor: Actor?
    let address: String?
    let language: Language

    /// - Throws: `SQLiteError`
    init(_ recipient: OutboxMessage.Recipient, _ parameters: JSONObject, in transaction: Transaction) throws {
        switch recipient {
        case .named:
            (actor, address, language) = (nil, nil, transaction.catalog.settings.current.language)
        case .address(let address):
            actor = nil
            self.address = address
            language =
                parameters["language"]?.stringValue.flatMap(Language.init(rawValue:))
                ?? transaction.catalog.settings.current.language
        case .user(let user):
            actor = try Actor.user(user, kind: .system, in: transaction.catalog, transaction.connection)
            let found = try transaction.connection.first(
                "SELECT email, language FROM users WHERE id = ?",
                [.integer(user)]
            ) { ($0.textOrNil(0), Language(rawValue: $0.text(1))) }
            // Nobody writes to who has left.
            address = actor == nil ? nil : found?.0
            language = found?.1 ?? .zh
        }
    }
}
