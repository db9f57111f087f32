import KoiJSON
import KoiSQLite

/// To whom a message goes: a row of `message_recipients`.
struct MessageRecipient: Sendable {
    enum Target: Sendable, Equatable {
        /// At the address that it has when the message is sent.
        case record(EventSubject)
        case address(String)
    }

    let id: Int64
    let message: Int64
    let target: Target
    let token: String
    let state: RecipientState
    let failure: DeliveryFailure?
    let receipt: String?
    let digest: [UInt8]?
    let begunAt: Int64?
    let changedAt: Int64
}

/// The rows of `message_recipients`, and the counts of `messages` beside them.
///
/// No rules.
struct RecipientStore {
    private static let columns = """
        id, message, resource, record, address, token, state, error, receipt, digest, "begunAt", "changedAt"
        """

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    // MARK: Reading

    func find(_ id: Int64) throws -> MessageRecipient? {
        try connection.first(
            "SELECT \(Self.columns) FROM message_recipients WHERE id = ?",
            [.integer(id)]
        ) { MessageRecipient($0) }
    }

    func find(token: String) throws -> MessageRecipient? {
        try connection.first(
            "SELECT \(Self.columns) FROM message_recipients WHERE token = ?",
            [.text(token)]
        ) { MessageRecipient($0) }
    }

    /// The newest that a gateway calls so.
    func find(receipt: String, of gateway: Int64) throws -> MessageRecipient? {
        try connection.first(
            """
            SELECT \(Self.columns) FROM message_recipients WHERE receipt = ?
                AND message IN (SELECT id FROM messages WHERE gateway = ?)
            ORDER BY id DESC LIMIT 1
            """,
            [.text(receipt), .integer(gateway)]
        ) { MessageRecipient($0) }
    }

    func list(of message: Int64, _ state: RecipientState?, after id: Int64, limit: Int) throws -> [MessageRecipient] {
        try connection.rows(
            """
            SELECT \(Self.columns) FROM message_recipients
            WHERE message = ? AND id > ? \(state == nil ? "" : "AND state = ?") ORDER BY id LIMIT ?
            """,
            [.integer(message), .integer(id)] + (state.map { [.text($0.rawValue)] } ?? []) + [.integer(Int64(limit))]
        ) { MessageRecipient($0) }
    }

    /// How many messages that count went, or are about to go, to an address since a time.
    func count(to digest: [UInt8], since time: Int64, besides id: Int64) throws -> Int64 {
        try connection.first(
            """
            SELECT count(*) FROM message_recipients AS r JOIN messages AS m ON m.id = r.message
            WHERE r.digest = ? AND r."begunAt" > ? AND r.id <> ? AND r.state IN ('queued', 'sent')
                AND m.purpose <> 'transactional'
            """,
            [.blob(digest), .integer(time), .integer(id)]
        ) { $0.int(0) } ?? 0
    }

    // MARK: Writing

    /// Nil where the message goes to this record already.
    func insert(_ target: MessageRecipient.Target, of message: Int64, token: String, now: Int64) throws -> Int64? {
        let (subject, address): (EventSubject?, String?) =
            switch target {
            case .record(let subject): (subject, nil)
            case .address(let address): (nil, address)
            }
        let count = try connection.run(
            """
            INSERT INTO message_recipients (message, resource, record, address, token, "changedAt")
            VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
            """,
            [
                .integer(message), SQLValue(subject?.resource), SQLValue(subject?.id), SQLValue(address), .text(token),
                .integer(now),
            ]
        )
        guard count > 0 else { return nil }
        let id = connection.lastInsertedID
        try connection.run("UPDATE messages SET queued = queued + 1 WHERE id = ?", [.integer(message)])
        return id
    }

    func begin(_ id: Int64, digest: [UInt8], now: Int64) throws {
        try connection.run(
            #"UPDATE message_recipients SET digest = ?, "begunAt" = coalesce("begunAt", ?) WHERE id = ?"#,
            [.blob(digest), .integer(now), .integer(id)]
        )
    }

    /// Stores what came of it, and counts it.
    func settle(
        _ recipient: MessageRecipient,
        _ state: RecipientState,
        _ failure: DeliveryFailure?,
        receipt: String?,
        now: Int64
    ) throws {
        try connection.run(
            """
            UPDATE message_recipients SET state = ?, error = ?, receipt = coalesce(?, receipt), "changedAt" = ? WHERE id = ?
            """,
            [
                .text(state.rawValue), SQLValue(failure?.stored.text), SQLValue(receipt), .integer(now),
                .integer(recipient.id),
            ]
        )
        guard state != recipient.state else { return }
        let (old, new) = (Dialect.quoted(recipient.state.rawValue), Dialect.quoted(state.rawValue))
        try connection.run(
            "UPDATE messages SET \(old) = \(old) - 1, \(new) = \(new) + 1 WHERE id = ?",
            [.integer(recipient.message)]
        )
    }
}

extension MessageRecipient {
    fileprivate init(_ row: Row) {
        id = row.int(0)
        message = row.int(1)
        target =
            row.textOrNil(2).map { .record(EventSubject(resource: $0, id: row.int(3))) } ?? .address(row.text(4))
        token = row.text(5)
        // The schema allows no other word.
        state = RecipientState(rawValue: row.text(6)) ?? .failed
        failure = row.textOrNil(7).flatMap(DeliveryFailure.init(stored:))
        receipt = row.textOrNil(8)
        digest = row.isNull(9) ? nil : row.blob(9)
        begunAt = row.intOrNil(10)
        changedAt = row.int(11)
    }
}
