import KoiJSON
import KoiSQLite

/// A remedy within the authority of whoever proposes it is decided at once; any other goes up (F83, F86).
struct TicketRemedyRules: RecordRules {
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
        guard before == nil else { return }
        Money.completeCurrency(of: &record, for: ["amount"], in: transaction)
        let id = record["ticket"].integerValue
        let seen = transaction.visibility(of: Ticket.resource)
        // One that is not there, or not seen, is refused as any reference is.
        guard issues.isEmpty, let id,
            let ticket = try RecordStore(Ticket.resource, transaction.connection).find(id, seen)
        else { return }
        guard !TicketState(of: ticket).isEnded else {
            return issues.append(TicketRemedyRules.ended.issue(field: "ticket"))
        }
        record["proposedBy"] = transaction.actor.user.map(JSONValue.integer) ?? .null
        guard let user = transaction.actor.user, try Authority(transaction).covers(record, user) else { return }
        record["state"] = .string(RemedyState.approved.rawValue)
        record["decidedBy"] = .integer(user)
        record["decidedAt"] = .string(Timestamp.text(transaction.now))
    }

    func happened(_ record: Record, before: Record?, event: Int64, in transaction: Transaction) throws {
        guard before == nil, RemedyState(of: record) == .proposed else { return }
        try RemedyDecisions(transaction).passUp(record)
    }

    func removing(_ record: Record, in transaction: Transaction) throws {
        guard RemedyState(of: record).isPromised else { return }
        throw Problem.conflict(
            "remedy_promised",
            Text(
                "The customer counts on this remedy: it is delivered, or declined by the customer, and not removed.",
                "该补救措施已向客户承诺，只能兑现或由客户拒绝，不能删除。"
            )
        )
    }

    func related(to record: Record) -> [EventSubject] {
        record["ticket"].integerValue.map { [EventSubject(resource: Ticket.resource.name, id: $0)] } ?? []
    }

    private static let ended = ValueRefusal(
        "ticket_ended",
        "The ticket is closed. Open it again first.",
        "工单已关闭，请先重开。"
    )
}
