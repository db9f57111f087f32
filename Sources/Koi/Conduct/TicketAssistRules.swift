import KoiJSON
import KoiSQLite

/// What an assist must keep to: who is asked sees the ticket, is told, and answers.
struct TicketAssistRules: RecordRules {
    /// More than this many open at once are no help.
    static let maximumOpen = 50

    func begin(_ record: inout Record, in transaction: Transaction) {
        guard let user = transaction.actor.user else { return }
        record["owner"] = .integer(user)
    }

    func check(
        _ record: inout Record,
        before: Record?,
        issues: inout [Problem.Issue],
        in transaction: Transaction
    ) throws {
        if let done = record.time("doneAt") {
            if done > transaction.now { issues.append(TicketAssistRules.inFuture.issue(field: "doneAt")) }
            if record["answer"].isNull { issues.append(ValueRefusal.required.issue(field: "answer")) }
        }
        guard before == nil, let id = record["ticket"].integerValue,
            let ticket = try RecordStore(Ticket.resource, transaction.connection)
                .find(id, transaction.visibility(of: Ticket.resource))
        else { return }
        if TicketState(of: ticket).isEnded { issues.append(TicketAssistRules.ended.issue(field: "ticket")) }
        if try TicketAssists(transaction).open(of: id).count >= TicketAssistRules.maximumOpen {
            issues.append(TicketAssistRules.tooMany.issue(field: "ticket"))
        }
        guard let assignee = record["assignee"].integerValue else { return }
        try checkAssignee(assignee, &record, ticket, &issues, transaction)
    }

    private func checkAssignee(
        _ user: Int64,
        _ record: inout Record,
        _ ticket: Record,
        _ issues: inout [Problem.Issue],
        _ transaction: Transaction
    ) throws {
        guard let actor = try Actor.user(user, kind: .system, in: transaction.catalog, transaction.connection) else {
            // One who is not there at all is refused as any reference is.
            let isThere = try transaction.connection.first("SELECT 1 FROM users WHERE id = ?", [.integer(user)]) { _ in
                true
            }
            if isThere == true { issues.append(OwnerChange.inactive.issue(field: "assignee")) }
            return
        }
        record["lent"] = .bool(!actor.access.visibility(of: Ticket.resource, at: transaction.now).allows(ticket))
    }

    func happened(_ record: Record, before: Record?, event: Int64, in transaction: Transaction) throws {
        let isOpen = { (assist: Record) in assist["doneAt"].isNull && !assist.isRemoved }
        let wasOpen = before.map(isOpen) ?? false
        guard isOpen(record) != wasOpen else { return }
        if isOpen(record) { try open(record, transaction) } else { try end(record, transaction) }
    }

    /// The assignee sees the assist and its ticket, and is told.
    private func open(_ assist: Record, _ transaction: Transaction) throws {
        guard let user = assist["assignee"].integerValue, let id = assist["ticket"].integerValue,
            let ticket = try RecordStore(Ticket.resource, transaction.connection).find(id, .all)
        else { return }
        try CollaboratorService(TicketAssist.resource, transaction).lend(assist, to: user, .write)
        try CollaboratorService(Ticket.resource, transaction).lend(ticket, to: user, .read)
        try transaction.notifications.add(to: user, .assistAsked, about: subject(assist), ["number": ticket["number"]])
    }

    /// Whoever asked is told; what was shared for it is so no longer than it takes to look back.
    private func end(_ assist: Record, _ transaction: Transaction) throws {
        guard let user = assist["assignee"].integerValue, let id = assist["ticket"].integerValue else { return }
        let end = transaction.now + TicketAssists.afterglow
        try CollaboratorService(TicketAssist.resource, transaction).limit(assist.id, of: user, until: end)
        let others = try TicketAssists(transaction).open(of: id).contains { $0["assignee"] == .integer(user) }
        if assist["lent"] == true, !others {
            try CollaboratorService(Ticket.resource, transaction).limit(id, of: user, until: end)
        }
        guard !assist.isRemoved, let owner = assist["owner"].integerValue else { return }
        let number = try RecordStore(Ticket.resource, transaction.connection).find(id, .all)?["number"] ?? .null
        try transaction.notifications.add(to: owner, .assistDone, about: subject(assist), ["number": number])
    }

    private func subject(_ assist: Record) -> EventSubject {
        EventSubject(resource: TicketAssist.resource.name, id: assist.id)
    }

    func related(to record: Record) -> [EventSubject] {
        record["ticket"].integerValue.map { [EventSubject(resource: Ticket.resource.name, id: $0)] } ?? []
    }

    private static let inFuture = ValueRefusal("in_future", "Send a time that has come.", "请填写已经过去的时间。")
    private static let ended = ValueRefusal(
        "ticket_ended",
        "The ticket is closed. Open it again first.",
        "工单已关闭，请先重开。"
    )
    private static let tooMany = ValueRefusal(
        "too_many_assists",
        "So many colleagues are asked already that nobody knows who does what. Have some of it finished first.",
        "待完成的协助过多，请先完成部分协助。"
    )
}
