import KoiJSON
import KoiSQLite

/// A reply drafted from a template, in the ticket's language.
struct TicketDraft {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Subject and text with what their placeholders stand for, as far as the actor sees it.
    ///
    /// - Throws: `Problem.invalid` for a template that there is not, or not for mail.
    func words(of template: Int64, for ticket: Record) throws -> JSONValue {
        let store = RecordStore(MessageTemplate.resource, transaction.connection)
        guard let found = try store.find(template, transaction.visibility(of: MessageTemplate.resource)),
            found["channel"].stringValue == MessageChannel.mail.rawValue
        else { throw Problem.invalid([TicketDraft.noTemplate.issue(field: "template")]) }
        let language = ticket["language"].stringValue.flatMap(Language.init(rawValue:)) ?? .zh
        guard let words = MessageWords(found, language) else { return ["subject": .null, "text": ""] }
        let person = try person(of: ticket)
        func value(_ name: String) throws -> String? {
            let record = name.hasPrefix(Ticket.resource.singular + ".") ? ticket : person
            return try PlaceholderValues(language: language, parameters: [:], record: record, transaction: transaction)
                .value(name)
        }
        let subject = try words.subject.map { try Placeholders($0).filled({ $0 }, value) }
        let text = try Placeholders(words.text).filled({ $0 }, value)
        return ["subject": subject.map(JSONValue.string) ?? .null, "text": .string(text)]
    }

    /// The contact, else the customer, as far as the actor sees them.
    private func person(of ticket: Record) throws -> Record? {
        for (field, resource) in [("contact", Contact.resource), ("customer", Customer.resource)] {
            guard let id = ticket[field].integerValue else { continue }
            let store = RecordStore(transaction.catalog.resources[resource.name] ?? resource, transaction.connection)
            if let found = try store.find(id, transaction.visibility(of: resource)) { return found }
        }
        return nil
    }

    private static let noTemplate = ValueRefusal(
        "not_found",
        "There is no template for mail with this number.",
        "没有此编号的邮件模板。"
    )
}
