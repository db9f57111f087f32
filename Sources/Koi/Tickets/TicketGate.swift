import KoiHTTP
import KoiJSON
import KoiSQLite

/// What a ticket lacks to come to a status: a transition that leads there, what this asks for, and what the guards want.
struct TicketGate {
    /// What goes with a move beside the ticket's own fields.
    struct Terms {
        var reason: String?
        /// Whether a message to the customer goes with it.
        var hasReply = false
    }

    private let transaction: Transaction
    private var connection: Connection { transaction.connection }

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// An issue for each thing that is missing.
    ///
    /// - Parameter before: as it is stored; nil for one that is made.
    func missing(
        _ ticket: Record,
        before: Record?,
        for status: TicketStatus.Standing,
        _ terms: Terms
    ) throws -> [Problem.Issue] {
        guard ticket["status"] != before?["status"], !isFree(before) else { return [] }
        guard let origin = try before?["status"].integerValue ?? TicketStatus.main(.new, connection)?.id,
            origin != status.id, before != nil || status.state != .open
        else { return [] }
        var issues = try missingOnWay(ticket, from: origin, to: status, terms)
        if let before, TicketWindow(transaction).isOver(before), status.state != .closed {
            issues.append(TicketGate.tooLate.issue(field: "status"))
        }
        for each in TicketGuards.all {
            // What a transition asks for already is asked for once.
            issues += try each.missing(ticket, before: before, to: status.state, transaction).filter { issue in
                !issues.contains { $0.field == issue.field }
            }
        }
        return issues
    }

    /// Koi itself moves tickets by rules of its own; what comes from another system is as it was there.
    private func isFree(_ before: Record?) -> Bool {
        transaction.actor.kind == .system && (before == nil || transaction.actor.user == nil)
    }

    // MARK: Transitions

    private func missingOnWay(
        _ ticket: Record,
        from origin: Int64,
        to status: TicketStatus.Standing,
        _ terms: Terms
    ) throws -> [Problem.Issue] {
        let ways = try TicketTransition.ways(from: origin, to: status.id, connection)
        guard !ways.isEmpty else { return [TicketGate.noWay(to: status)] }
        let role = try role()
        let own = ways.filter { mayTake($0, role) }
        guard !own.isEmpty else { return [TicketGate.notYours(status)] }
        // Of several ways the one that asks for the least.
        return own.map { lacking($0, ticket, terms) }.min { $0.count < $1.count } ?? []
    }

    private func mayTake(_ way: TicketTransition.Way, _ role: Int64?) -> Bool {
        way.roles.isEmpty || transaction.actor.access.isFull || role.map(way.roles.contains) ?? false
    }

    private func role() throws -> Int64? {
        guard let user = transaction.actor.user else { return nil }
        return try connection.first("SELECT role FROM users WHERE id = ?", [.integer(user)]) { $0.intOrNil(0) } ?? nil
    }

    private func lacking(_ way: TicketTransition.Way, _ ticket: Record, _ terms: Terms) -> [Problem.Issue] {
        way.needs.compactMap { need in
            switch need {
            case .reply: terms.hasReply ? nil : TicketGate.noReply.issue(field: "message")
            case .reason: terms.reason == nil ? TicketGate.noReason.issue(field: "reason") : nil
            case .date: hasDate(ticket) ? nil : TicketGate.noDate.issue(field: "deferredUntil")
            }
        }
    }

    /// A date that is still to come.
    private func hasDate(_ ticket: Record) -> Bool {
        guard let date = ticket["deferredUntil"].stringValue else { return false }
        let zone = LocalTime(zone: transaction.catalog.settings.current.timeZone)
        return date > CalendarDate(daysSince1970: zone.parts(transaction.now).day).text
    }

    // MARK: Sentences

    private static func noWay(to status: TicketStatus.Standing) -> Problem.Issue {
        ValueRefusal(
            "no_transition",
            "No transition leads from its status to \"\(status.name)\".",
            "没有从当前状态到“\(status.name)”的流转规则。"
        ).issue(field: "status")
    }

    private static func notYours(_ status: TicketStatus.Standing) -> Problem.Issue {
        ValueRefusal(
            "not_your_move",
            "Your role may not move it to \"\(status.name)\".",
            "您的角色不能将工单移到“\(status.name)”。"
        ).issue(field: "status")
    }

    private static let noReply = ValueRefusal(
        "required_for_move",
        "Say to the customer what goes on: send a message with the move.",
        "请同时答复客户：随状态更改发送 message。"
    )
    private static let noReason = ValueRefusal(
        "required_for_move",
        "Say why: send a reason with the move.",
        "请说明原因：随状态更改填写 reason。"
    )
    private static let noDate = ValueRefusal(
        "required_for_move",
        "Say until when: a day that is still to come.",
        "请填写暂缓到哪一天，须为将来的日期。"
    )
    private static let tooLate = ValueRefusal(
        "reopen_window_over",
        "The ticket was closed too long ago to be opened again. Make another one.",
        "工单关闭已久，不能重开，请新建工单。"
    )
}

/// For how long a closed ticket can be opened again.
struct TicketWindow {
    private static let day: Int64 = 86_400_000

    private let transaction: Transaction

    init(_ transaction: Transaction) {
        self.transaction = transaction
    }

    /// Whether a ticket was closed longer ago than the company reopens tickets.
    func isOver(_ ticket: Record) -> Bool {
        guard TicketState(of: ticket).isEnded, let closed = ticket.time("closedAt") else { return false }
        let days = transaction.catalog.settings.current.ticketReopenDays
        return transaction.now - closed > days * TicketWindow.day
    }
}

extension Problem {
    /// A move of a ticket to a status for which something is missing.
    static func ticketNotReady(_ missing: [Issue]) -> Problem {
        Problem(
            .conflict,
            "ticket_not_ready",
            Text(
                "The ticket cannot come to this status yet; \"errors\" lists all that is missing.",
                "工单尚不能进入该状态；“errors”列出了所缺的全部内容。"
            ),
            issues: missing
        )
    }
}
