import KoiJSON

/// What can be done for a customer beside mending what is broken.
enum RemedyKind: String, CaseIterable {
    case refund
    case discount
    case credit
    case replacement
    case repair
    case gift
    case other

    var label: Text {
        switch self {
        case .refund: Text("Refund", "退款")
        case .discount: Text("Discount", "折扣")
        case .credit: Text("Credit", "抵用金")
        case .replacement: Text("Replacement", "换货")
        case .repair: Text("Free repair", "免费维修")
        case .gift: Text("Gift", "赠品")
        case .other: Text("Other", "其他")
        }
    }

    static let choices = allCases.map { Choice($0.rawValue, $0.label.en, $0.label.zh) }
}

/// How far a remedy is.
enum RemedyState: String, CaseIterable {
    /// Above the authority of whoever proposes it: somebody above decides.
    case proposed
    case approved
    /// By whoever decides.
    case refused
    case offered
    case consented
    /// By the customer.
    case declined
    case delivered

    init(of remedy: Record) {
        // The schema allows no other word.
        self = remedy["state"].stringValue.flatMap(RemedyState.init) ?? .proposed
    }

    /// Whether something is still to be done for it.
    var isOpen: Bool {
        switch self {
        case .proposed, .approved, .offered, .consented: true
        case .refused, .declined, .delivered: false
        }
    }

    /// Whether the customer counts on it.
    var isPromised: Bool { self == .offered || self == .consented || self == .delivered }

    var label: Text {
        switch self {
        case .proposed: Text("Awaiting a decision", "待审批")
        case .approved: Text("Approved", "已批准")
        case .refused: Text("Not approved", "未批准")
        case .offered: Text("Offered to the customer", "已向客户提出")
        case .consented: Text("Customer agreed", "客户已同意")
        case .declined: Text("Customer declined", "客户已拒绝")
        case .delivered: Text("Delivered", "已兑现")
        }
    }

    static let choices = allCases.map { Choice($0.rawValue, $0.label.en, $0.label.zh) }
}
