import KoiJSON

extension Ticket {
    /// How the customer was treated: what was told, and what came back.
    static let conduct: [Field] = [
        .time("resultToldAt", "Result told", "告知结果时间").derived()
            .noted(
                "When the customer was told the result that holds; null once that was refused or the ticket was opened again.",
                "将当前处理结果告知客户的时间；客户不认可或工单重开后清空。"
            ),
        .boolean("accepted", "Accepted", "客户认可").derived()
            .noted("What the customer says to the result; null where nothing came.", "客户对处理结果的答复；尚无答复时为空。"),
        .time("acceptedAt", "Answered", "客户答复时间").derived(),
        .text("acceptedBy", "Answered by", "答复人", max: 200).derived(),
        .text("acceptanceComment", "Customer's comment", "客户意见", max: 2_000, .multiline).derived().unsorted(),
        .time("apologisedAt", "Apologised", "致歉时间").derived(),
        .reference("apologisedBy", "Apologised by", "致歉人", to: "users").derived(),
        .boolean("faultAdmitted", "Fault admitted", "承认我方过错").derived(),
        .time("explainedAt", "Explained", "说明时间").derived()
            .noted(
                "When the customer was last told why it cannot be solved now.",
                "最近一次向客户说明暂时无法解决的时间。"
            ),
    ]
}

/// What is remembered in a ticket of how its customer was treated.
enum TicketConduct {
    /// What goes to the customer with the end of the work is its result, and with a deferral its explanation.
    static func noteMessage(with status: Int64, in ticket: inout Record, _ transaction: Transaction) throws {
        switch try TicketStatus.find(status, transaction.connection)?.state {
        case .resolved, .closed: noteResult(in: &ticket, at: transaction.now)
        case .deferred: ticket["explainedAt"] = .string(Timestamp.text(transaction.now))
        default: break
        }
    }

    /// Another result is told: what was said to the one before says nothing of it.
    static func noteResult(in ticket: inout Record, at now: Int64) {
        ticket["resultToldAt"] = .string(Timestamp.text(now))
        forgetAnswer(in: &ticket)
    }

    /// It begins again: another result is to be told, and accepted.
    static func begin(again ticket: inout Record) {
        ticket["resultToldAt"] = .null
        forgetAnswer(in: &ticket)
    }

    private static func forgetAnswer(in ticket: inout Record) {
        for name in ["accepted", "acceptedAt", "acceptedBy", "acceptanceComment"] { ticket[name] = .null }
    }

    /// The end of the time within which the customer can object; nil where nothing is resolved.
    static func waitEnds(_ ticket: Record, _ settings: Settings) -> Int64? {
        ticket.time("resolvedAt").map { $0 + settings.ticketAcceptanceDays * 86_400_000 }
    }
}
