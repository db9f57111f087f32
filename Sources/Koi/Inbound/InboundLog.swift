import KoiFormats
import KoiSQLite

/// The table `inbound_mails`: which mails came to which tickets.
struct InboundLog {
    /// From one address within `period`; people write less, and machines that answer each other more.
    static let perSender = 20
    /// In milliseconds.
    static let period: Int64 = 3_600_000

    /// By which a mail is known again.
    struct Mark {
        let key: [UInt8]
        let reference: [UInt8]?
        let sender: [UInt8]

        /// - Parameter digest: of all of the mail.
        init(_ mail: IncomingMail, from sender: Mailbox, _ digest: [UInt8]) {
            let address = sender.address.lowercased()
            key = mail.id.map { Digest.sha256(Array(($0 + "\n" + address).utf8)) } ?? digest
            reference = mail.id.map(InboundLog.digest)
            self.sender = MessageChannel.mail.digest(of: address)
        }
    }

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    static func digest(of id: String) -> [UInt8] { Digest.sha256(Array(id.utf8)) }

    /// Where the same mail went before.
    func find(_ mark: Mark) throws -> (ticket: Int64, message: Int64)? {
        try transaction.connection.first(
            "SELECT ticket, message FROM inbound_mails WHERE \"key\" = ?",
            [.blob(mark.key)]
        ) { ($0.int(0), $0.int(1)) }
    }

    /// The ticket to which a mail of this Message-ID came last.
    func ticket(of id: String) throws -> Int64? {
        try transaction.connection.first(
            "SELECT ticket FROM inbound_mails WHERE reference = ? ORDER BY id DESC LIMIT 1",
            [.blob(InboundLog.digest(of: id))]
        ) { $0.int(0) }
    }

    /// Whether more have come from an address lately than a person writes.
    func isFlood(from address: String) throws -> Bool {
        let count = try transaction.connection.first(
            "SELECT count(*) FROM (SELECT 1 FROM inbound_mails WHERE sender = ? AND at > ? LIMIT ?)",
            [
                .blob(MessageChannel.mail.digest(of: address)), .integer(transaction.now - InboundLog.period),
                .integer(Int64(InboundLog.perSender)),
            ]
        ) { $0.int(0) }
        return (count ?? 0) >= InboundLog.perSender
    }

    func add(_ mark: Mark, _ outcome: InboundOutcome) throws {
        guard let ticket = outcome.ticket, let message = outcome.message else { return }
        try transaction.connection.run(
            """
            INSERT INTO inbound_mails ("key", reference, sender, at, action, ticket, message) VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .blob(mark.key), mark.reference.map(SQLValue.blob) ?? .null, .blob(mark.sender),
                .integer(transaction.now), .text(outcome.action.rawValue), .integer(ticket), .integer(message),
            ]
        )
    }
}
