/// Why a deal was lost: the eight reasons for which customers leave a service.
///
/// After S. Keaveney, "Customer Switching Behavior in Service Industries", 1995.
enum LossReason: String, CaseIterable {
    case price
    case inconvenience
    case coreFeature = "core_feature"
    case serviceEncounter = "service_encounter"
    case poorResponse = "poor_response"
    case competitor
    case ethics
    case involuntary

    /// Whose fault it was.
    enum Class: String {
        case own
        case competitor
        case involuntary
    }

    /// Most of them lie with oneself, which is what the class is there to show.
    var fault: Class {
        switch self {
        case .price, .inconvenience, .coreFeature, .serviceEncounter, .poorResponse, .ethics: .own
        case .competitor: .competitor
        case .involuntary: .involuntary
        }
    }

    static let choices = [
        Choice("price", "Price", "价格"),
        Choice("inconvenience", "Inconvenience", "不便"),
        Choice("core_feature", "Core feature missing", "核心功能缺失"),
        Choice("service_encounter", "Bad service encounter", "服务接触不佳"),
        Choice("poor_response", "Poor response", "响应不力"),
        Choice("competitor", "Competitor's action", "竞争对手行为"),
        Choice("ethics", "Ethics", "道德问题"),
        Choice("involuntary", "Involuntary (move, bankruptcy)", "非自愿（搬迁、破产）"),
    ]

    static let classes = [
        Choice("own", "Our own", "我方"),
        Choice("competitor", "A competitor's", "竞争对手"),
        Choice("involuntary", "Nobody's", "非自愿"),
    ]
}
