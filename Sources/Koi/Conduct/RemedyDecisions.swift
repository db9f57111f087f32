import KoiJSON
import KoiSQLite

/// Decides on remedies, offers them, and notes what customers say and get.
struct RemedyDecisions {
    private let transaction: Transaction
    private var service: RecordService { RecordService(TicketRemedy.resource, transaction) }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    // MARK: Upwards

    /// Asks the next one above whose authority reaches so far, or else the last one there is; the ticket stays where it is.
    func passUp(_ remedy: Record) throws {
        guard let ticket = try ticket(of: remedy) else { return }
        let chain = try Managers(transaction).chain(above: ticket["owner"].integerValue ?? transaction.actor.user)
        let able = try chain.first { try $0.contains { try Authority(transaction).covers(remedy, $0) } }
        for user in able ?? chain.last ?? [] {
            try CollaboratorService(TicketRemedy.resource, transaction).lend(remedy, to: user, .write)
            try CollaboratorService(Ticket.resource, transaction).lend(ticket, to: user, .read)
            try tell(user, .remedyAsked, remedy, ticket)
        }
    }

    /// Approves a remedy, or does not; whoever has the ticket is told and goes on.
    ///
    /// - Throws: 403 where the actor's own authority does not reach so far, 409 where it is decided already.
    func decide(_ remedy: Record, approved: Bool, reason: String?) throws -> Record {
        try require(.proposed, remedy)
        guard let user = transaction.actor.user, try Authority(transaction).covers(remedy, user) else {
            throw RemedyDecisions.aboveAuthority
        }
        var record = remedy
        record["state"] = .string((approved ? RemedyState.approved : .refused).rawValue)
        record["decidedBy"] = .integer(user)
        record["decidedAt"] = now
        record["decisionReason"] = reason.map(JSONValue.string) ?? .null
        let saved = try service.save(record, before: remedy, reason: reason)
        guard let ticket = try ticket(of: saved) else { return saved }
        try takeBack(saved, from: user)
        for user in Set([ticket["owner"].integerValue, saved["owner"].integerValue].compactMap { $0 }) {
            try tell(user, approved ? .remedyApproved : .remedyRefused, saved, ticket)
        }
        return saved
    }

    /// What was shared for the decision is so no longer than it takes to look back.
    private func takeBack(_ remedy: Record, from user: Int64) throws {
        guard let made = remedy.time("createdAt"), let ticket = remedy["ticket"].integerValue else { return }
        let end = transaction.now + TicketAssists.afterglow
        for (resource, id) in [(TicketRemedy.resource, remedy.id), (Ticket.resource, ticket)] {
            try CollaboratorService(resource, transaction).limit(id, of: user, madeAt: made, until: end)
        }
    }

    // MARK: The customer

    /// Offers a remedy to the customer, with a link by which that one agrees where Koi can be reached.
    func offer(_ remedy: Record, _ text: String?) throws -> Record {
        try require(.approved, remedy)
        guard let ticket = try ticket(of: remedy) else { throw Problem.notFound(Ticket.resource.label) }
        let language = Language(rawValue: ticket["language"].stringValue ?? "") ?? .en
        var lines = [text ?? RemedyWords(remedy).offer(language)]
        if let link = try ConsentLink(transaction).make(for: remedy) {
            lines.append(RemedyWords.answerHere(language) + "\n" + link)
        }
        let draft = TicketMessages.Draft(kind: .reply, text: lines.joined(separator: "\n\n"))
        _ = try TicketMessages(transaction).add(draft, to: ticket)
        var record = remedy
        record["state"] = .string(RemedyState.offered.rawValue)
        record["offeredAt"] = now
        return try service.save(record, before: remedy)
    }

    /// Notes what the customer says to an offer.
    ///
    /// - Parameters:
    ///   - by: who said it.
    ///   - at: when; never before it was offered.
    func answer(_ remedy: Record, consents: Bool, by: String?, at: Int64?) throws -> Record {
        try require(.offered, remedy)
        let offered = remedy.time("offeredAt") ?? transaction.now
        var record = remedy
        record["state"] = .string((consents ? RemedyState.consented : .declined).rawValue)
        record["answeredAt"] = .string(Timestamp.text(max(at ?? transaction.now, offered)))
        record["answeredBy"] = by.map(JSONValue.string) ?? .null
        record["notedBy"] = transaction.actor.user.map(JSONValue.integer) ?? .null
        let saved = try service.save(record, before: remedy)
        if let owner = try ticket(of: saved)?["owner"].integerValue, let ticket = try ticket(of: saved) {
            try tell(owner, consents ? .remedyConsented : .remedyDeclined, saved, ticket)
        }
        return saved
    }

    /// - Throws: 409 without the customer's consent.
    func deliver(_ remedy: Record, cost: Int64?) throws -> Record {
        try require(.consented, remedy)
        var record = remedy
        record["state"] = .string(RemedyState.delivered.rawValue)
        record["deliveredAt"] = now
        record["cost"] = cost.map(JSONValue.integer) ?? (remedy["cost"].isNull ? remedy["amount"] : remedy["cost"])
        return try service.save(record, before: remedy)
    }

    // MARK: Helpers

    private var now: JSONValue { .string(Timestamp.text(transaction.now)) }

    private func ticket(of remedy: Record) throws -> Record? {
        try remedy["ticket"].integerValue.flatMap {
            try RecordStore(Ticket.resource, transaction.connection).find($0, .all)
        }
    }

    private func tell(_ user: Int64, _ kind: NotificationKind, _ remedy: Record, _ ticket: Record) throws {
        let subject = EventSubject(resource: TicketRemedy.resource.name, id: remedy.id)
        try transaction.notifications.add(to: user, kind, about: subject, ["number": ticket["number"]])
    }

    private func require(_ state: RemedyState, _ remedy: Record) throws {
        let actual = RemedyState(of: remedy)
        guard actual != state else { return }
        throw Problem.conflict("remedy_not_\(state.rawValue)", RemedyWords.hint(state, actual))
    }

    private static let aboveAuthority = Problem.forbidden(
        "above_authority",
        "This is more than you may grant, by itself or with what you have granted this month. Somebody above you decides.",
        "超出您的单次或本月授权额度，须由上级决定。"
    )
}
