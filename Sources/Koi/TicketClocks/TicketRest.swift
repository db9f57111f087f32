/// Whether work on a ticket rests, and why: what of its state its clocks read.
package enum TicketRest: String, Sendable, Hashable {
    /// It does not: new, open, or refused by the customer.
    case none
    case waitingCustomer = "waiting_customer"
    case waitingThirdParty = "waiting_third_party"
    case deferred
    case resolved
    case closed
    /// It lies in the bin, be it since it was merged into another.
    case removed

    /// Those at which a policy may have the clocks stand still.
    static let pausing: [TicketRest] = [.waitingCustomer, .waitingThirdParty, .deferred]

    /// - Parameter state: the category of the ticket's status.
    init(state: String, isRemoved: Bool) {
        self = isRemoved ? .removed : TicketRest(rawValue: state) ?? .none
    }

    /// Whether nobody is going to work on it.
    var isEnd: Bool { self == .closed || self == .removed }
}

/// That a ticket's work began to rest, or to go on.
struct TicketTurn: Sendable {
    let at: Int64
    let rest: TicketRest
}
