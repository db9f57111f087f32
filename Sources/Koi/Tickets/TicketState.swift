import KoiJSON

/// The fixed categories behind the names of statuses, which clocks, rules and reports read.
package enum TicketState: String, Sendable, CaseIterable {
    /// Nobody has seen to it yet.
    case new
    case open
    case waitingCustomer = "waiting_customer"
    case waitingThirdParty = "waiting_third_party"
    /// It cannot be solved at present, which was explained.
    case deferred
    /// We think so; the customer has not agreed yet.
    case resolved
    /// The customer agreed, or the time to object ran out.
    case closed
    /// The customer refused the result: it goes on.
    case rejected

    /// That of a ticket.
    init(of ticket: Record) {
        self = ticket["state"].stringValue.flatMap(TicketState.init) ?? .new
    }

    var isEnded: Bool { self == .closed }

    /// Whether somebody has still to see to it.
    var isActive: Bool {
        switch self {
        case .new, .open, .waitingCustomer, .waitingThirdParty, .deferred: true
        case .resolved, .closed, .rejected: false
        }
    }

    static let choices = [
        Choice(new.rawValue, "New", "新建"),
        Choice(open.rawValue, "Open", "处理中"),
        Choice(waitingCustomer.rawValue, "Waiting for the customer", "等待客户"),
        Choice(waitingThirdParty.rawValue, "Waiting for a third party", "等待第三方"),
        Choice(deferred.rawValue, "Deferred", "暂缓"),
        Choice(resolved.rawValue, "Resolved", "已解决"),
        Choice(closed.rawValue, "Closed", "已关闭"),
        Choice(rejected.rawValue, "Rejected by the customer", "客户不认可"),
    ]
}
