/// One of the two ways in which it is told how far a customer is: on the way to a contract, and in the relationship.
enum CustomerAxis: String, CaseIterable, Sendable {
    /// From a target to a signed customer.
    case lifecycle
    /// The seven stages of a relationship, from choosing a target to winning back who left.
    case relationship

    /// The field of a customer that has the stage.
    var field: String {
        switch self {
        case .lifecycle: "lifecycle"
        case .relationship: "relationshipStage"
        }
    }

    /// The field that says since when.
    var since: String {
        switch self {
        case .lifecycle: "lifecycleSince"
        case .relationship: "relationshipSince"
        }
    }

    /// As it stands in paths.
    var path: String {
        switch self {
        case .lifecycle: "lifecycle"
        case .relationship: "relationship-stage"
        }
    }

    var label: Text {
        switch self {
        case .lifecycle: Text("Lifecycle", "生命周期")
        case .relationship: Text("Relationship stage", "关系阶段")
        }
    }

    /// In their order; a customer of whom nothing is known is in the first.
    var stages: [Choice] {
        switch self {
        case .lifecycle: CustomerAxis.lifecycleStages
        case .relationship: CustomerAxis.relationshipStages
        }
    }

    /// Of the stages whose criteria are met, the first one here holds: a problem comes before everything else.
    var precedence: [String] {
        switch self {
        case .lifecycle: ["signed", "opportunity", "potential", "target"]
        case .relationship:
            ["problem", "win_back", "development", "familiarity", "welcome", "enquiry", "selection"]
        }
    }

    var first: String { precedence.last ?? "" }

    private static let lifecycleStages = [
        Choice("target", "Target", "目标客户"),
        Choice("potential", "Potential", "潜在客户"),
        Choice("opportunity", "Opportunity", "机会客户"),
        Choice("signed", "Signed", "签约客户"),
    ]

    private static let relationshipStages = [
        Choice("selection", "Choosing targets", "选择目标"),
        Choice("enquiry", "Enquiry", "询问管理"),
        Choice("welcome", "Welcome", "欢迎"),
        Choice("familiarity", "Getting to know", "熟悉"),
        Choice("development", "Development", "发展"),
        Choice("problem", "Problem", "处理问题"),
        Choice("win_back", "Win back", "赢回"),
    ]
}
