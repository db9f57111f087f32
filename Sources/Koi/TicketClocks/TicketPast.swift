/// What happened to a ticket so far, as far as its clocks begin by it.
struct TicketPast: Sendable {
    let received: Int64
    /// When it was first answered.
    var firstReply: Int64?
    var lastReply: Int64?
    /// The oldest message behind all answers.
    var unanswered: Int64?
    /// Since when its work rests or goes on, the oldest first; the last is how it stands.
    var turns: [TicketTurn]

    var rest: TicketRest { turns.last?.rest ?? .none }

    /// From when a promise counts; nil where there is nothing to wait for.
    func origin(of kind: TicketClockKind) -> Int64? {
        switch kind {
        case .firstResponse: firstReply == nil ? received : nil
        case .nextResponse: firstReply == nil ? nil : unanswered
        case .resolution: rest == .resolved || rest.isEnd ? nil : received
        case .keepInformed: max(lastReply ?? received, received)
        case .supervision: nil
        }
    }
}
