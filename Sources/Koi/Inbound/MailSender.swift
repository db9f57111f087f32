import KoiFormats
import KoiJSON
import KoiSQLite

/// Who sent a mail, as far as the actor may see them.
struct MailSender {
    static let longestAddress = 254

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// The fields of a ticket by which it is of the only contact, or else of the only customer, with an address.
    func records(of address: String) throws -> [(field: String, id: Int64)] {
        if let contact = try only(Contact.resource, address) { return [("contact", contact)] }
        if let customer = try only(Customer.resource, address) { return [("customer", customer)] }
        return []
    }

    /// Nil where several have it: nobody is taken for another.
    private func only(_ resource: Resource, _ address: String) throws -> Int64? {
        guard transaction.catalog.resources[resource.name] != nil,
            transaction.actor.access.restrictions(of: resource.name).reading("email") == .clear
        else { return nil }
        var like = Record(resource)
        like["email"] = .string(address)
        let keys = DuplicateKey.all(of: like).filter { $0.kind == .email }
        let store = RecordStore(resource, transaction.connection)
        let visibility = transaction.visibility(of: resource)
        let wanted = TextFolding.fold(address)
        let found = try DuplicateHolders(transaction.connection).find(of: keys).joined().compactMap { holder in
            try store.find(holder.record, visibility)
        }.filter { $0["email"].stringValue.map(TextFolding.fold) == wanted }
        return found.count == 1 ? found.first?.id : nil
    }

    /// Whether a mail is one that Koi has sent: from its own address, or by the name of one of its own.
    static func isOwn(_ mail: IncomingMail, _ transaction: Transaction) throws -> Bool {
        let own = transaction.catalog.settings.current.mail
        let addresses = [own?.from, own?.bounces].compactMap { $0?.lowercased() }
        if let from = mail.from.first?.address.lowercased(), addresses.contains(from) { return true }
        guard let id = mail.id, let token = OwnMailID.token(of: id) else { return false }
        if try RecipientStore(transaction.connection).find(token: token) != nil { return true }
        return try MailID(id).flatMap { try TicketMail(transaction).ticket(of: [$0]) } != nil
    }
}

/// What mails of Koi are called: `koi.` and 128 random bits, which nobody can guess who did not get one.
enum OwnMailID {
    /// The mark in a Message-ID; nil where it is of another form.
    static func token(of id: String) -> String? {
        guard id.hasPrefix("koi."), let at = id.firstIndex(of: "@") else { return nil }
        let token = id[..<at].dropFirst(4)
        let isToken = token.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        return token.utf8.count == 32 && isToken ? String(token) : nil
    }
}
