import KoiJSON

/// One thing that must hold of a customer for a stage.
struct StageCriterion: Sendable, Equatable {
    let stage: String
    let fact: CustomerFact
    var atLeast: Int64?
    var atMost: Int64?

    /// What is not known meets nothing.
    func isMet(by facts: CustomerFacts) -> Bool {
        guard let value = facts[fact] else { return false }
        return value >= atLeast ?? .min && value <= atMost ?? .max
    }

    /// As the setting has it; nil for what cannot be read.
    init?(_ value: JSONValue) {
        guard let stage = value["stage"]?.stringValue,
            let fact = value["fact"]?.stringValue.flatMap(CustomerFact.init)
        else { return nil }
        self.init(stage, fact, atLeast: value["atLeast"]?.integerValue, atMost: value["atMost"]?.integerValue)
    }

    init(_ stage: String, _ fact: CustomerFact, atLeast: Int64? = nil, atMost: Int64? = nil) {
        self.stage = stage
        self.fact = fact
        self.atLeast = atLeast
        self.atMost = atMost
    }

    func json(_ facts: CustomerFacts) -> JSONValue {
        [
            "fact": .string(fact.rawValue), "atLeast": atLeast.map(JSONValue.integer) ?? .null,
            "atMost": atMost.map(JSONValue.integer) ?? .null,
            "value": facts[fact].map(JSONValue.integer) ?? .null, "met": .bool(isMet(by: facts)),
        ]
    }

    /// Why a customer is not in the stage.
    func issue(_ facts: CustomerFacts) -> Problem.Issue {
        let value = facts[fact].map { String($0) }
        let wanted = Text(
            [atLeast.map { "at least \($0)" }, atMost.map { "at most \($0)" }].compactMap { $0 }
                .joined(separator: " and "),
            [atLeast.map { "不少于 \($0)" }, atMost.map { "不多于 \($0)" }].compactMap { $0 }.joined(separator: "且")
        )
        return ValueRefusal(
            "criterion_not_met",
            "\(fact.label.en): \(value ?? "none"), where \(wanted.en) is needed.",
            "\(fact.label.zh)：\(value ?? "无")，需要\(wanted.zh)。"
        ).issue(field: "criteria.\(fact.rawValue)")
    }
}

/// What must hold for each stage: as the company has it, or else as usual.
struct StageCriteria: Sendable, Equatable {
    private var own: [String: [StageCriterion]] = [:]

    init() {}

    /// - Parameter setting: `stageCriteria`.
    init(_ setting: JSONValue) {
        for criterion in (setting.arrayValue ?? []).compactMap(StageCriterion.init) {
            own[criterion.stage, default: []].append(criterion)
        }
    }

    func of(_ stage: String) -> [StageCriterion] {
        own[stage] ?? StageCriteria.usual.filter { $0.stage == stage }
    }

    func unmet(_ stage: String, _ facts: CustomerFacts) -> [StageCriterion] {
        of(stage).filter { !$0.isMet(by: facts) }
    }

    /// The stage that follows from the facts.
    func stage(on axis: CustomerAxis, _ facts: CustomerFacts) -> String {
        axis.precedence.first { unmet($0, facts).isEmpty } ?? axis.first
    }

    private static let usual = [
        StageCriterion("potential", .openNeeds, atLeast: 1),
        StageCriterion("opportunity", .openDeals, atLeast: 1),
        StageCriterion("signed", .purchases, atLeast: 1),
        StageCriterion("enquiry", .openInterests, atLeast: 1),
        StageCriterion("welcome", .purchases, atLeast: 1),
        StageCriterion("familiarity", .purchases, atLeast: 1),
        StageCriterion("familiarity", .daysSinceFirstPurchase, atLeast: 90),
        StageCriterion("development", .purchases, atLeast: 2),
        StageCriterion("development", .products, atLeast: 2),
        StageCriterion("problem", .openComplaints, atLeast: 1),
        StageCriterion("win_back", .purchases, atLeast: 1),
        StageCriterion("win_back", .openInterests, atMost: 0),
        StageCriterion("win_back", .daysSilent, atLeast: 365),
    ]

    // MARK: The setting

    static let field = Field.facts(
        "stageCriteria",
        "Stages of customers",
        "客户阶段条件",
        max: 200,
        of: [
            .choice("stage", "Stage", "阶段", CustomerAxis.allCases.flatMap(\.stages)).required(),
            .choice("fact", "Fact", "事实", CustomerFact.choices).required(),
            .integer("atLeast", "At least", "不少于", 0...1_000_000_000),
            .integer("atMost", "At most", "不多于", 0...1_000_000_000),
        ]
    ).noted(
        "What must hold for a customer to be in a stage, where it is not as usual; all criteria of a stage must. GET /v1/customers/{id}/lifecycle shows those in force.",
        "客户处于某阶段须同时满足的条件（不同于默认值时填写）。GET /v1/customers/{id}/lifecycle 显示现行条件。"
    ).example([["stage": "win_back", "fact": "days_silent", "atLeast": 180, "atMost": nil]])

    /// Names each criterion that asks for nothing, or for what cannot be.
    static func check(_ setting: JSONValue, _ issues: inout [Problem.Issue]) {
        for (index, criterion) in (setting.arrayValue ?? []).compactMap(StageCriterion.init).enumerated() {
            let isPossible = (criterion.atLeast ?? 0) <= criterion.atMost ?? .max
            guard criterion.atLeast == nil && criterion.atMost == nil || !isPossible else { continue }
            let refusal = ValueRefusal(
                "no_bounds",
                "Give atLeast, atMost or both, the first no larger than the second.",
                "请填写 atLeast 或 atMost，或两者（前者不大于后者）。"
            )
            issues.append(refusal.issue(field: "stageCriteria[\(index)]"))
        }
    }
}
