import KoiJSON

/// Something that must hold for a ticket to come to a category of statuses, whichever way it goes there.
protocol TicketGuard: Sendable {
    /// What is missing; nothing where all is well.
    ///
    /// - Parameters:
    ///   - ticket: as it would be.
    ///   - before: as it is stored; nil for one that is made.
    func missing(
        _ ticket: Record,
        before: Record?,
        to state: TicketState,
        _ transaction: Transaction
    ) throws -> [Problem.Issue]
}

/// All guards beside what the transitions ask for.
enum TicketGuards {
    static let all: [any TicketGuard] = [
        ToldGuard(), AcceptedGuard(), ClassifiedGuard(), AssistedGuard(), RemedyGuard(), DeferredGuard(),
    ]
}

/// What is closed says what it was about, and where something went wrong why: from that the company learns.
struct ClassifiedGuard: TicketGuard {
    /// Where nothing went wrong.
    private static let causeless: Set<String> = ["inquiry", "suggestion", "praise"]

    func missing(
        _ ticket: Record,
        before: Record?,
        to state: TicketState,
        _ transaction: Transaction
    ) throws -> [Problem.Issue] {
        guard state == .closed else { return [] }
        var issues: [Problem.Issue] = []
        if ticket["category"].isNull { issues.append(ClassifiedGuard.needed.issue(field: "category")) }
        if !ClassifiedGuard.causeless.contains(ticket["kind"].stringValue ?? ""), ticket["cause"].isNull {
            issues.append(ClassifiedGuard.needed.issue(field: "cause"))
        }
        return issues
    }

    private static let needed = ValueRefusal(
        "required_to_close",
        "A ticket must have this to be closed.",
        "工单关闭前必须填写此项。"
    )
}
