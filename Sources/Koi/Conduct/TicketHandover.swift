import KoiJSON
import KoiSQLite

/// A ticket that changes hands: rarely, with a reason, counted, and never without the customer knowing (F88).
struct TicketHandover {
    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Counts it before it is stored.
    ///
    /// The first owner is no change of hands.
    ///
    /// - Throws: `Problem.invalid` without a reason.
    func begin(_ ticket: inout Record, before: Record, reason: String?) throws {
        guard !before["owner"].isNull, ticket["owner"] != before["owner"] else { return }
        let isByRule = transaction.actor.kind == .system && transaction.actor.user == nil
        guard isByRule || reason?.isEmpty == false else {
            throw Problem.invalid([TicketHandover.silent.issue(field: "owner")])
        }
        let (count, _) = (before["handovers"].integerValue ?? 0).addingReportingOverflow(1)
        ticket["handovers"] = .integer(count)
    }

    /// Tells the customer who is responsible from now on, and leaves what colleagues were asked for to the new owner.
    func follow(_ ticket: Record, before: Record?) throws {
        guard let before, !before["owner"].isNull, ticket["owner"] != before["owner"],
            let owner = ticket["owner"].integerValue
        else { return }
        for assist in try TicketAssists(transaction).open(of: ticket.id) where assist["owner"] == before["owner"] {
            var changed = assist
            changed["owner"] = .integer(owner)
            _ = try RecordService(TicketAssist.resource, transaction).save(changed, before: assist)
        }
        for remedy in try TicketRemedy.all(of: ticket.id, transaction.connection)
        where RemedyState(of: remedy).isOpen && remedy["owner"] == before["owner"] {
            var changed = remedy
            changed["owner"] = .integer(owner)
            _ = try RecordService(TicketRemedy.resource, transaction).save(changed, before: remedy)
        }
        try warn(of: ticket, from: before["owner"].integerValue)
        guard !TicketState(of: ticket).isEnded, !ticket.isRemoved else { return }
        let name = try transaction.connection.first("SELECT name FROM users WHERE id = ?", [.integer(owner)]) {
            $0.text(0)
        }
        let text = TicketHandover.news(ticket["number"].stringValue ?? "", name ?? "")
        let language = Language(rawValue: ticket["language"].stringValue ?? "") ?? .en
        var draft = TicketMessages.Draft(kind: .reply, text: text(language))
        draft.isAutomatic = true
        _ = try TicketMessages(transaction).add(draft, to: ticket, moving: false)
    }

    /// More than once is too often.
    private func warn(of ticket: Record, from previous: Int64?) throws {
        guard let count = ticket["handovers"].integerValue, count > 1 else { return }
        let subject = EventSubject(resource: Ticket.resource.name, id: ticket.id)
        for user in try Managers(transaction).of(previous) {
            try transaction.notifications.add(
                to: user,
                .ticketPassedAround,
                about: subject,
                ["number": ticket["number"], "count": .integer(count)]
            )
        }
    }

    private static func news(_ number: String, _ name: String) -> Text {
        Text(
            "\(name) is responsible for your request \(number) from now on and knows what was said so far: you need not tell it again.",
            "您的工单 \(number) 现由\(name)负责，此前的沟通均已知悉，您无需重复说明。"
        )
    }

    private static let silent = ValueRefusal(
        "silent_handover",
        "Who receives a ticket stays with it. To hand it over needs a reason: PUT /v1/tickets/{id}/owner. For help ask a colleague instead: POST /v1/ticket-assists.",
        "工单由首位受理人负责到底。转手须说明原因：PUT /v1/tickets/{id}/owner；如需帮助，请改用协助：POST /v1/ticket-assists。"
    )
}
