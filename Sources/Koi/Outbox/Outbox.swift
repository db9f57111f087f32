import KoiJSON
import KoiSQLite

extension Transaction {
    /// What leaves Koi: written in this transaction, delivered once it is committed, or never.
    var outbox: Outbox { Outbox(self) }
}

/// Something about to be written into the outbox.
struct NewOutboxMessage: Sendable {
    /// As many as fit into two days.
    static let usualAttempts: Int64 = 9

    var channel = OutboxMessage.Channel.mail
    var recipient: OutboxMessage.Recipient
    /// The name of a `MailTemplate`.
    var template: String
    var parameters: JSONObject = [:]
    var maximumAttempts = usualAttempts
}

/// The outbox as seen from a transaction.
struct Outbox {
    private let transaction: Transaction
    private let store: OutboxStore

    init(_ transaction: Transaction) {
        self.transaction = transaction
        store = OutboxStore(transaction.connection)
    }

    @discardableResult
    func add(_ message: NewOutboxMessage) throws -> Int64 {
        let token = Base64URL.encode(transaction.randomness.bytes(16))
        let id = try store.insert(message, token: token, now: transaction.now)
        ring()
        return id
    }

    /// Tries all mail that waits again, since the settings have changed.
    func hurryMail() throws {
        try store.hurry(.mail, now: transaction.now)
        ring()
    }

    private func ring() {
        let bell = transaction.catalog.outboxBell
        transaction.whenCommitted { bell.ring() }
    }
}
