import KoiJSON
import KoiSQLite

/// The link by which a customer agrees to a remedy, or does not: once.
struct ConsentLink {
    static let path = "/consent/"

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Nil where Koi cannot be reached.
    func make(for remedy: Record) throws -> String? {
        guard let start = transaction.catalog.settings.current.publicURL else { return nil }
        let token = try Links(transaction).make(
            .consent,
            subject: EventSubject(resource: TicketRemedy.resource.name, id: remedy.id),
            isLogged: false
        )
        return start + ConsentLink.path + token
    }

    /// The remedy that is still offered; nil where the link is none, or was used.
    func remedy(of token: String) throws -> Record? {
        guard let link = try find(token), let id = link.subject?.id,
            let remedy = try RecordStore(TicketRemedy.resource, transaction.connection).find(id, .all),
            RemedyState(of: remedy) == .offered
        else { return nil }
        return remedy
    }

    /// Takes the customer's answer.
    ///
    /// - Parameter transaction: in the name of whoever holds the link.
    /// - Returns: the remedy; nil where the link is none, or was used.
    func answer(_ token: String, consents: Bool) throws -> Record? {
        guard let link = try find(token), let remedy = try remedy(of: token) else { return nil }
        try Links(transaction).spend(link)
        return try RemedyDecisions(transaction).answer(remedy, consents: consents, by: nil, at: nil)
    }

    private func find(_ token: String) throws -> Link? {
        guard let link = try Links(transaction).find(token), link.purpose == .consent,
            link.subject?.resource == TicketRemedy.resource.name
        else { return nil }
        return link
    }
}
