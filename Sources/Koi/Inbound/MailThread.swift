import KoiFormats
import KoiJSON
import KoiSQLite

/// Finds the ticket to which a mail belongs.
struct MailThread {
    private let transaction: Transaction
    private let store: RecordStore

    init(_ transaction: Transaction) {
        self.transaction = transaction
        store = RecordStore(Ticket.resource, transaction.connection)
    }

    /// By what the mail answers, the nearest first, and then by the number in its subject.
    ///
    /// A Message-ID of Koi's own is enough, since only who got the mail knows it. All else anybody can write, and counts only where
    /// the sender takes part in the ticket.
    func ticket(of mail: IncomingMail, from address: String) throws -> Record? {
        for id in mail.references.reversed() {
            if let ticket = try own(id) { return ticket }
            if let number = try InboundLog(transaction).ticket(of: id), let ticket = try living(number),
                try takesPart(address, in: ticket)
            {
                return ticket
            }
        }
        for number in MailThread.numbers(in: mail.subject ?? "") {
            if let ticket = try numbered(number), try takesPart(address, in: ticket) { return ticket }
        }
        return nil
    }

    private func living(_ id: Int64) throws -> Record? {
        try store.find(TicketThread(transaction.connection).survivor(of: id), .all)
    }

    private func numbered(_ number: String) throws -> Record? {
        try TicketThread(transaction.connection).find(number: number).flatMap(living)
    }

    /// The ticket about which a mail of Koi's was, or into which that was merged.
    private func own(_ id: String) throws -> Record? {
        guard OwnMailID.token(of: id) != nil, let mail = MailID(id) else { return nil }
        return try TicketMail(transaction).ticket(of: [mail]).flatMap(living)
    }

    /// Whether an address is that of the ticket's reporter, contact or customer.
    private func takesPart(_ address: String, in ticket: Record) throws -> Bool {
        let wanted = TextFolding.fold(address)
        var known = [ticket["reporterEmail"].stringValue]
        for (field, resource) in [("contact", Contact.resource), ("customer", Customer.resource)] {
            guard let id = ticket[field].integerValue else { continue }
            known.append(try RecordStore(resource, transaction.connection).find(id, .all)?["email"].stringValue)
        }
        return known.contains { $0.map(TextFolding.fold) == wanted }
    }

    /// The first few `[#12345678]`.
    static func numbers(in subject: String) -> [String] {
        var found: [String] = []
        var rest = subject[...]
        while found.count < 3, let start = rest.firstRange(of: "[#") {
            rest = rest[start.upperBound...]
            let digits = rest.utf8.prefix { (0x30...0x39).contains($0) }
            let number = String(digits) ?? ""
            if rest[digits.endIndex...].first == "]", TicketNumber.isValid(number) { found.append(number) }
        }
        return found
    }
}
