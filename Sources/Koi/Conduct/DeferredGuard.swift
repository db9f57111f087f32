import KoiJSON

/// Nothing is put off without an explanation to the customer and a day until which it is (F87), whichever way it goes there.
struct DeferredGuard: TicketGuard {
    func missing(
        _ ticket: Record,
        before: Record?,
        to state: TicketState,
        _ transaction: Transaction
    ) throws -> [Problem.Issue] {
        guard state == .deferred else { return [] }
        var issues: [Problem.Issue] = []
        // What was explained before explains nothing of this.
        if ticket["explainedAt"].isNull || ticket["explainedAt"] == before?["explainedAt"] {
            issues.append(DeferredGuard.unexplained.issue(field: "message"))
        }
        if ticket["deferredUntil"].isNull { issues.append(DeferredGuard.endless.issue(field: "deferredUntil")) }
        return issues
    }

    private static let unexplained = ValueRefusal(
        "explanation_needed",
        "Explain to the customer why it cannot be solved now: send a message with PUT /v1/tickets/{id}/status.",
        "请向客户说明暂时无法解决的原因：在 PUT /v1/tickets/{id}/status 中随附 message。"
    )
    private static let endless = ValueRefusal(
        "date_needed",
        "Say until when: send deferredUntil.",
        "请填写暂缓到哪一天（deferredUntil）。"
    )
}
