import KoiJSON
import KoiSQLite

/// Nothing is closed of which the customer was not told what came of it (F81).
struct ToldGuard: TicketGuard {
    func missing(
        _ ticket: Record,
        before: Record?,
        to state: TicketState,
        _ transaction: Transaction
    ) throws -> [Problem.Issue] {
        guard state == .closed, ticket["resultToldAt"].isNull else { return [] }
        return [ToldGuard.untold.issue(field: "resultToldAt")]
    }

    private static let untold = ValueRefusal(
        "result_not_told",
        "Tell the customer the result first: PUT /v1/tickets/{id}/result.",
        "请先将处理结果告知客户：PUT /v1/tickets/{id}/result。"
    )
}

/// Resolved is what we think; closed is what the customer accepted, or did not object to for as long as the company waits.
struct AcceptedGuard: TicketGuard {
    func missing(
        _ ticket: Record,
        before: Record?,
        to state: TicketState,
        _ transaction: Transaction
    ) throws -> [Problem.Issue] {
        guard state == .closed, ticket["accepted"] != true else { return [] }
        guard ticket["accepted"] != false else { return [AcceptedGuard.refused.issue(field: "accepted")] }
        let settings = transaction.catalog.settings.current
        // What is not resolved waits for nothing yet.
        guard let before, let end = TicketConduct.waitEnds(before, settings) else {
            return [AcceptedGuard.unanswered.issue(field: "accepted")]
        }
        guard transaction.now < end else { return [] }
        return [AcceptedGuard.waiting(until: end, settings).issue(field: "accepted")]
    }

    private static let refused = ValueRefusal(
        "result_refused",
        "The customer refused the result. See to it, and tell the next one: PUT /v1/tickets/{id}/result.",
        "客户不认可该结果。请继续处理，并告知新的结果：PUT /v1/tickets/{id}/result。"
    )
    private static let unanswered = ValueRefusal(
        "not_accepted",
        "The customer has not accepted the result. Note it once that is so: PUT /v1/tickets/{id}/acceptance.",
        "客户尚未认可结果。客户认可后请登记：PUT /v1/tickets/{id}/acceptance。"
    )

    private static func waiting(until end: Int64, _ settings: Settings) -> ValueRefusal {
        let day = CalendarDate(daysSince1970: LocalTime(zone: settings.timeZone).parts(end).day).text
        return ValueRefusal(
            "not_accepted",
            "The customer has not accepted the result yet: note it with PUT /v1/tickets/{id}/acceptance, or wait until \(day).",
            "客户尚未认可结果：请用 PUT /v1/tickets/{id}/acceptance 登记，或等到 \(day)。"
        )
    }
}

/// Nothing is closed while a colleague is still asked for help with it (F88).
struct AssistedGuard: TicketGuard {
    func missing(
        _ ticket: Record,
        before: Record?,
        to state: TicketState,
        _ transaction: Transaction
    ) throws -> [Problem.Issue] {
        guard state == .closed, before != nil else { return [] }
        let open = try TicketAssists(transaction).open(of: ticket.id).map(\.id)
        guard !open.isEmpty else { return [] }
        return [AssistedGuard.unfinished(open).issue(field: "assists")]
    }

    private static func unfinished(_ assists: [Int64]) -> ValueRefusal {
        let ids = assists.prefix(10).map(String.init)
        return ValueRefusal(
            "assists_open",
            "Colleagues are still to help: ticket-assists \(ids.joined(separator: ", ")). Have them finished, or remove them.",
            "仍有协助未完成：ticket-assists \(ids.joined(separator: "、"))。请等待完成，或将其删除。"
        )
    }
}
