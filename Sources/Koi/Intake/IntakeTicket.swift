import KoiJSON
import KoiSQLite

/// Makes tickets of what strangers send by a form that is for that.
struct IntakeTicket {
    /// What a stranger may fill in.
    static let offered: Set<String> = [
        "subject", "description", "kind", "orderReference", "remedySought", "expectation", "reporterName",
        "reporterEmail",
        "reporterPhone",
    ]
    static let usualFields: JSONValue = ["reporterName", "reporterEmail", "subject", "description"]
    /// The first of these is the subject where none is asked for.
    static let telling = ["subject", "description", "remedySought", "expectation"]
    /// Tickets that are looked through for what was sent twice.
    private static let maximumCompared: Int64 = 200

    private let transaction: Transaction

    /// - Parameter transaction: in the name of Koi.
    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// What a customer wrote is what they said first, and so a message of the ticket.
    func make(_ body: JSONObject, by form: Record) throws {
        var fields = body
        let text = fields["description"]?.stringValue
        fields["description"] = nil
        fields["channel"] = "form"
        if let owner = form["leadOwner"].integerValue, transaction.isActive(owner) { fields["owner"] = .integer(owner) }
        if let address = fields["reporterEmail"]?.stringValue {
            for (field, id) in try MailSender(transaction).records(of: address) { fields[field] = .integer(id) }
        }
        let ticket = try RecordService(Ticket.resource, transaction).add(fields, allowsDuplicate: true, lacking: true)
        guard let text else { return }
        let draft = TicketMessages.Draft(
            kind: .incoming,
            text: text,
            channel: "form",
            fromName: fields["reporterName"]?.stringValue,
            fromAddress: fields["reporterEmail"]?.stringValue
        )
        _ = try TicketMessages(transaction).add(draft, to: ticket)
    }

    /// Whether the same came a moment ago: a second click.
    ///
    /// - Parameter time: how long a moment is, in milliseconds.
    func isRepeated(_ wanted: Record, within time: Int64) throws -> Bool {
        let recent = try transaction.connection.rows(
            """
            SELECT t.subject, t."reporterEmail", t."reporterName", t."reporterPhone",
                (SELECT m.text FROM ticket_messages AS m WHERE m.ticket = t.id ORDER BY m.id LIMIT 1)
            FROM tickets AS t WHERE t.channel = 'form' AND t."createdAt" >= ? AND t."removedAt" IS NULL
                AND t.id > (SELECT coalesce(max(id), 0) - ? FROM tickets)
            """,
            [.integer(transaction.now - time), .integer(IntakeTicket.maximumCompared)]
        ) { row in (0..<5).map { row.textOrNil($0) } }
        let own = ["subject", "reporterEmail", "reporterName", "reporterPhone", "description"].map {
            wanted[$0].stringValue
        }
        return recent.contains(own)
    }
}
