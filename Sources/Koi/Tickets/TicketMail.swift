import KoiJSON
import KoiSQLite

/// Replies that go out by mail, and the mails by which an answer finds its ticket.
struct TicketMail {
    /// To whom a reply goes.
    struct Letter {
        let address: String
    }

    /// Mails of a thread that a mail names (RFC 5322 §3.6.4).
    private static let longestThread: Int64 = 20
    /// The channels of tickets whose customers are not written to unless somebody says so.
    private static let spoken: Set<String> = ["phone", "wechat", "visit"]

    private let transaction: Transaction
    private var connection: Connection { transaction.connection }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    // MARK: Going out

    /// To whom a reply is to go by mail; nil where it does not.
    ///
    /// - Throws: where it was to go by mail and cannot.
    func letter(for draft: TicketMessages.Draft, of ticket: Record) throws -> Letter? {
        guard draft.kind == .reply, draft.at == nil, draft.channel == nil || draft.channel == "email" else {
            return nil
        }
        let isWanted = draft.channel == "email"
        guard isWanted || !TicketMail.spoken.contains(ticket["channel"].stringValue ?? "") else { return nil }
        guard let address = try address(of: ticket) else {
            if isWanted { throw Problem.invalid([TicketMail.noAddress.issue(field: "channel")]) }
            return nil
        }
        guard transaction.catalog.settings.current.mail != nil || transaction.catalog.isDry else {
            if isWanted { throw Problem.noMailServer }
            return nil
        }
        try checkSize(draft.files)
        return Letter(address: address)
    }

    private func checkSize(_ files: [Int64]) throws {
        let total = try files.reduce(Int64(0)) { try $0 + (Files(transaction).find($1)?.size ?? 0) }
        guard total > Int64(MailAttachment.maximumTotal) else { return }
        throw Problem.invalid([TicketMail.tooLarge.issue(field: "attachments")])
    }

    /// That of the contact, else of who wrote, else of the customer.
    private func address(of ticket: Record) throws -> String? {
        func email(_ table: String, _ id: Int64?) throws -> String? {
            guard let id else { return nil }
            return try connection.first(
                "SELECT email FROM \(table) WHERE id = ? AND \"removedAt\" IS NULL",
                [.integer(id)]
            ) { $0.textOrNil(0) } ?? nil
        }
        let address =
            try email("contacts", ticket["contact"].integerValue) ?? ticket["reporterEmail"].stringValue
            ?? email("customers", ticket["customer"].integerValue)
        return address.flatMap { MailAddress($0) == nil ? nil : $0 }
    }

    /// Puts a reply into the outbox.
    func send(_ message: TicketMessage, to letter: Letter) throws {
        try transaction.outbox.add(
            NewOutboxMessage(
                recipient: .address(letter.address),
                lane: MessageChannel.mail.lane(of: letter.address),
                template: TicketMailWriter.template,
                parameters: ["message": .integer(message.id)],
                token: Digest.hex(transaction.randomness.bytes(16))
            )
        )
    }

    /// Notes what became of a reply.
    func note(_ row: OutboxMessage, _ state: RecipientState) throws {
        guard let message = row.parameters["message"]?.integerValue else { return }
        let delivery: TicketMessage.Delivery =
            switch state {
            case .queued: .queued
            case .sent: .sent
            case .failed, .refused: .failed
            }
        try connection.run(
            "UPDATE ticket_messages SET delivery = ? WHERE id = ?",
            [.text(delivery.rawValue), .integer(message)]
        )
    }

    // MARK: Finding the ticket again

    /// Remembers a mail by its Message-ID.
    func remember(_ id: MailID, of ticket: Int64, _ message: Int64?) throws {
        try connection.run(
            """
            INSERT INTO ticket_mail (digest, ticket, message, "messageId", at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (digest) DO NOTHING
            """,
            [
                .blob(Digest.sha256(Array(id.text.utf8))), .integer(ticket), SQLValue(message), .text(id.text),
                .integer(transaction.now),
            ]
        )
    }

    /// The ticket about which one of these mails was, or into which it was merged.
    func ticket(of ids: [MailID]) throws -> Int64? {
        for id in ids {
            let found = try connection.first(
                "SELECT ticket FROM ticket_mail WHERE digest = ?",
                [.blob(Digest.sha256(Array(id.text.utf8)))]
            ) { $0.int(0) }
            if let found { return try TicketThread(connection).survivor(of: found) }
        }
        return nil
    }

    /// The mails of a ticket so far, the oldest first.
    func thread(of ticket: Int64) throws -> [MailID] {
        try connection.rows(
            """
            SELECT "messageId" FROM ticket_mail WHERE ticket = ? AND "messageId" IS NOT NULL
            ORDER BY at DESC, message DESC LIMIT ?
            """,
            [.integer(ticket), .integer(TicketMail.longestThread)]
        ) { $0.text(0) }.reversed().compactMap { MailID($0) }
    }

    private static let noAddress = ValueRefusal(
        "no_address",
        "Neither the contact nor the customer has an e-mail address.",
        "联系人和客户均没有邮箱地址。"
    )
    private static let tooLarge = ValueRefusal(
        "too_large",
        "All attachments of a mail together have at most 5 MiB.",
        "邮件附件总计不超过 5 MiB。"
    )
}

/// Makes the mail of a reply when it is sent.
struct TicketMailWriter {
    /// What rows of the outbox name.
    static let template = "ticketReply"

    private let transaction: Transaction
    private let office: MailOffice

    init(_ transaction: Transaction, _ office: MailOffice) {
        self.transaction = transaction
        self.office = office
    }

    /// Nil where there is nothing to send any more.
    ///
    /// - Throws: `DeliveryFailure` where it cannot be sent as things are.
    func shipment(_ row: OutboxMessage) throws -> Shipment? {
        guard case .address(let address) = row.recipient,
            let message = try row.parameters["message"]?.integerValue.flatMap({
                try TicketMessages(transaction).find($0)
            }),
            let ticket = try record(message.ticket)
        else { return nil }
        let mail = TicketMail(transaction)
        let references = try mail.thread(of: ticket.id)
        let attachments = try Files(transaction).all(of: message.id).map { file in
            MailAttachment(name: file.name, type: file.type, content: try transaction.catalog.files.read(file.sha256))
        }
        let subject = "[#\(ticket["number"].stringValue ?? "")] \(ticket["subject"].stringValue ?? "")"
        let letter = try office.letter(to: address, token: row.token) { from, to, id in
            MailMessage(
                from: from,
                to: to,
                subject: subject,
                text: message.text,
                id: id,
                date: transaction.now,
                attachments: attachments,
                // What was sent in an attempt before does not answer itself.
                references: references.filter { $0.text != id },
                bounce: office.bounces(row.token)
            )
        }
        if let id = MailID(letter.message.id) { try mail.remember(id, of: ticket.id, message.id) }
        return .letter(letter)
    }

    /// Living or in the bin, as where it was merged.
    private func record(_ id: Int64) throws -> Record? {
        let store = RecordStore(Ticket.resource, transaction.connection)
        return try store.find(id, .all) ?? store.find(id, .all, inBin: true)
    }
}
