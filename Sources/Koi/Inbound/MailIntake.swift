import KoiFormats
import KoiHTTP
import KoiJSON
import KoiSQLite

/// Makes tickets and messages of tickets of the mails of customers.
///
/// Whatever a mail says of itself anybody can write: its sender opens no ticket to others, and a mail comes to a ticket that there
/// is only by what strangers cannot know or by who takes part in it.
struct MailIntake {
    /// A mail as it came, and what is told of it by its bytes.
    struct Delivery: Sendable {
        let mail: IncomingMail
        /// Of all of it.
        let digest: [UInt8]
        /// As a report of what became of another; nil where it is none.
        let report: MailReport?
        /// Its files, on disk already, by their names.
        let files: [(name: String, placed: PlacedFile)]

        /// Blocks: to be called outside of the writer.
        init(_ bytes: [UInt8], _ folder: FileFolder, _ randomness: Randomness) throws {
            mail = IncomingMail(bytes)
            digest = Digest.sha256(bytes)
            report = mail.isReport ? MailReport(bytes) : nil
            files = try mail.files.map { file in (file.name, try folder.place(file.bytes(), randomness)) }
        }
    }

    private let transaction: Transaction
    private let log: InboundLog

    /// - Parameter transaction: in the name of whoever hands mails over.
    init(_ transaction: Transaction) {
        self.transaction = transaction
        log = InboundLog(transaction)
    }

    /// - Throws: 403 where the actor may not make tickets.
    func take(_ delivery: Delivery) throws -> InboundOutcome {
        try transaction.actor.require(.create, on: Ticket.resource.name)
        let mail = delivery.mail
        if let report = delivery.report { return try takeReport(report) }
        if try MailSender.isOwn(mail, transaction) { return .ignored(.own) }
        if mail.automatic != nil { return .ignored(.automatic) }
        guard let sender = mail.from.first else { return .ignored(.noSender) }
        let mark = InboundLog.Mark(mail, from: sender, delivery.digest)
        if let earlier = try log.find(mark) {
            return InboundOutcome(
                action: .ignored,
                reason: .repeated,
                ticket: earlier.ticket,
                number: try number(of: earlier.ticket),
                message: earlier.message
            )
        }
        guard try !log.isFlood(from: sender.address) else { return .ignored(.tooMany) }
        return try store(delivery, from: sender, mark)
    }

    private func store(_ delivery: Delivery, from sender: Mailbox, _ mark: InboundLog.Mark) throws -> InboundOutcome {
        let mail = delivery.mail
        let found = try MailThread(transaction).ticket(of: mail, from: sender.address).map(LatestTicket(transaction).of)
        let letter = TicketLetter(mail, transaction.catalog.settings.current.language)
        let ticket = try found ?? create(letter, from: sender)
        let draft = TicketMessages.Draft(
            kind: .incoming,
            text: letter.text,
            channel: "email",
            fromName: sender.name,
            fromAddress: String(sender.address.prefix(MailSender.longestAddress))
        )
        // It is the customer who writes.
        let customer = Actor(kind: .link, user: nil, access: .full)
        let added = try transaction.acting(as: customer) { transaction in
            var draft = draft
            draft.files = try delivery.files.map { try Files(transaction).add($0.placed, name: $0.name).id }
            return try TicketMessages(transaction).add(draft, to: ticket)
        }
        if let id = mail.id.flatMap({ MailID($0) }) {
            try TicketMail(transaction).remember(id, of: added.ticket.id, added.message.id)
        }
        let outcome = InboundOutcome(
            action: added.ticket.id == found?.id ? .added : .created,
            ticket: added.ticket.id,
            number: added.ticket["number"].stringValue,
            message: added.message.id
        )
        try log.add(mark, outcome)
        return outcome
    }

    private func create(_ letter: TicketLetter, from sender: Mailbox) throws -> Record {
        var body: JSONObject = [
            "subject": .string(letter.subject), "channel": "email", "language": .string(letter.language.rawValue),
        ]
        if let name = sender.name { body["reporterName"] = .string(name) }
        if TextRule.isEmail(sender.address), sender.address.utf8.count <= MailSender.longestAddress {
            body["reporterEmail"] = .string(sender.address)
        }
        for (field, id) in try MailSender(transaction).records(of: sender.address) { body[field] = .integer(id) }
        return try RecordService(Ticket.resource, transaction).add(body, allowsDuplicate: true, lacking: true)
    }

    /// What is about no message of Koi, or is not to be taken in by the actor, is nobody's letter all the same.
    private func takeReport(_ report: MailReport) throws -> InboundOutcome {
        do {
            _ = try BounceService(transaction).take(report)
        } catch let problem as Problem where problem.status == .notFound || problem.status == .forbidden {}
        return .ignored(.report)
    }

    private func number(of ticket: Int64) throws -> String? {
        try transaction.connection.first("SELECT number FROM tickets WHERE id = ?", [.integer(ticket)]) { $0.text(0) }
    }
}
