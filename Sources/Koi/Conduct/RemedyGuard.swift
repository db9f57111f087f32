import KoiJSON

/// Nothing is closed while a remedy that was promised is not delivered, or one that was proposed is not decided.
struct RemedyGuard: TicketGuard {
    func missing(
        _ ticket: Record,
        before: Record?,
        to state: TicketState,
        _ transaction: Transaction
    ) throws -> [Problem.Issue] {
        guard state == .closed, before != nil else { return [] }
        let open = try TicketRemedy.all(of: ticket.id, transaction.connection).filter { RemedyState(of: $0).isOpen }
        guard !open.isEmpty else { return [] }
        return [RemedyGuard.unfinished(open).issue(field: "remedies")]
    }

    private static func unfinished(_ remedies: [Record]) -> ValueRefusal {
        let list = remedies.prefix(10).map { (id: String($0.id), state: RemedyState(of: $0)) }
        let en = list.map { "\($0.id) (\($0.state.label.en.lowercased()))" }.joined(separator: ", ")
        let zh = list.map { "\($0.id)（\($0.state.label.zh)）" }.joined(separator: "、")
        return ValueRefusal(
            "remedies_open",
            "What was promised is not delivered yet: ticket-remedies \(en).",
            "承诺的补救尚未兑现：ticket-remedies \(zh)。"
        )
    }
}
