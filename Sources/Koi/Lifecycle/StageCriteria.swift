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

    /// As somebody is told of it: without the value where that is held back.
    func json(_ facts: CustomerFacts, to access: Access) -> JSONValue {
        let value = fact.isTold(to: access) ? facts[fact] : nil
        return [
            "fact": .string(fact.rawValue), "atLeast": atLeast.map(JSONValue.integer) ?? .null,
            "atMost": atMost.map(JSONValue.integer) ?? .null,
            "value": value.map(JSONValue.integer) ?? .null, "met": .bool(isMet(by: facts)),
        ]
    }

    /// Why a customer is not in the stage, as somebody is told of it.
    func issue(_ facts: CustomerFacts, to access: Access) -> Problem.Issue {
        let known = facts[fact].map { Text(String($0), String($0)) } ?? Text("none", "无")
        let value = fact.isTold(to: access) ? known : Text("…", "…")
        let wanted = Text(
            [atLeast.map { "at least \($0)" }, atMost.map { "at most \($0)" }].compactMap { $0 }
                .joined(separator: " and "),
            [atLeast.map { "不少于 \($0)" }, atMost.map { "不多于 \($0)" }].compactMap { $0 }.joined(separator: "且")
        )
        return ValueRefusal(
            "criterion_not_met",
            "\(fact.label.en): \(value.en), where \(wanted.en) is needed.",
            "\(fact.label.zh)：\(value.zh)，需要\(wanted.zh)。"
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

    /// Names each criterion that asks for nothing, for what cannot be, or for what is not asked: every customer is in the first
    /// stage at least.
    static func check(_ setting: JSONValue, _ issues: inout [Problem.Issue]) {
        let criteria = (setting.arrayValue ?? []).compactMap(StageCriterion.init)
        for (index, criterion) in criteria.enumerated() {
            if CustomerAxis.allCases.contains(where: { $0.first == criterion.stage }) {
                issues.append(first.issue(field: "stageCriteria[\(index)].stage"))
            }
            let same = criteria[...index].filter { $0.stage == criterion.stage && $0.fact == criterion.fact }
            let isPossible = same.compactMap(\.atLeast).max() ?? 0 <= same.compactMap(\.atMost).min() ?? .max
            guard criterion.atLeast == nil && criterion.atMost == nil || !isPossible else { continue }
            let refusal = ValueRefusal(
                "no_bounds",
                "Give atLeast, atMost or both, the first no larger than the second, also of what another asks for the same fact.",
                "请填写 atLeast 或 atMost，或两者（前者不大于后者，同一事实的其他条件也计算在内）。"
            )
            issues.append(refusal.issue(field: "stageCriteria[\(index)]"))
        }
    }

    private static let first = ValueRefusal(
        "first_stage",
        "Every customer is in the first stage at least; it asks for nothing.",
        "所有客户至少处于第一个阶段，此阶段不能设置条件。"
    )
}
