package import KoiJSON
import KoiSQLite

extension Transaction {
    /// What people are told of what happens in this transaction.
    package var notifications: NotificationService { NotificationService(self) }
}

/// Something about to be told.
struct NewNotification {
    let user: Int64
    let kind: NotificationKind
    let subject: EventSubject?
    let parameters: JSONObject
}

/// Tells people what others, or Koi, have done that concerns them.
package struct NotificationService {
    private let transaction: Transaction
    private let store: NotificationStore

    init(_ transaction: Transaction) {
        self.transaction = transaction
        store = NotificationStore(transaction.connection)
    }

    /// Tells a user, as the user wants to be told; nothing to whom it is the own doing.
    ///
    /// What is still unread of the same kind and about the same record is said again, and not doubled; it is not mailed
    /// again either. What is about the own account is told each time.
    ///
    /// - Parameters:
    ///   - subject: the record it is about; whoever does not see that one is not shown this.
    ///   - parameters: what the sentence of this kind needs beside. Names of people and records are looked up when it is
    ///     read, and do not belong here.
    ///   - maker: who caused it; who acts, where none is given.
    package func add(
        to user: Int64,
        _ kind: NotificationKind,
        about subject: EventSubject? = nil,
        _ parameters: JSONObject = [:],
        by maker: Int64? = nil
    ) throws {
        let maker = maker ?? transaction.actor.user
        guard maker != user || kind.isAboutAccount, let reader = try reader(user) else { return }
        let news = NewNotification(user: user, kind: kind, subject: subject, parameters: parameters)
        let delivery = try NotificationPreferences(transaction.connection).delivery(of: kind, to: user)
        let isMailed = delivery.isMailed && reader.hasAddress && transaction.catalog.settings.current.mail != nil
        guard delivery.isShown || isMailed else { return }
        if delivery.isShown, !kind.isAboutAccount, let unread = try store.unread(kind, about: subject, of: user) {
            return try renew(unread, news, by: maker)
        }
        let id = try store.insert(news, by: maker, isShown: delivery.isShown, now: transaction.now)
        guard isMailed else { return }
        try transaction.outbox.add(
            NewOutboxMessage(
                recipient: .user(user),
                template: MailTemplate.notification.rawValue,
                parameters: mail(id)
            )
        )
    }

    /// The mail that may still wait goes along to the new number.
    private func renew(_ unread: Int64, _ news: NewNotification, by maker: Int64?) throws {
        let id = try store.renew(unread, news, by: maker, now: transaction.now)
        try OutboxStore(transaction.connection)
            .replace(mail(unread), of: MailTemplate.notification.rawValue, to: news.user, with: mail(id))
    }

    private func mail(_ id: Int64) -> JSONObject { ["notification": .integer(id)] }

    /// Nil for who is not there, or has left.
    private func reader(_ user: Int64) throws -> (hasAddress: Bool, Void)? {
        try transaction.connection.first(
            "SELECT email IS NOT NULL FROM users WHERE id = ? AND active = 1",
            [.integer(user)]
        ) { ($0.bool(0), ()) }
    }

    // MARK: Reading one's own

    /// - Throws: `Problem.notFound` where the actor has none of that number, or may not see any more what it is about.
    func find(_ id: Int64) throws -> Notification {
        guard let user = transaction.actor.user,
            let found = try store.find(id, of: user, NotificationVisibility(transaction).condition)
        else { throw Problem.notFound(Text("notification", "通知")) }
        return found
    }

    /// Reading a read one changes nothing.
    func read(_ id: Int64) throws -> Notification {
        try store.setRead(find(id).id, at: transaction.now)
        return try find(id)
    }

    /// - Returns: how many became read.
    func readAll(upTo id: Int64) throws -> Int {
        guard let user = transaction.actor.user else { return 0 }
        return try store.setAllRead(of: user, upTo: id, at: transaction.now)
    }

    func remove(_ id: Int64) throws {
        try store.remove(find(id).id)
    }
}
