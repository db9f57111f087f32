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
    /// Within its channel, what shares the same fate: the domain of an address.
    var lane = ""
    /// The name of a `MailTemplate`, or `MessageWriter.template`.
    var template: String
    var parameters: JSONObject = [:]
    var maximumAttempts = usualAttempts
    /// Made where none is given.
    var token: String?
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
        let token = message.token ?? Base64URL.encode(transaction.randomness.bytes(16))
        let id = try store.insert(message, token: token, now: transaction.now)
        ring()
        return id
    }

    /// Tries all that waits of a channel again, since its settings have changed.
    func hurry(_ channel: OutboxMessage.Channel) throws {
        try store.hurry(channel, now: transaction.now)
        ring()
    }

    private func ring() {
        let bell = transaction.catalog.outboxBell
        transaction.whenCommitted { bell.ring() }
    }
}
